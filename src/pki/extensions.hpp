// Parsers of the certificate extensions that Certificate reads; the ASN.1 of each is in extensions.cpp. Every function
// takes the content of extnValue and fails with malformed_der.
#pragma once

#include <vector>

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// The value of keyUsage: bit n of the result is KeyUsage n.
[[nodiscard]] Result<std::uint16_t> parse_key_usage(ByteView value);
[[nodiscard]] Result<std::vector<der::Oid>> parse_extended_key_usage(ByteView value);
[[nodiscard]] Result<BasicConstraints> parse_basic_constraints(ByteView value);
[[nodiscard]] Result<PrivateKeyUsagePeriod> parse_private_key_usage_period(ByteView value);
[[nodiscard]] Result<ByteView> parse_subject_key_identifier(ByteView value);
// The keyIdentifier, when there is one; the form of the issuer and serial number beside it is checked.
[[nodiscard]] Result<std::optional<ByteView>> parse_authority_key_identifier(ByteView value);

// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension; an extension that occurs twice is refused (RFC 5280 §4.2).
[[nodiscard]] Result<std::vector<Extension>> parse_extensions(der::Reader& reader);

// True for an extension of RFC 5280 §4.2, and for one that this module reads.
[[nodiscard]] bool is_known_extension(const der::Oid& id) noexcept;

}  // namespace rakkan::pki
