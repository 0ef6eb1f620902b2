#include "pades/xmp_packet.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

namespace rakkan::pades {
namespace {

constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxAttributes = 1000;  // of one element
constexpr std::string_view kBlanks = " \t\r\n";

bool is_name_character(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_' ||
         c == '-' || c == '.' || octet >= 0x80;
}

// Scanner reads XML (W3C XML 1.0) from front to back; each step is false for what is not well-formed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_(text) {}

  bool document() {
    skip("\xEF\xBB\xBF");
    if (!misc() || !start_tag() || first_ != "x:xmpmeta") {
      return false;
    }
    while (!open_.empty()) {
      if (!content()) {
        return false;
      }
    }
    // Room for later edits may follow the packet, and zeros.
    return misc() && text_.find_first_not_of('\0', at_) == std::string_view::npos;
  }

 private:
  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] bool next_is(std::string_view word) const noexcept { return text_.substr(at_, word.size()) == word; }
  bool skip(std::string_view word) noexcept {
    const bool there = next_is(word);
    at_ += there ? word.size() : 0;
    return there;
  }
  void blanks() noexcept { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }
  // Skips to behind the word.
  bool past(std::string_view word) noexcept {
    const std::size_t found = text_.find(word, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + word.size();
    return found != std::string_view::npos;
  }
  std::string_view name() noexcept {
    const std::size_t begin = at_;
    while (!at_end() && is_name_character(text_[at_])) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  // Processing instructions, comments and blanks around the root.
  bool misc() noexcept {
    while (true) {
      blanks();
      if (skip("<?")) {
        if (!past("?>")) {
          return false;
        }
      } else if (skip("<!--")) {
        if (!past("-->")) {
          return false;
        }
      } else {
        return true;
      }
    }
  }

  // A predefined entity or a character: "&lt;", "&#65;".
  bool reference() noexcept {
    constexpr std::array<std::string_view, 5> kEntities{"&lt;", "&gt;", "&amp;", "&apos;", "&quot;"};
    if (std::any_of(kEntities.begin(), kEntities.end(), [this](std::string_view one) { return skip(one); })) {
      return true;
    }
    if (!skip("&#")) {
      return false;
    }
    const bool hex = skip("x");
    const std::size_t begin = at_;
    const std::string_view digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
    at_ = std::min(text_.find_first_not_of(digits, at_), text_.size());
    return at_ > begin && at_ - begin <= 7 && skip(";");
  }

  bool attribute_value() noexcept {
    if (at_end() || (text_[at_] != '"' && text_[at_] != '\'')) {
      return false;
    }
    const char quote = text_[at_++];
    while (!at_end() && text_[at_] != quote) {
      if (text_[at_] == '<') {
        return false;
      }
      if (text_[at_] != '&') {
        ++at_;
      } else if (!reference()) {
        return false;
      }
    }
    return skip(std::string_view(&quote, 1));
  }

  bool start_tag() {
    if (!skip("<")) {
      return false;
    }
    const std::string_view element = name();
    std::set<std::string_view> attributes;
    if (element.empty()) {
      return false;
    }
    first_ = first_.empty() ? element : first_;
    while (true) {
      blanks();
      if (skip("/>")) {
        return true;
      }
      if (skip(">")) {
        open_.push_back(element);
        return open_.size() <= kMaxDepth;
      }
      const std::string_view attribute = name();
      blanks();
      if (attribute.empty() || !attributes.insert(attribute).second || attributes.size() > kMaxAttributes ||
          !skip("=")) {
        return false;
      }
      blanks();
      if (!attribute_value()) {
        return false;
      }
    }
  }

  // One piece of an element's content.
  bool content() {
    if (at_end()) {
      return false;
    }
    if (skip("</")) {
      const bool closes = name() == open_.back();
      blanks();
      open_.pop_back();
      return closes && skip(">");
    }
    if (skip("<?")) {
      return past("?>");
    }
    if (skip("<!--")) {
      return past("-->");
    }
    if (skip("<![CDATA[")) {
      return past("]]>");
    }
    if (next_is("<")) {
      return !next_is("<!") && start_tag();
    }
    if (next_is("&")) {
      return reference();
    }
    at_ = std::min(text_.find_first_of("<&", at_), text_.size());
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view first_;  // the name of the root
  std::vector<std::string_view> open_;
};

}  // namespace

bool is_plain_xmp(ByteView packet) { return Scanner(text_of(packet)).document(); }

}  // namespace rakkan::pades
