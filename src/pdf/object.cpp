#include "rakkan/pdf/object.hpp"

#include <charconv>

#include "pdf/characters.hpp"
#include "pdf/decryption.hpp"

namespace rakkan::pdf {
namespace {

// The byte of a name whose spelling begins at `at`, which moves past it. §7.3.5: "#" and two hexadecimal digits are one
// byte; a "#" without them stands for itself, as in PDF 1.1.
char next_in_name(std::string_view spelled, std::size_t& at) noexcept {
  const char c = spelled[at++];
  if (c != '#' || spelled.size() - at < 2) {
    return c;
  }
  const auto high = hex_value(spelled[at]);
  const auto low = hex_value(spelled[at + 1]);
  if (!high || !low) {
    return c;
  }
  at += 2;
  return static_cast<char>(*high * 16 + *low);
}

std::string decode_name(std::string_view spelled) {
  std::string name;
  name.reserve(spelled.size());
  for (std::size_t at = 1; at < spelled.size();) {
    name.push_back(next_in_name(spelled, at));
  }
  return name;
}

bool spells_name(std::string_view spelled, std::string_view name) noexcept {
  std::size_t matched = 0;
  for (std::size_t at = 1; at < spelled.size(); ++matched) {
    if (matched == name.size() || next_in_name(spelled, at) != name[matched]) {
      return false;
    }
  }
  return matched == name.size();
}

// Decodes a hexadecimal string (§7.3.4.3): white space is ignored, a missing last digit is 0.
Bytes decode_hex_string(std::string_view spelled) {
  Bytes bytes;
  bytes.reserve(spelled.size() / 2);
  bool half = false;
  for (const char c : spelled) {
    if (const auto digit = hex_value(c)) {
      if (half) {
        bytes.back() = static_cast<Byte>(bytes.back() | *digit);
      } else {
        bytes.push_back(static_cast<Byte>(*digit << 4));
      }
      half = !half;
    }
  }
  return bytes;
}

// Decodes a literal string (§7.3.4.2, table 3).
Bytes decode_literal_string(std::string_view spelled) {
  const std::string_view inside = spelled.substr(1, spelled.size() - 2);
  Bytes bytes;
  bytes.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    char c = inside[i];
    if (c == '\r') {  // CR and CR LF are read as LF
      c = '\n';
      i += i + 1 < inside.size() && inside[i + 1] == '\n' ? 1U : 0U;
    } else if (c == '\\' && i + 1 < inside.size()) {
      c = inside[++i];
      if (c >= '0' && c <= '7') {
        unsigned code = 0;
        for (unsigned digits = 0; digits < 3 && i < inside.size() && inside[i] >= '0' && inside[i] <= '7'; ++digits) {
          code = code * 8 + static_cast<unsigned>(inside[i++] - '0');
        }
        --i;
        bytes.push_back(static_cast<Byte>(code));  // table 3: "high-order overflow shall be ignored"
        continue;
      }
      switch (c) {
        case 'n':
          c = '\n';
          break;
        case 'r':
          c = '\r';
          break;
        case 't':
          c = '\t';
          break;
        case 'b':
          c = '\b';
          break;
        case 'f':
          c = '\f';
          break;
        case '\r':  // the string continues on the next line
          i += i + 1 < inside.size() && inside[i + 1] == '\n' ? 1U : 0U;
          continue;
        case '\n':
          continue;
        default:
          break;
      }
    }
    bytes.push_back(static_cast<Byte>(c));
  }
  return bytes;
}

}  // namespace

Kind Value::kind() const noexcept { return object_ == nullptr ? Kind::null : object_->nodes_[node_].kind; }

ByteView Value::bytes() const noexcept {
  if (object_ == nullptr) {
    return {};
  }
  const Object::Node& node = object_->nodes_[node_];
  return object_->source_.subspan(object_->origin_ + node.begin, node.end - node.begin);
}

