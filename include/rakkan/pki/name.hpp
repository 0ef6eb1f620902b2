// Name is an X.501 distinguished name (RFC 5280 §4.1.2.4), kept as its DER.
//
//   Name ::= CHOICE { rdnSequence SEQUENCE OF RelativeDistinguishedName }
//   RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type AttributeType, value AttributeValue }
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::pki {

class Name {
 public:
  Name() = default;  // no attributes
  [[nodiscard]] static Result<Name> parse(ByteView der);
  // Reads text by RFC 4514, the most specific part first, with \ as escape: "CN=山田 太郎,O=株式会社ラッカン,C=JP".
  // Types are CN O OU C L ST STREET serialNumber SN GN emailAddress organizationIdentifier, or dotted OIDs. Values are
  // encoded as UTF8String, those of C and serialNumber as PrintableString.
  [[nodiscard]] static Result<Name> from_text(std::string_view rfc4514);

  [[nodiscard]] ByteView der() const noexcept { return der_; }
  [[nodiscard]] std::string text() const;                        // RFC 4514, UTF-8
  [[nodiscard]] std::optional<std::string> common_name() const;  // UTF-8; the last CN

  // Compares names by RFC 5280 §7.1, as far as chains need it: they match when their attributes do, without regard to
  // string type, the case of ASCII letters, and white space at the ends or repeated.
  [[nodiscard]] bool matches(const Name& other) const;
  // A text that is equal for names that match, and begins with the text of another name exactly when this name lies
  // within the subtree below that one (§4.2.1.10): for indexes and name constraints. No attributes: empty.
  [[nodiscard]] std::string comparison_key() const;

  // Names are equal when their encodings are, byte for byte.
  friend bool operator==(const Name& a, const Name& b) noexcept { return equal(a.der_, b.der_); }

 private:
  Bytes der_{0x30, 0x00};
};

}  // namespace rakkan::pki
