#include "rakkan/pki/name.hpp"

#include <algorithm>

#include "pki/name_attributes.hpp"
#include "rakkan/pki/directory_string.hpp"

namespace rakkan::pki {
namespace {

// Prepares a text for comparison. RFC 5280 §7.1 demands the preparation of RFC 4518; this is the part that certificates
// in use need: ASCII case and white space.
std::string prepared(std::string_view text) {
  std::string result;
  bool space = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space = !result.empty();
      continue;
    }
    if (space) {
      result.push_back(' ');
      space = false;
    }
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return result;
}

// One attribute of a comparison key. Type and value are preceded by their lengths, so that no value can imitate a
// border.
std::string key_of(const NameAttribute& attribute) {
  std::string key;
  const auto put = [&](std::string_view part) { key.append(std::to_string(part.size())).append(1, ':').append(part); };
  put(text_of(attribute.type.content()));
  const auto text = to_utf8(attribute.value.tag, attribute.value.content);
  put(text ? prepared(*text) : std::string(text_of(attribute.value.encoding)));
  return key;
}

// Appends a RelativeDistinguishedName, "/" and its attributes in ascending order: it is a SET. The "." at its end keeps
// a name from being within a subtree whose last RDN it has only in part.
void append_rdn(std::string& key, std::vector<std::string>& attributes) {
  if (attributes.empty()) {
    return;
  }
  std::sort(attributes.begin(), attributes.end());
  key.push_back('/');
  for (const std::string& each : attributes) {
    key.append(each).push_back('+');
  }
  key.back() = '.';
  attributes.clear();
}

}  // namespace

Result<Name> Name::parse(ByteView der) {
  RAKKAN_CHECK(for_each_attribute(der, [](const NameAttribute& attribute) -> Result<void> {
    if (is_character_string(attribute.value.tag) && !to_utf8(attribute.value.tag, attribute.value.content)) {
      return fail(ErrorCode::malformed_der, "a name's string is not of its type");
    }
    return {};
  }));
  Name name;
  name.der_ = copy_of(der);
  return name;
}

bool Name::matches(const Name& other) const { return *this == other || comparison_key() == other.comparison_key(); }

std::string Name::comparison_key() const {
  std::string key;
  std::vector<std::string> attributes;
  // A Name was parsed once, so walking it does not fail.
  static_cast<void>(for_each_attribute(der_, [&](const NameAttribute& attribute) -> Result<void> {
    if (attribute.starts_rdn) {
      append_rdn(key, attributes);
    }
    attributes.push_back(key_of(attribute));
    return {};
  }));
  append_rdn(key, attributes);
  return key;
}

std::optional<std::string> Name::common_name() const {
  std::optional<std::string> last;
  const auto walked = for_each_attribute(der_, [&](const NameAttribute& attribute) -> Result<void> {
    if (attribute.type == kCommonName) {
      last = to_utf8(attribute.value.tag, attribute.value.content);
    }
    return {};
  });
  return walked ? last : std::nullopt;
}

}  // namespace rakkan::pki
