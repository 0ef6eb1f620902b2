// The attributes of a Name one by one, and the attribute types that have a short name in text.
#pragma once

#include <array>
#include <string_view>

#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {

struct NameAttribute {
  der::Oid type;
  der::Element value;
  bool starts_rdn = false;  // true for the first attribute of a RelativeDistinguishedName
};

// Calls visit(const NameAttribute&) -> Result<void> for each attribute, in the order of the encoding. Fails with
// malformed_der for an encoding that is no Name (RFC 5280 §4.1.2.4; the ASN.1 is in name.hpp).
template <class Visit>
[[nodiscard]] Result<void> for_each_attribute(ByteView name, Visit&& visit) {
  der::Reader top(name);
  RAKKAN_TRY(der::Reader rdns, top.enter(der::Tag::sequence));
  RAKKAN_CHECK(top.end());
  while (!rdns.at_end()) {
    RAKKAN_TRY(der::Reader rdn, rdns.enter(der::Tag::set));
    bool first = true;
    do {
      RAKKAN_TRY(der::Reader attribute, rdn.enter(der::Tag::sequence));
      RAKKAN_TRY(const der::Oid type, attribute.oid());
      RAKKAN_TRY(const der::Element value, attribute.any());
      RAKKAN_CHECK(attribute.end());
      RAKKAN_CHECK(visit(NameAttribute{type, value, first}));
      first = false;
    } while (!rdn.at_end());
  }
  return {};
}

struct AttributeType {
  std::string_view name;  // RFC 4514 §3 and the names in common use
  der::Oid type;
  der::Tag string_type;        // the type in which values are written
  std::size_t max_characters;  // the upper bounds of RFC 5280 appendix A
};

inline constexpr der::Oid kCommonName{2, 5, 4, 3};

inline constexpr std::array kAttributeTypes = {
    AttributeType{"CN", kCommonName, der::Tag::utf8_string, 64},
    AttributeType{"O", {2, 5, 4, 10}, der::Tag::utf8_string, 64},
    AttributeType{"OU", {2, 5, 4, 11}, der::Tag::utf8_string, 64},
    AttributeType{"C", {2, 5, 4, 6}, der::Tag::printable_string, 2},
    AttributeType{"L", {2, 5, 4, 7}, der::Tag::utf8_string, 128},
    AttributeType{"ST", {2, 5, 4, 8}, der::Tag::utf8_string, 128},
    AttributeType{"STREET", {2, 5, 4, 9}, der::Tag::utf8_string, 128},
    AttributeType{"serialNumber", {2, 5, 4, 5}, der::Tag::printable_string, 64},
    AttributeType{"SN", {2, 5, 4, 4}, der::Tag::utf8_string, 32768},
    AttributeType{"GN", {2, 5, 4, 42}, der::Tag::utf8_string, 32768},
    AttributeType{"T", {2, 5, 4, 12}, der::Tag::utf8_string, 64},
    AttributeType{"DC", {0, 9, 2342, 19200300, 100, 1, 25}, der::Tag::ia5_string, 255},
    AttributeType{"UID", {0, 9, 2342, 19200300, 100, 1, 1}, der::Tag::utf8_string, 256},
    AttributeType{"emailAddress", {1, 2, 840, 113549, 1, 9, 1}, der::Tag::ia5_string, 255},
    AttributeType{"organizationIdentifier", {2, 5, 4, 97}, der::Tag::utf8_string, 64},
};

}  // namespace rakkan::pki
