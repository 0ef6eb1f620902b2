#include "manual/roff.hpp"

#include <cstdint>
#include <cstdio>

namespace rakkan::manual {
namespace {

// The code point that begins at `at`, which moves behind it. The text is UTF-8, since it comes from the program's own
// tables.
std::uint32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const std::uint32_t first = octet(at);
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  std::uint32_t value = more == 0 ? first : first & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    value = value << 6U | (octet(at + i) & 0x3FU);
  }
  at += more + 1;
  return value;
}

// The text with words between backticks in bold.
std::string marked_up(std::string_view text) {
  std::string result;
  bool bold = false;
  while (!text.empty()) {
    const std::size_t tick = text.find('`');
    result += RoffPage::escaped(text.substr(0, tick));
    if (tick == std::string_view::npos) {
      break;
    }
    bold = !bold;
    result += bold ? "\\fB" : "\\fR";
    text.remove_prefix(tick + 1);
  }
  return bold ? result + "\\fR" : result;
}

}  // namespace

std::string RoffPage::escaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t code = take_code_point(text, at);
    if (code == '\\') {
      result += "\\(rs";
    } else if (code == '-') {
      result += "\\-";  // a hyphen that can be copied into a shell
    } else if (code == '\'') {
      result += "\\(aq";
    } else if (code == '~') {
      result += "\\(ti";
    } else if (code == '^') {
      result += "\\(ha";
    } else if (code == '`') {
      result += "\\(ga";
    } else if (code >= 0x80) {
      char name[16];
      static_cast<void>(std::snprintf(name, sizeof name, "\\[u%04X]", static_cast<unsigned>(code)));
      result += name;
    } else {
      result += static_cast<char>(code);
    }
  }
  return result;
}

RoffPage::RoffPage(std::string_view name, int section, std::string_view version, std::string_view title) {
  text_ = ".\\\" Made from the programs' own tables when they were built.\n";
  request("TH", "\"" + escaped(name) + "\" " + std::to_string(section) + " \"\" \"Rakkan " + escaped(version) +
                    "\" \"" + escaped(title) + "\"");
  text_ += ".nh\n.ad l\n";  // names of options are not hyphenated, lines not stretched
}

void RoffPage::request(std::string_view name, std::string_view argument) {
  text_.append(".").append(name).append(argument.empty() ? "" : " ").append(argument).append("\n");
}

// Writes a line of text. One that begins like a request of roff is escaped, and an empty one is left out.
void RoffPage::line(std::string_view text) {
  text_.append(text.empty() || text.starts_with(".") || text.starts_with("'") ? "\\&" : "").append(text).append("\n");
}

void RoffPage::section(std::string_view heading) { request("SH", "\"" + escaped(heading) + "\""); }
void RoffPage::subsection(std::string_view heading) { request("SS", "\"" + escaped(heading) + "\""); }

void RoffPage::paragraph(std::string_view text) {
  request("PP", "");
  line(marked_up(text));
}

void RoffPage::item(std::string_view tag, std::string_view text) {
  request("TP", "");
  line("\\fB" + escaped(tag) + "\\fR");
  line(marked_up(text));
}

void RoffPage::more(std::string_view text) {
  text_ += ".br\n";
  line(marked_up(text));
}

void RoffPage::lines(std::string_view text) {
  text_ += ".PP\n.RS 4\n.nf\n";
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    line(escaped(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  text_ += ".fi\n.RE\n";
}

}  // namespace rakkan::manual
