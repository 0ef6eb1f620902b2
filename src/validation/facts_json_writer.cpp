#include <concepts>
#include <type_traits>

#include "rakkan/json/writer.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "validation/facts_members.hpp"
#include "validation/json_texts.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

// Writes the members of one object.
class Writer {
 public:
  template <class T>
  using Fact = const T;

  explicit Writer(json::ObjectWriter& json) : json_(json) {}

  template <class T>
  void required(std::string_view name, const T& value, const MemberLimit& /*limit*/ = {}) {
    write(name, value);
  }
  template <class T>
  void optional(std::string_view name, const T& value, const MemberLimit& /*limit*/ = {}) {
    if (value != T{}) {
      write(name, value);
    }
  }
  template <class T>
  void optional(std::string_view name, const std::optional<T>& value, const MemberLimit& /*limit*/ = {}) {
    if (value) {
      write(name, *value);
    }
  }
  void optional_in(std::string_view name, std::string_view inner, const std::optional<std::vector<std::string>>& values,
                   const MemberLimit& /*limit*/) {
    if (values) {
      json_.object(name, [&](json::ObjectWriter& to) { Writer(to).optional(inner, *values); });
    }
  }
  void rule(bool /*holds*/, std::string_view /*name*/, std::string_view /*what*/) {}

 private:
  void write(std::string_view name, const std::string& text) {
    if (!text.empty()) {
      json_.text(name, clean(text));
    }
  }
  void write(std::string_view name, bool value) { json_.flag(name, value); }
  template <std::integral N>
  void write(std::string_view name, N value) {
    json_.raw(name, std::to_string(value));
  }
  template <class E>
    requires std::is_enum_v<E>
  void write(std::string_view name, E value) {
    json_.plain(name, word(value));
  }
  void write(std::string_view name, crypto::HashAlgorithm hash) { json_.plain(name, crypto::info(hash).name); }
  void write(std::string_view name, Instant time) { json_.plain(name, to_rfc3339(time)); }
  void write(std::string_view name, const std::vector<std::string>& texts) {
    json_.raw(name, json::array_of(texts, [](const std::string& each) { return json::quote(clean(each)); }));
  }
  template <class T>
  void write(std::string_view name, const std::vector<T>& objects) {
    json_.objects(name, objects, [](json::ObjectWriter& to, const T& each) { write_members(to, each); });
  }
  template <class T>
    requires std::is_class_v<T>
  void write(std::string_view name, const T& object) {
    json_.object(name, [&](json::ObjectWriter& to) { write_members(to, object); });
  }
  template <class T>
  static void write_members(json::ObjectWriter& json, const T& object) {
    Writer writer(json);
    describe(writer, object);
  }

  json::ObjectWriter& json_;
};

}  // namespace

std::string to_json(const Facts& facts) {
  json::ObjectWriter json(std::size_t{16} * 1024);
  json.plain("format", kFactsFormat);
  Writer writer(json);
  describe(writer, facts);
  return std::move(json).finish();
}

}  // namespace rakkan::validation
