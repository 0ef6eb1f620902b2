// GeneralName (RFC 5280 §4.2.1.6) as certificates name subjects, issuers and places.
//
//   GeneralName ::= CHOICE { otherName [0], rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3],
//        directoryName [4] Name, ediPartyName [5], uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING,
//        registeredID [8] OBJECT IDENTIFIER }
//
// A GeneralName is a view: the encoding that it was read from outlives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {

struct GeneralName {
  // The value is the number of the tag.
  enum class Kind : std::uint8_t { other = 0, rfc822, dns, x400, directory, edi_party, uri, ip_address, registered_id };

  Kind kind{};
  // The characters of rfc822, dns and uri, which are ASCII; the octets of an IP address; the whole Name of a
  // directory name; the content of the other kinds.
  ByteView value;
  std::string directory_key;  // of a directory name: Name::comparison_key()

  [[nodiscard]] std::string_view text() const noexcept { return text_of(value); }
};

[[nodiscard]] std::string_view to_string(GeneralName::Kind kind) noexcept;

// Reads the next element as a GeneralName. Fails with malformed_der.
[[nodiscard]] Result<GeneralName> read_general_name(der::Reader& reader);
// Reads all that is left in `content`, the content of a GeneralNames: at least one name. Fails with malformed_der.
[[nodiscard]] Result<std::vector<GeneralName>> read_general_names(der::Reader content);

}  // namespace rakkan::pki
