// The reader of EntryFile is a JSON parser for just that: one object, members in any order, strings and the version.
#include <algorithm>

#include "audit/text.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::audit {
namespace {

tl::unexpected<Error> malformed(std::string what) {
  return fail(ErrorCode::malformed_proof, std::move(what), "record");
}

void append_utf8(std::string& text, char32_t point) {
  const auto put = [&](char32_t value) { text.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
  if (point < 0x80) {
    put(point);
    return;
  }
  if (point >= 0x1'0000) {
    put(0xF0 | (point >> 18U));
    put(0x80 | ((point >> 12U) & 0x3F));
  } else if (point >= 0x800) {
    put(0xE0 | (point >> 12U));
  }
  if (point >= 0x800) {
    put(0x80 | ((point >> 6U) & 0x3F));
  } else {
    put(0xC0 | (point >> 6U));
  }
  put(0x80 | (point & 0x3F));
}

// RFC 8259, strictly.
class JsonText {
 public:
  explicit JsonText(std::string_view text) noexcept : rest_(text) {}

  void skip_blanks() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  [[nodiscard]] bool take(char mark) noexcept {
    skip_blanks();
    if (!rest_.starts_with(mark)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool at_end() noexcept {
    skip_blanks();
    return rest_.empty();
  }

  [[nodiscard]] std::optional<std::string> string() {
    if (!take('"')) {
      return std::nullopt;
    }
    std::string value;
    while (!rest_.empty() && rest_.front() != '"') {
      if (!take_character(value)) {
        return std::nullopt;
      }
    }
    return take('"') && is_utf8_of_json(value) ? std::optional(std::move(value)) : std::nullopt;
  }

 private:
  // Escaped control characters may stand in a string; all else must be UTF-8.
  [[nodiscard]] static bool is_utf8_of_json(std::string value) {
    for (char& c : value) {
      c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return is_plain_text(value);
  }

  [[nodiscard]] bool take_character(std::string& value) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != '\\') {
      value.push_back(c);
      return static_cast<unsigned char>(c) >= 0x20;
    }
    if (rest_.empty()) {
      return false;
    }
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    if (letter == 'u') {
      const auto point = take_code_point();
      if (point) {
        append_utf8(value, *point);
      }
      return point.has_value();
    }
    const std::size_t place = kLetters.find(letter);
    if (place == std::string_view::npos) {
      return false;
    }
    value.push_back(kMeanings[place]);
    return true;
  }

  [[nodiscard]] std::optional<char32_t> take_four_digits() {
    const auto octets = from_hex(rest_.substr(0, 4));
    if (!octets || octets->size() != 2) {
      return std::nullopt;
    }
    rest_.remove_prefix(4);
    return static_cast<char32_t>((octets->front() << 8U) | octets->back());
  }

  [[nodiscard]] std::optional<char32_t> take_code_point() {
    const auto first = take_four_digits();
    if (!first || (*first >= 0xDC00 && *first <= 0xDFFF)) {
      return std::nullopt;
    }
    if (*first < 0xD800 || *first > 0xDBFF) {
      return first;
    }
    if (!rest_.starts_with("\\u")) {
      return std::nullopt;
    }
    rest_.remove_prefix(2);
    const auto second = take_four_digits();
    if (!second || *second < 0xDC00 || *second > 0xDFFF) {
      return std::nullopt;
    }
    return 0x1'0000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00);
  }

  std::string_view rest_;
};

std::string json_string(std::string_view text) {
  std::string value = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      value.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const Byte octet[] = {static_cast<Byte>(c)};
      value.append("\\u00").append(to_hex(octet));
    } else {
      value.push_back(c);
    }
  }
  return value + "\"";
}

}  // namespace

Result<EntryFile> EntryFile::parse(std::string_view json) {
  if (json.size() > kMaxSize) {
    return malformed("longer than " + std::to_string(kMaxSize) + " bytes");
  }
  JsonText text(json);
  bool version = false;
  std::optional<std::string> entry, salt, body;
  if (!text.take('{')) {
    return malformed("not a JSON object");
  }
  do {
    const auto name = text.string();
    if (!name || !text.take(':')) {
      return malformed("not a JSON object of strings");
    }
    if (*name == "v") {
      if (version || !text.take('1')) {
        return malformed("its version is not 1");
      }
      version = true;
      continue;
    }
    std::optional<std::string>* const member = *name == "entry"  ? &entry
                                               : *name == "salt" ? &salt
                                               : *name == "body" ? &body
                                                                 : nullptr;
    if (member == nullptr || member->has_value()) {
      return malformed("a member that does not belong there, or stands there twice");
    }
    *member = text.string();
    if (!member->has_value()) {
      return malformed("not a JSON object of strings");
    }
  } while (text.take(','));
  if (!text.take('}') || !text.at_end()) {
    return malformed("not one JSON object");
  }
  if (!version || !entry || entry->empty() || salt.has_value() != body.has_value()) {
    return malformed("a member is missing");
  }
  EntryFile file{std::move(*entry), std::nullopt};
  if (body) {
    auto octets = from_base64(*salt);
    if (!octets || octets->size() != kSaltSize) {
      return malformed("the salt is not 16 octets in base64");
    }
    file.record = Record{std::move(*octets), std::move(*body)};
  }
  return file;
}

std::string EntryFile::encode() const {
  std::string json = R"({"v":1,"entry":)" + json_string(entry);
  if (record) {
    json += R"(,"salt":")" + to_base64(record->salt) + R"(","body":)" + json_string(record->body);
  }
  return json + "}\n";
}

}  // namespace rakkan::audit
