// The timestamp tokens that a SignerInfo carries, and the bytes that each of them stamps (EN 319 122-1 §5.2.8, §5.3,
// §5.5; TS 101 733 §6.4). Tokens themselves are read by `tsp`.
//
//   ATSHashIndexV3 ::= SEQUENCE { hashIndAlgorithm AlgorithmIdentifier,
//        certificatesHashIndex SEQUENCE OF OCTET STRING, crlsHashIndex SEQUENCE OF OCTET STRING,
//        unsignedAttrValuesHashIndex SEQUENCE OF OCTET STRING }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/cms/message.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"

namespace rakkan::cms {

inline constexpr der::Oid kIdArchiveTimestampV3{0, 4, 0, 1733, 2, 4};
inline constexpr der::Oid kIdAtsHashIndex{0, 4, 0, 1733, 2, 5};     // TS 101 733 V2.2.1
inline constexpr der::Oid kIdAtsHashIndexV2{0, 4, 0, 19122, 1, 4};  // EN 319 122-1, drafts
inline constexpr der::Oid kIdAtsHashIndexV3{0, 4, 0, 19122, 1, 5};

enum class EmbeddedTokenKind : std::uint8_t {
  content,     // content-time-stamp, a signed attribute, over the content
  signature,   // signature-time-stamp, over the signature value
  archive_v3,  // archive-time-stamp-v3
  archive_v2,  // archive-time-stamp-v2 (TS 101 733 V1.8.3 §6.4.1): not judged
  archive_v1,  // archive-time-stamp of TS 101 733 V1.4: not judged
  references,  // CAdES-C-time-stamp and time-stamped-certs-crls-references: not judged
};

struct EmbeddedToken {
  EmbeddedTokenKind kind{};
  ByteView encoding;      // the value, a TimeStampToken as it came, in BER or DER
  std::size_t index = 0;  // the place of its attribute among the SignerInfo's signed or unsigned attributes
};

// Attributes beside the tokens that prove or add something and are not judged.
enum class UnjudgedKind : std::uint8_t { counter_signature, evidence_record, archive_timestamp, reference_timestamp };

inline constexpr std::size_t kMostEmbeddedTokens = 64;

struct EmbeddedTimestamps {
  std::vector<EmbeddedToken> tokens;     // signed attributes first, each in the order of the message
  std::size_t left_out = 0;              // beyond kMostEmbeddedTokens: nobody but an attacker adds so many
  std::vector<UnjudgedKind> not_judged;  // each once, in the order of the enumeration
};
[[nodiscard]] EmbeddedTimestamps embedded_timestamps(const MessageSigner& signer);
[[nodiscard]] std::string_view to_string(EmbeddedTokenKind value) noexcept;
[[nodiscard]] std::string_view to_string(UnjudgedKind value) noexcept;

// The objects that an archive timestamp covers by its hash index (§5.5.2).
struct HashIndexFacts {
  enum class State : std::uint8_t {
    read,
    absent,    // the token has no such attribute
    repeated,  // more than one
    malformed,
    unsupported,  // its hash cannot be computed here
  };
  State state = State::absent;
  der::Oid attribute;  // kIdAtsHashIndexV3, or an older one
  std::optional<crypto::HashAlgorithm> hash_algorithm;
  // Entries that no object of the message has: something that was stamped is gone or was changed, so that the index is
  // invalid (§5.5.2: "if it includes a reference for which the original value is not found").
  std::size_t missing_certificates = 0, missing_revocation = 0, missing_attributes = 0;
  // The objects that it covers; all others were added later. Views into the message of the signature.
  std::vector<ByteView> certificates;      // of certificate_choices()
  std::vector<ByteView> revocation;        // of revocation_choices()
  std::vector<ByteView> attribute_values;  // of unsigned attributes

  [[nodiscard]] bool is_whole() const noexcept {
    return state == State::read && missing_certificates + missing_revocation + missing_attributes == 0;
  }
};

// Reads the hash index of `archive_token`, a token of kind archive_v3 of `signer`.
[[nodiscard]] HashIndexFacts hash_index_facts(const Message& message, const MessageSigner& signer,
                                              const Message& archive_token);

// The hash that a token's messageImprint must have. `content` is what the signature covers; `token` is needed for
// archive_v3 alone. Fails with unsupported_algorithm for a hash or a kind that is not computed here,
// malformed_cms for a token without a readable hash index, signature_invalid when the content is not there.
[[nodiscard]] Result<crypto::HashValue> imprint_of(EmbeddedTokenKind kind, crypto::HashAlgorithm algorithm,
                                                   const Message& message, const MessageSigner& signer,
                                                   const SignedContent& content, const Message& token);

}  // namespace rakkan::cms