std::uint64_t Value::offset() const noexcept {
  return object_ == nullptr ? 0 : object_->source_begin_ + object_->origin_ + object_->nodes_[node_].begin;
}

std::uint32_t Value::next() const noexcept { return object_->nodes_[node_].next; }

std::optional<bool> Value::boolean() const noexcept {
  return is(Kind::boolean) ? std::optional(object_->nodes_[node_].flag) : std::nullopt;
}

std::optional<std::int64_t> Value::integer() const noexcept {
  return is(Kind::integer) ? std::optional(object_->nodes_[node_].number) : std::nullopt;
}

std::optional<double> Value::number() const noexcept {
  if (const auto whole = integer()) {
    return static_cast<double>(*whole);
  }
  if (!is(Kind::real)) {
    return std::nullopt;
  }
  std::string_view text = text_of(bytes());
  text.remove_prefix(text.front() == '+' ? 1 : 0);
  double real = 0;
  std::from_chars(text.data(), text.data() + text.size(), real, std::chars_format::fixed);
  return real;
}

std::optional<Reference> Value::reference() const noexcept {
  if (!is(Kind::reference)) {
    return std::nullopt;
  }
  const auto packed = static_cast<std::uint64_t>(object_->nodes_[node_].number);
  return Reference{static_cast<std::uint32_t>(packed >> 16), static_cast<std::uint32_t>(packed & 0xffff)};
}

std::optional<std::string> Value::name() const {
  return is(Kind::name) ? std::optional(decode_name(text_of(bytes()))) : std::nullopt;
}

bool Value::is_hex_string() const noexcept { return is(Kind::string) && bytes().front() == '<'; }

std::optional<Bytes> Value::string() const {
  if (!is(Kind::string)) {
    return std::nullopt;
  }
  Bytes decoded = is_hex_string() ? decode_hex_string(text_of(bytes())) : decode_literal_string(text_of(bytes()));
  const bool encrypted = object_->decryption_ != nullptr && !object_->nodes_[node_].flag;
  return encrypted ? object_->decryption_->string(object_->id_, decoded) : decoded;
}

bool Value::is_name(std::string_view name) const noexcept {
  return is(Kind::name) && spells_name(text_of(bytes()), name);
}

std::size_t Value::size() const noexcept {
  std::size_t size = 0;
  for (const Value element : elements()) {
    static_cast<void>(element);
    ++size;
  }
  for (const Entry entry : entries()) {
    static_cast<void>(entry);
    ++size;
  }
  return size;
}

Elements Value::elements() const noexcept {
  return is(Kind::array) ? Elements{Value{*object_, node_ + 1}, Value{*object_, next()}} : Elements{};
}

Entries Value::entries() const noexcept {
  return is(Kind::dictionary) ? Entries{Value{*object_, node_ + 1}, Value{*object_, next()}} : Entries{};
}

Value Value::find(std::string_view key) const noexcept {
  Value found;
  for (const Entry entry : entries()) {
    if (entry.key.is_name(key)) {
      found = entry.value;
    }
  }
  return found;
}

std::size_t Value::count(std::string_view key) const noexcept {
  std::size_t count = 0;
  for (const Entry entry : entries()) {
    count += entry.key.is_name(key) ? 1U : 0U;
  }
  return count;
}

void Object::decrypt_strings(const Decryption& decryption) noexcept {
  decryption_ = &decryption;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].kind != Kind::dictionary) {
      continue;
    }
    const Value dictionary(*this, node);
    const Value type = dictionary.find("Type");
    if (dictionary.find("ByteRange") || type.is_name("Sig") || type.is_name("DocTimeStamp")) {
      const Value contents = dictionary.find("Contents");
      if (contents.is(Kind::string)) {
        nodes_[contents.node_].flag = true;
      }
    }
  }
}

std::vector<std::uint32_t> Object::references_from(std::uint32_t lowest) const {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].kind != Kind::reference) {
      continue;
    }
    if (const std::uint32_t number = Value(*this, node).reference()->number; number >= lowest) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

}  // namespace rakkan::pdf
