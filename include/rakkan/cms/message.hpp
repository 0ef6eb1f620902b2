// Message is a CMS ContentInfo of type id-signedData (RFC 5652 §5) read for validation: all that others send, in BER or
// DER, with facts where SignedData (signed_data.hpp), which Rakkan signs and augments with, refuses. It owns its bytes;
// views point into it. Copies share it. Immutable and shareable between threads.
//
// Parts that are hashed or signed keep their bytes as they came: certificates, revocation data, signed attributes,
// tokens, content. Everything around them is brought to DER, so that one strict reader serves both.
//
// Read, where SignedData refuses: lengths that are indefinite or not minimal, strings in pieces, signed attributes that
// are unsorted, repeated, empty or missing, any digest algorithm, any version, any kind of certificate or revocation
// data, content that is not an OCTET STRING (PKCS #7 1.5), octets behind the ContentInfo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::cms {

struct EncodingFacts {
  bool is_der = true;             // false: BER, of which a DER reading had to be made
  std::size_t trailing_size = 0;  // octets behind the ContentInfo
  bool trailing_zeros = true;     // all of them are zero, as the padding of a PDF's /Contents; true for none

  friend bool operator==(const EncodingFacts&, const EncodingFacts&) = default;
};

// The form of a SignerInfo's signed attributes (RFC 5652 §5.3, §5.4: they are digested as DER).
struct SignedAttributeFacts {
  bool present = false;
  bool is_der = true;  // definite minimal lengths throughout, and sorted, values within attributes too
  bool sorted = true;  // in the order of SET OF (X.690 §11.6), which is_der needs
  // Types that occur more than once (§5.3 forbids it; content-time-stamp is excepted), each once, in their order.
  std::vector<der::Oid> repeated;
};

struct MessageSigner {
  std::uint64_t version = 0;
  // Exactly one of the two kinds of SignerIdentifier is set; none when the key identifier is empty.
  ByteView issuer;         // Name, complete encoding
  ByteView serial_number;  // INTEGER content octets
  ByteView subject_key_identifier;
  ByteView digest_algorithm;                            // complete AlgorithmIdentifier
  der::Oid digest_identifier;                           // its OID
  std::optional<crypto::HashAlgorithm> hash_algorithm;  // nothing: one that cannot be computed here
  ByteView signature_algorithm;                         // complete AlgorithmIdentifier
  der::Oid signature_identifier;                        // its OID
  ByteView signature;
  SignedAttributeFacts signed_attribute_facts;
  std::vector<Attribute> signed_attributes;
  std::vector<Attribute> unsigned_attributes;
  // Of a message in BER: the values of unsigned_attributes as they came, attribute by attribute. Empty for DER.
  std::vector<std::vector<ByteView>> unsigned_values_as_encoded;
  // The content of the signed attributes as it came, without its [0] header, and as DER has it (§5.4): the two views
  // are equal when signed_attribute_facts.is_der.
  ByteView signed_attributes_as_encoded;
  ByteView signed_attributes_as_der;
  // The fields from version to signature, as complete encodings one behind the other: part of the imprint of an
  // archive timestamp (EN 319 122-1 §5.5.3).
  ByteView fields_to_signature;

  // All values of all attributes of that type, in their order.
  [[nodiscard]] std::vector<ByteView> signed_values(const der::Oid& type) const;
  [[nodiscard]] std::vector<ByteView> unsigned_values(const der::Oid& type) const;
  // The number of attributes of that type.
  [[nodiscard]] std::size_t count_signed(const der::Oid& type) const noexcept;
};

class Message {
 public:
  // Reads the ContentInfo at the beginning of `encoding`, of at most 64 MiB. Fails with malformed_cms and the offset:
  // no SignedData, cut short, nested deeper than der::Reader::kMaxDepth, more than 16384 certificates or CRLs, 64
  // SignerInfos, 256 attributes of a SignerInfo or 1024 values of an attribute. No SignerInfo at all is no failure.
  [[nodiscard]] static Result<Message> read(ByteView encoding);

  [[nodiscard]] const EncodingFacts& encoding() const noexcept;
  [[nodiscard]] ByteView original() const noexcept;  // the ContentInfo as it came, without what is behind it
  // The ContentInfo as it was read: with definite minimal lengths and strings whole; equal to original() for DER.
  [[nodiscard]] ByteView der() const noexcept;
  [[nodiscard]] std::uint64_t version() const noexcept;
  // The OIDs of SignedData.digestAlgorithms, the first 64 that can be read: a hint that no signature covers (§5.1).
  [[nodiscard]] const std::vector<der::Oid>& digest_algorithms() const noexcept;
  [[nodiscard]] const der::Oid& content_type() const noexcept;
  [[nodiscard]] ByteView content_type_encoding() const noexcept;  // eContentType, complete element
  // The octets that are digested: of the OCTET STRING eContent, or the content of another type (§5.2.1). Nothing: the
  // signature is detached.
  [[nodiscard]] std::optional<ByteView> content() const noexcept;
  [[nodiscard]] bool content_is_octet_string() const noexcept;  // true when detached
  // X.509 certificates, complete encodings as they came. Not all need be readable.
  [[nodiscard]] const std::vector<ByteView>& certificates() const noexcept;
  // All CertificateChoices and RevocationInfoChoices, complete encodings as they came: attribute certificates and
  // other formats are among them.
  [[nodiscard]] const std::vector<ByteView>& certificate_choices() const noexcept;
  [[nodiscard]] const std::vector<ByteView>& revocation_choices() const noexcept;
  [[nodiscard]] const std::vector<MessageSigner>& signers() const noexcept;

 private:
  struct Parsed;
  explicit Message(std::shared_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// The embedded certificates that can be read, in their order.
[[nodiscard]] std::vector<pki::Certificate> readable_certificates(const Message& message);

// SignedContent is what a signature covers: the eContent of a message, or the bytes to which a detached signature
// belongs, in one or several parts (the two spans of a ByteRange). It holds views: the bytes outlive it. Hashes that
// are known already are given instead of computed; those that were computed are kept, for all copies, so that no number
// of signers makes the content be read again. Nothing at all: the content is not there. Copies are not to be shared
// between threads.
class SignedContent {
 public:
  SignedContent() = default;
  [[nodiscard]] static SignedContent of(std::span<const ByteView> parts);
  [[nodiscard]] static SignedContent of(ByteView bytes) { return of(std::span(&bytes, 1)); }
  // Hashes of bytes that are not at hand; other algorithms than theirs are unsupported_algorithm.
  [[nodiscard]] static SignedContent of_hashes(std::vector<crypto::HashValue> hashes);
  // The eContent of `message`; nothing when it is detached.
  [[nodiscard]] static SignedContent of(const Message& message);

  // Adds a hash of the content that somebody has computed already.
  void remember(const crypto::HashValue& hash) { hashes_.push_back(hash); }

  [[nodiscard]] bool is_known() const noexcept { return has_bytes_ || !hashes_.empty(); }
  [[nodiscard]] bool has_bytes() const noexcept { return has_bytes_; }
  [[nodiscard]] const std::vector<ByteView>& parts() const noexcept { return parts_; }
  // Fails with unsupported_algorithm: OpenSSL has not the algorithm, or only other hashes are known.
  [[nodiscard]] Result<crypto::HashValue> hash(crypto::HashAlgorithm algorithm) const;

 private:
  bool has_bytes_ = false;
  std::vector<ByteView> parts_;
  std::vector<crypto::HashValue> hashes_;
  std::shared_ptr<std::vector<crypto::HashValue>> computed_;  // of the bytes
};

}  // namespace rakkan::cms
