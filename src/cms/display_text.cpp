#include "cms/display_text.hpp"

#include "rakkan/pki/directory_string.hpp"

namespace rakkan::cms {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

constexpr std::size_t kMostOctets = 4096;
constexpr unsigned kMaxDepth = 16;
constexpr Byte kConstructed = 0x20;

bool is_text_name(Tag tag) noexcept {
  return tag == der::context(1) || tag == der::context(2) || tag == der::context(6);
}

void collect(Reader reader, std::size_t most, unsigned depth, std::vector<std::string>& texts) {
  while (!reader.at_end() && texts.size() < most) {
    const auto element = reader.any();
    if (!element) {
      return;
    }
    if ((static_cast<Byte>(element->tag) & kConstructed) != 0) {
      if (depth < kMaxDepth) {
        collect(Reader(element->content), most, depth + 1, texts);
      }
    } else if (std::string text = display_text(*element); !text.empty()) {
      texts.push_back(std::move(text));
    }
  }
}

}  // namespace

std::string display_text(const Element& element) {
  if (element.content.size() > kMostOctets) {
    return {};
  }
  const Tag tag = is_text_name(element.tag) ? Tag::ia5_string : element.tag;
  return pki::to_utf8(tag, element.content).value_or(std::string());
}

void collect_texts(ByteView elements, std::size_t most, std::vector<std::string>& texts) {
  collect(Reader(elements), most, 0, texts);
}

}  // namespace rakkan::cms
