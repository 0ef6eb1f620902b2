// The entries of a CRL (RFC 5280 §5.1.2.6, §5.3), read where they stand.
#pragma once

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/certificate_list.hpp"

namespace rakkan::pki {

// One element of revokedCertificates, not yet decoded beyond its parts.
struct RawCrlEntry {
  ByteView serial_number;    // INTEGER content octets
  ByteView revocation_date;  // complete Time
  ByteView extensions;       // complete Extensions; empty when there are none
};

// CrlEntryReader walks the elements of revokedCertificates. Nearly all entries of large lists have the same form, with
// every length in one octet: that form is told by a look at its octets, anything else goes through der::Reader, whose
// word is the only one that refuses.
class CrlEntryReader {
 public:
  // `entries` is the content of revokedCertificates.
  explicit CrlEntryReader(ByteView entries) noexcept : rest_(entries) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] const Byte* position() const noexcept { return rest_.data(); }
  // The next entry. Fails with malformed_der and the offset within the entry.
  [[nodiscard]] Result<RawCrlEntry> next();

 private:
  [[nodiscard]] bool read_common_form(RawCrlEntry& entry) noexcept;
  [[nodiscard]] Result<RawCrlEntry> read_any_form();

  ByteView rest_;
};

struct CrlEntryExtensions {
  std::optional<CrlReason> reason;
  std::optional<Instant> invalidity_date;
  std::optional<Name> certificate_issuer;
  std::optional<der::Oid> unknown_critical;  // the first one
};
// Reads crlEntryExtensions, complete. Fails with malformed_der.
[[nodiscard]] Result<CrlEntryExtensions> parse_crl_entry_extensions(ByteView extensions);

// Reads the value of reasonCode (§5.3.1): CRLReason ::= ENUMERATED. Fails with malformed_der.
[[nodiscard]] Result<CrlReason> parse_crl_reason(der::Reader& reader);

}  // namespace rakkan::pki
