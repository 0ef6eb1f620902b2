// The facts about a timestamp token of anybody, each found by itself, as cms::SignerFacts is for signatures:
// TimestampToken (timestamp_token.hpp) stays what Rakkan asks of the tokens that it embeds.
//
//   RAKKAN_TRY(const TokenMessage token, TokenMessage::read(contents));
//   const TimestampFacts facts = timestamp_facts(token, cms::SignedContent::of(spans), dss);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/cms/message.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::tsp {

// TSTInfo (RFC 3161 §2.4.2) as others write it.
struct TstInfoFacts {
  std::uint64_t version = 0;  // 1 is right
  der::Oid policy;
  MessageImprint message_imprint;
  std::optional<crypto::HashAlgorithm> imprint_algorithm;  // nothing: one that cannot be computed here
  Bytes serial_number;                                     // INTEGER content octets
  Instant generation_time;
  std::optional<Accuracy> accuracy;
  bool ordering = false;
  std::optional<Bytes> nonce;
  Bytes tsa_name;  // content of tsa [0], a GeneralName; empty when absent
  std::vector<der::Oid> extensions;
  std::vector<der::Oid> critical_extensions;  // none is known: whoever uses the token must refuse it (RFC 3161 §2.4.2)
  bool is_der =
      true;  // false: liberties of BER, or a genTime in another form than §2.4.2's, that were read all the same
};

// TokenMessage is a timestamp token read for validation. It shares its bytes with its message.
class TokenMessage {
 public:
  // Reads a TimeStampToken at the beginning of `encoding`, or a TimeStampResp that holds one, in BER or DER, told by
  // content. Any number of SignerInfos, other content than a TSTInfo and trailing octets are facts. Fails with
  // malformed_timestamp_response when it is no CMS SignedData at all.
  [[nodiscard]] static Result<TokenMessage> read(ByteView encoding);

  [[nodiscard]] const cms::Message& message() const noexcept { return message_; }
  // Nothing when the content is no readable TSTInfo; then unreadable() says why.
  [[nodiscard]] const std::optional<TstInfoFacts>& info() const noexcept { return info_; }
  [[nodiscard]] const std::string& unreadable() const noexcept { return unreadable_; }

 private:
  explicit TokenMessage(cms::Message message) : message_(std::move(message)) {}
  cms::Message message_;
  std::optional<TstInfoFacts> info_;
  std::string unreadable_;
};

enum class ImprintFact : std::uint8_t {
  match,
  mismatch,
  no_content,   // what was stamped is not there
  unsupported,  // the hash cannot be computed here
  wrong_size,   // hashedMessage has not the size of its algorithm (§2.4.1)
  unreadable,   // no TSTInfo
};

// extendedKeyUsage of the unit's certificate (RFC 3161 §2.3: timeStamping alone, and critical).
struct UnitPurpose {
  bool present = false;
  bool time_stamping = false;
  bool alone = false;
  bool critical = false;

  [[nodiscard]] bool is_right() const noexcept { return present && time_stamping && alone && critical; }
};

// TSTInfo.tsa, compared with the subject of the unit's certificate.
enum class TsaName : std::uint8_t {
  absent,
  match,
  mismatch,
  not_comparable,  // no directoryName, or there is no certificate
};

struct TimestampFacts {
  std::size_t signer_infos = 0;      // exactly one is right (§2.4.2)
  bool content_is_tst_info = false;  // eContentType id-ct-TSTInfo, with content
  ImprintFact imprint = ImprintFact::unreadable;
  cms::SignerFacts signer;  // of the first SignerInfo; without one, nothing but defaults
  UnitPurpose purpose;      // of the chosen certificate
  TsaName tsa_name = TsaName::absent;
  // The chosen certificate is valid at genTime; nothing without certificate or genTime.
  std::optional<bool> certificate_valid_at_generation;

  // Of an archive-time-stamp-v3 alone: what it covers. A hash index with entries that no object has is invalid.
  std::optional<cms::HashIndexFacts> hash_index;
  // The imprint and the signature verify over signed attributes, and the token has the form of RFC 3161: a TSTInfo of
  // version 1, one SignerInfo, no critical extension; the hash index, if one is needed, is whole. Purpose, path and
  // policy are not looked at.
  bool is_cryptographically_valid = false;
};

// Finds the facts about a token over `stamped`: of a document timestamp the ByteRange, of a signature timestamp the
// signature value. `outside` are certificates from elsewhere. The verification is taken from the budget; without one it
// is made. Views point into the token's message.
[[nodiscard]] TimestampFacts timestamp_facts(const TokenMessage& token, const cms::SignedContent& stamped,
                                             std::span<const pki::Certificate> outside = {},
                                             crypto::VerificationBudget* budget = nullptr);

// The same for a token that a SignerInfo carries, with what it stamps found by cms::imprint_of. `content` is what the
// signature covers.
[[nodiscard]] TimestampFacts timestamp_facts(const TokenMessage& token, cms::EmbeddedTokenKind kind,
                                             const cms::Message& signature, const cms::MessageSigner& signer,
                                             const cms::SignedContent& content,
                                             std::span<const pki::Certificate> outside = {},
                                             crypto::VerificationBudget* budget = nullptr);

[[nodiscard]] std::string_view to_string(ImprintFact value) noexcept;

}  // namespace rakkan::tsp
