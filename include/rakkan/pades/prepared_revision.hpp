// Steps 2, 3 and 10 of the signing line for one PDF signature (ISO 32000-2 §12.8, EN 319 142-1): prepare, digest,
// embed. A signed document is {immutable base, appended tails}; the base, which may have tails already, is never
// copied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/warning.hpp"
#include "rakkan/pdf/byte_range.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::pades {

// The key of the signature's id in its dictionary, a second-class name (ISO 32000-2 Annex E.2): four letters of the
// developer, an underscore, the rest. Readers ignore keys that they do not know (§7.3.7): no viewer shows the id, and
// every parser finds it.
inline constexpr std::string_view kSignatureIdKey = "RKKN_SignatureID";

// The kind of the field's value: a signature (ISO 32000-2 §12.8.1), or a timestamp over the document (§12.8.5).
enum class FieldKind : std::uint8_t { signature, document_timestamp };

struct SignatureFieldSpec {
  FieldKind kind = FieldKind::signature;
  // Full name of the field, UTF-8; empty: "Signature<n>" or "Timestamp<n>" with the first free n. An empty signature
  // field of that name is filled by a signature; without one a new field is made. A document timestamp always makes a
  // new, invisible one: filling what was made for a signer is more than earlier signatures let an archive do.
  std::string field_name = {};
  // The members from here on are a signature's. They are not written for a document timestamp, whose time is in its
  // token.
  Instant signing_time = {};      // /M, in UTC "Z"; claimed, not proven
  std::string name = {};          // /Name, UTF-8; empty: omitted
  std::string reason = {};        // /Reason
  std::string location = {};      // /Location
  std::string contact_info = {};  // /ContactInfo
  // The id of the signature in the signer's own records, written under kSignatureIdKey and covered by the signature;
  // empty: omitted.
  std::string signature_id = {};
  // Traits that an existing field's seed value (ISO 32000-2 §12.7.5.5) may demand; they are compared and not written.
  crypto::DigestAlgorithm digest_algorithm = crypto::DigestAlgorithm::sha256;
  bool timestamped = false;
  // A document timestamp is added although an earlier signature allows no changes (P 1), as ISO 32000-2 lets it; the
  // revision has Warning::docmdp_acrobat then.
  bool iso_docmdp = false;
};

class PreparedRevision {
 public:
  using ByteRange = pdf::ByteRange;

  [[nodiscard]] const ByteRange& byte_range() const noexcept { return byte_range_; }
  [[nodiscard]] std::size_t reserve() const noexcept { return reserve_; }  // bytes of CMS that fit into /Contents
  [[nodiscard]] const std::string& field_name() const noexcept { return field_name_; }
  [[nodiscard]] ByteView tail() const noexcept { return tail_; }  // the bytes to append to the base, /Contents zeroed
  [[nodiscard]] std::uint64_t base_size() const noexcept { return base_size_; }
  [[nodiscard]] FieldKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept { return warnings_; }

 private:
  friend class RevisionPreparer;
  friend class SignedRevision;
  PreparedRevision() = default;
  Bytes tail_;
  std::uint64_t base_size_ = 0;
  std::size_t contents_offset_ = 0;  // of the first hexadecimal digit, in the tail
  std::size_t reserve_ = 0;
  ByteRange byte_range_{};
  std::string field_name_;
  FieldKind kind_ = FieldKind::signature;
  std::vector<Warning> warnings_;
};

// SignedRevision is the new revision with its signature; it does not hold the base.
class SignedRevision {
 public:
  [[nodiscard]] ByteView tail() const noexcept { return tail_; }
  [[nodiscard]] Bytes take_tail() && noexcept { return std::move(tail_); }

  // Fills /Contents. Fails with cms_larger_than_reserved.
  [[nodiscard]] static Result<SignedRevision> embed(PreparedRevision prepared, ByteView cms);

 private:
  explicit SignedRevision(Bytes tail) noexcept : tail_(std::move(tail)) {}
  Bytes tail_;
};

// Appends the signature dictionary, the field with its invisible widget on the first page, /AcroForm where none is, and
// the cross-reference section in the base's own form; the first signature of a PDF 1.x declares /Extensions ESIC. An
// empty signature field of that name is filled: its required seed values must be met, its /Lock becomes a FieldMDP
// reference. `reserve` is in bytes of CMS. `random` fills /ID[1].
// Fails with invalid_argument (reserve, field name), pdf_xfa, pdf_certified_no_changes, pdf_locked, docmdp_acrobat (a
// document timestamp), pdf_field_exists, pdf_field_signed, pdf_field_not_found, pdf_seed_value_unmet,
// pdf_too_large_for_xref_table, or as the reader does.
[[nodiscard]] Result<PreparedRevision> prepare(const pdf::Document& document, const SignatureFieldSpec& field,
                                               std::size_t reserve, RandomSource& random);

// The digest over the two spans. `base_state` may hold the state after hashing the whole base (one pass serves several
// digests). HashedDocument has that state.
[[nodiscard]] crypto::Digest digest_byte_range(ByteView base, const PreparedRevision& prepared,
                                               crypto::DigestAlgorithm algorithm);
[[nodiscard]] crypto::Digest digest_byte_range(const crypto::Hasher& base_state, const PreparedRevision& prepared);

}  // namespace rakkan::pades
