#include "rakkan/pki/general_name.hpp"

#include <algorithm>

#include "rakkan/pki/name.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using Kind = GeneralName::Kind;

constexpr bool is_constructed(Kind kind) noexcept {
  return kind == Kind::other || kind == Kind::x400 || kind == Kind::directory || kind == Kind::edi_party;
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::other:
      return "otherName";
    case Kind::rfc822:
      return "rfc822Name";
    case Kind::dns:
      return "dNSName";
    case Kind::x400:
      return "x400Address";
    case Kind::directory:
      return "directoryName";
    case Kind::edi_party:
      return "ediPartyName";
    case Kind::uri:
      return "uniformResourceIdentifier";
    case Kind::ip_address:
      return "iPAddress";
    case Kind::registered_id:
      return "registeredID";
  }
  return {};
}

Result<GeneralName> read_general_name(Reader& reader) {
  const Reader at = reader;
  RAKKAN_TRY(const der::Element element, reader.any());
  for (unsigned number = 0; number <= static_cast<unsigned>(Kind::registered_id); ++number) {
    const auto kind = static_cast<Kind>(number);
    if (element.tag != (is_constructed(kind) ? der::context_constructed(number) : der::context(number))) {
      continue;
    }
    GeneralName name{kind, element.content, {}};
    if (kind == Kind::directory) {
      // Name is a CHOICE, so its tag is EXPLICIT.
      RAKKAN_TRY(const Name directory, Name::parse(element.content));
      name.directory_key = directory.comparison_key();
    }
    const bool is_text = kind == Kind::rfc822 || kind == Kind::dns || kind == Kind::uri;
    if (is_text && std::any_of(name.value.begin(), name.value.end(), [](Byte each) { return each >= 0x80; })) {
      return at.malformed("a name that is no IA5String");
    }
    return name;
  }
  return at.malformed("not a GeneralName");
}

Result<std::vector<GeneralName>> read_general_names(Reader content) {
  std::vector<GeneralName> names;
  do {
    RAKKAN_TRY(GeneralName name, read_general_name(content));
    names.push_back(std::move(name));
  } while (!content.at_end());
  return names;
}

}  // namespace rakkan::pki
