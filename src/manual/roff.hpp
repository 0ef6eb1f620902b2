// RoffPage writes a manual page in the man macros (man(7), groff_man(7)): text is escaped, so that nothing in it is
// taken for a request, and everything outside of ASCII is named by its code point: a page reads the same under every
// locale.
#pragma once

#include <string>
#include <string_view>

namespace rakkan::manual {

class RoffPage {
 public:
  // `name` is the page's name as in `man 5 name`; `title` is shown in the page's head.
  RoffPage(std::string_view name, int section, std::string_view version, std::string_view title);

  void section(std::string_view heading);
  void subsection(std::string_view heading);
  // A paragraph of text, whose words between backticks are bold.
  void paragraph(std::string_view text);
  // A tagged paragraph: the tag as it is written, in bold.
  void item(std::string_view tag, std::string_view text);
  // Another paragraph of the same item.
  void more(std::string_view text);
  // Lines as they are, empty lines included.
  void lines(std::string_view text);

  [[nodiscard]] std::string finish() && { return std::move(text_); }

  // The text with the escapes that it needs inside a line.
  [[nodiscard]] static std::string escaped(std::string_view text);

 private:
  void request(std::string_view name, std::string_view argument);
  void line(std::string_view text);

  std::string text_;
};

}  // namespace rakkan::manual
