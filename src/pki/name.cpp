#include "rakkan/pki/name.hpp"

#include "pki/directory_string.hpp"
#include "pki/name_attributes.hpp"

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

// A text that is equal for names that match. Each value is preceded by its length, so that no value can imitate a
// border.
std::string comparison_key(ByteView name) {
  std::string key;
  const auto put = [&](std::string_view part) { key.append(std::to_string(part.size())).append(1, ':').append(part); };
  const auto walked = for_each_attribute(name, [&](const NameAttribute& attribute) -> Result<void> {
    key.push_back(attribute.starts_rdn ? '/' : '+');
    put(text_of(attribute.type.content()));
    const auto text = to_utf8(attribute.value.tag, attribute.value.content);
    put(text ? prepared(*text) : std::string(text_of(attribute.value.encoding)));
    return {};
  });
  return walked ? key : std::string();
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

bool Name::matches(const Name& other) const {
  return *this == other || comparison_key(der_) == comparison_key(other.der_);
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
