// Conversion of a Name to text and back (RFC 4514).
#include <algorithm>
#include <string>

#include "pki/name_attributes.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/directory_string.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::pki {
namespace {

constexpr std::string_view kSpecial = ",+\"\\<>;=";

const AttributeType* find_type(const der::Oid& type) noexcept {
  const auto found = std::find_if(kAttributeTypes.begin(), kAttributeTypes.end(),
                                  [&](const AttributeType& row) { return row.type == type; });
  return found == kAttributeTypes.end() ? nullptr : &*found;
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

const AttributeType* find_type(std::string_view name) noexcept {
  const auto found = std::find_if(kAttributeTypes.begin(), kAttributeTypes.end(),
                                  [&](const AttributeType& row) { return same_ignoring_case(row.name, name); });
  return found == kAttributeTypes.end() ? nullptr : &*found;
}

// A value with its escapes (RFC 4514 §2.4).
std::string escaped(std::string_view value) {
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    const bool at_end = at == 0 || at + 1 == value.size();
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      text += '\\' + to_hex(bytes_of(value.substr(at, 1)));
      continue;
    }
    if (kSpecial.find(c) != std::string_view::npos || (c == ' ' && at_end) || (c == '#' && at == 0)) {
      text += '\\';
    }
    text += c;
  }
  return text;
}

std::string attribute_text(const NameAttribute& attribute) {
  const AttributeType* known = find_type(attribute.type);
  const auto value = to_utf8(attribute.value.tag, attribute.value.content);
  if (known == nullptr || !value) {
    return attribute.type.dotted() + "=#" + to_hex(attribute.value.encoding);
  }
  return std::string(known->name) + '=' + escaped(*value);
}

tl::unexpected<Error> wrong(std::string what, std::size_t at) {
  return fail(ErrorCode::invalid_argument, "not a distinguished name: " + std::move(what),
              "character " + std::to_string(at));
}

// TextReader reads text of RFC 4514 §3 from front to back.
class TextReader {
 public:
  explicit TextReader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  // Takes the character if it is the next one.
  bool take(char c) noexcept {
    if (at_end() || text_[at_] != c) {
      return false;
    }
    ++at_;
    return true;
  }

  // Reads attributeType "=" attributeValue, and returns the DER of an AttributeTypeAndValue.
  Result<Bytes> attribute() {
    skip_spaces();
    const std::size_t start = at_;
    const std::size_t equals = text_.find('=', at_);
    if (equals == std::string_view::npos) {
      return wrong("no '=' after an attribute type", start);
    }
    std::string_view type = text_.substr(at_, equals - at_);
    while (!type.empty() && type.back() == ' ') {
      type.remove_suffix(1);
    }
    at_ = equals + 1;
    skip_spaces();

    const AttributeType* known = find_type(type);
    const auto oid = known != nullptr ? std::optional(known->type) : der::Oid::from_dotted(type);
    if (!oid) {
      return wrong("unknown attribute type", start);
    }
    der::Writer writer;
    if (!at_end() && text_[at_] == '#') {
      RAKKAN_TRY(const Bytes encoding, hexstring());
      writer.sequence([&] {
        writer.oid(*oid);
        writer.raw(encoding);
      });
      return writer.take();
    }
    RAKKAN_TRY(const std::string value, string(known));
    writer.sequence([&] {
      writer.oid(*oid);
      writer.text(known != nullptr ? known->string_type : der::Tag::utf8_string, value);
    });
    return writer.take();
  }

 private:
  void skip_spaces() noexcept {
    while (take(' ')) {
    }
  }

  // Reads "#" and the DER of the value in hexadecimal.
  Result<Bytes> hexstring() {
    const std::size_t start = at_++;
    const std::size_t end = std::min(text_.find_first_of(",+ ", at_), text_.size());
    const auto octets = from_hex(text_.substr(at_, end - at_));
    if (!octets) {
      return wrong("not hexadecimal after '#'", start);
    }
    der::Reader reader(*octets);
    const auto element = reader.any();
    if (!element || !reader.at_end()) {
      return wrong("not one DER element after '#'", start);
    }
    at_ = end;
    skip_spaces();
    return *octets;
  }

