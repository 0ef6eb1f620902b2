// The one reader of SignedData's structure (RFC 5652 §5), for SignedData and for Message: the same steps in the same
// order, under two sets of rules. It reads DER; views point into its input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {

// The limits bound time and memory for input that is made to waste them.
struct StructureRules {
  // Demands the form that RFC 5652 prescribes; else a departure from it is only noted in the result.
  bool strict = true;
  std::size_t max_choices = 0;  // each of certificates
  std::size_t max_revocation_choices = 0;
  std::size_t max_attributes = 0;  // of one set
  std::size_t max_attribute_values = 0;
};
inline constexpr StructureRules kStrictRules{true, 256, 1024, 64, 64};
inline constexpr StructureRules kLenientRules{false, 16384, 16384, 256, 1024};
inline constexpr std::size_t kMaxSignerInfos = 64;

struct AttributeSet {
  bool present = false;
  ByteView content;  // without the header of the SET OF
  std::vector<Attribute> attributes;
  bool sorted = true;              // X.690 §11.6, the attributes and the values of each
  std::vector<der::Oid> repeated;  // types that occur twice, content-time-stamp excepted
};

struct SignerStructure {
  std::uint64_t version = 0;
  ByteView issuer, serial_number, subject_key_identifier;
  ByteView digest_algorithm;  // complete AlgorithmIdentifier
  // Strict rules alone: the digest that the algorithm is.
  crypto::DigestAlgorithm strict_digest_algorithm{};
  AttributeSet signed_attributes;
  ByteView signature_algorithm;
  ByteView signature;
  AttributeSet unsigned_attributes;
  ByteView fields_to_signature;  // complete encodings from version to signature
};

struct Structure {
  std::uint64_t version = 0;
  ByteView digest_algorithms;  // content of the SET OF
  der::Oid content_type;
  ByteView content_type_encoding;
  std::optional<der::Element> content;  // what stands in eContent's [0]
  std::vector<der::Element> certificate_choices;
  std::vector<der::Element> revocation_choices;
  std::vector<SignerStructure> signers;
};

// Reads a whole ContentInfo with nothing after it. Fails with malformed_der; by strict rules with unsupported_algorithm
// for a digest algorithm that the table of suites does not have, too.
[[nodiscard]] Result<Structure> read_structure(ByteView content_info, const StructureRules& rules);

// Those of the encodings that are certificates, in their order.
[[nodiscard]] std::vector<pki::Certificate> readable_certificates(const std::vector<ByteView>& encodings);

}  // namespace rakkan::cms