  // Reads a value, undoes its escapes, and checks the length and characters that its type allows.
  Result<std::string> string(const AttributeType* type) {
    const std::size_t start = at_;
    std::string value;
    std::size_t kept = 0;  // spaces at the end are kept only when escaped
    while (!at_end() && text_[at_] != ',' && text_[at_] != '+') {
      const char c = text_[at_++];
      if (c == '\\') {
        RAKKAN_TRY(const char meant, escape());
        value.push_back(meant);
        kept = value.size();
        continue;
      }
      if (c == '\0' || (c != '=' && kSpecial.find(c) != std::string_view::npos)) {
        return wrong("a special character is not escaped", at_ - 1);
      }
      value.push_back(c);
      kept = c == ' ' ? kept : value.size();
    }
    value.resize(kept);
    if (value.empty() || !is_utf8(value)) {
      return wrong(value.empty() ? "a value is empty" : "a value is not UTF-8", start);
    }
    if (type != nullptr && !allowed(*type, value)) {
      return wrong("a value is too long or has characters that " + std::string(type->name) + " may not have", start);
    }
    return value;
  }

  // Reads the text after a backslash: a special character, or two hexadecimal digits.
  Result<char> escape() {
    const std::size_t start = at_ - 1;
    if (at_end()) {
      return wrong("nothing after a backslash", start);
    }
    if (kSpecial.find(text_[at_]) != std::string_view::npos || text_[at_] == ' ' || text_[at_] == '#') {
      return text_[at_++];
    }
    const auto octet = from_hex(text_.substr(at_, 2));
    if (!octet || octet->size() != 1) {
      return wrong("unknown escape", start);
    }
    at_ += 2;
    return static_cast<char>(octet->front());
  }

  static bool allowed(const AttributeType& type, std::string_view value) noexcept {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    const auto characters =
        value.size() - static_cast<std::size_t>(std::count_if(value.begin(), value.end(), continues));
    if (characters > type.max_characters) {
      return false;
    }
    if (type.string_type == der::Tag::printable_string) {
      constexpr std::string_view kPrintable =
          " '()+,-./:=?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
      return value.find_first_not_of(kPrintable) == std::string_view::npos && (type.name != "C" || value.size() == 2);
    }
    return type.string_type != der::Tag::ia5_string || characters == value.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Name> Name::from_text(std::string_view rfc4514) {
  TextReader reader(rfc4514);
  std::vector<std::vector<Bytes>> rdns;
  if (!reader.at_end()) {
    do {
      std::vector<Bytes> rdn;
      do {
        RAKKAN_TRY(Bytes attribute, reader.attribute());
        rdn.push_back(std::move(attribute));
      } while (reader.take('+'));
      rdns.push_back(std::move(rdn));
    } while (reader.take(','));
  }
  if (!reader.at_end()) {
    return wrong("',' or '+' expected", reader.offset());
  }
  // RFC 4514 §2.1: the text begins with the last RDN of the sequence.
  der::Writer writer;
  writer.sequence([&] {
    for (auto rdn = rdns.rbegin(); rdn != rdns.rend(); ++rdn) {
      writer.set_of(der::Tag::set, std::move(*rdn));
    }
  });
  return Name::parse(writer.view());
}

std::string Name::text() const {
  std::string result;
  std::string rdn;
  const auto prepend_rdn = [&] { result = rdn + (rdn.empty() || result.empty() ? "" : ",") + result; };
  const auto walked = for_each_attribute(der_, [&](const NameAttribute& attribute) -> Result<void> {
    if (attribute.starts_rdn) {
      prepend_rdn();
      rdn.clear();
    }
    rdn += (rdn.empty() ? "" : "+") + attribute_text(attribute);
    return {};
  });
  if (!walked) {
    return {};
  }
  prepend_rdn();
  return result;
}

}  // namespace rakkan::pki
