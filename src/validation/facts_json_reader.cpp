#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rakkan/json/reader.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "validation/facts_members.hpp"
#include "validation/facts_references.hpp"
#include "validation/json_texts.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using json::Members;

constexpr std::size_t kLongestWord = 64;

// Reads the members of one object, until one is wrong.
class Reader {
 public:
  template <class T>
  using Fact = T;

  // Reads the whole object. Fails as Members does.
  template <class T>
  [[nodiscard]] static Result<void> read_object(Members& from, T& object) {
    Reader reader(from);
    describe(reader, object);
    RAKKAN_CHECK(reader.so_far_);
    return from.done();
  }

  template <class T>
  void required(std::string_view name, T& value, const MemberLimit& limit = {}) {
    if (so_far_) {
      so_far_ = read(name, value, limit);
    }
  }
  template <class T>
  void optional(std::string_view name, T& value, const MemberLimit& limit = {}) {
    if (so_far_ && from_.has(name)) {
      so_far_ = read(name, value, limit);
    }
  }
  template <class T>
  void optional(std::string_view name, std::optional<T>& value, const MemberLimit& limit = {}) {
    if (so_far_ && from_.has(name)) {
      so_far_ = read(name, value.emplace(), limit);
    }
  }
  void optional_in(std::string_view name, std::string_view inner, std::optional<std::vector<std::string>>& values,
                   const MemberLimit& limit) {
    if (so_far_ && from_.has(name)) {
      so_far_ = read_inner(name, inner, values.emplace(), limit);
    }
  }
  void rule(bool holds, std::string_view name, std::string what) {
    if (so_far_ && !holds) {
      so_far_ = from_.wrong(name, std::move(what));
    }
  }

 private:
  explicit Reader(Members& from) : from_(from) {}

  Result<void> read(std::string_view name, std::string& text, const MemberLimit& limit) {
    RAKKAN_TRY(text, from_.text(name, limit.longest));
    return {};
  }
  Result<void> read(std::string_view name, bool& flag, const MemberLimit& /*limit*/) {
    RAKKAN_TRY(flag, from_.flag(name));
    return {};
  }
  template <std::integral N>
  Result<void> read(std::string_view name, N& number, const MemberLimit& limit) {
    RAKKAN_TRY(const std::int64_t value, from_.integer(name, limit.least, limit.greatest));
    number = static_cast<N>(value);
    return {};
  }
  template <class E>
    requires std::is_enum_v<E>
  Result<void> read(std::string_view name, E& value, const MemberLimit& /*limit*/) {
    RAKKAN_TRY(const std::string text, from_.text(name, kLongestWord));
    const auto found = from_word<E>(text);
    if (!found) {
      return from_.not_among(name, all_words<E>());
    }
    value = *found;
    return {};
  }
  Result<void> read(std::string_view name, crypto::HashAlgorithm& hash, const MemberLimit& /*limit*/) {
    RAKKAN_TRY(const std::string text, from_.text(name, kLongestWord));
    std::vector<std::string> names;
    for (const crypto::HashAlgorithmInfo& each : crypto::hash_algorithms()) {
      if (each.name == text) {
        hash = each.algorithm;
        return {};
      }
      names.emplace_back(each.name);
    }
    return from_.not_among(name, std::move(names));
  }
  Result<void> read(std::string_view name, Instant& time, const MemberLimit& /*limit*/) {
    RAKKAN_TRY(const std::string text, from_.text(name, kLongestWord));
    const auto found = parse_rfc3339(text);
    if (!found) {
      return from_.wrong(name, "must be a time by RFC 3339");
    }
    time = *found;
    return {};
  }
  Result<void> read(std::string_view name, std::vector<std::string>& texts, const MemberLimit& limit) {
    RAKKAN_TRY(texts, from_.texts(name, limit.most, limit.longest));
    return {};
  }
  template <class T>
  Result<void> read(std::string_view name, std::vector<T>& values, const MemberLimit& limit) {
    RAKKAN_TRY(std::vector<Members> objects, from_.objects(name, limit.most));
    values.reserve(objects.size());
    for (Members& each : objects) {
      RAKKAN_CHECK(read_object(each, values.emplace_back()));
    }
    return {};
  }
  template <class T>
    requires std::is_class_v<T>
  Result<void> read(std::string_view name, T& value, const MemberLimit& /*limit*/) {
    RAKKAN_TRY(Members object, from_.object(name));
    return read_object(object, value);
  }
  Result<void> read_inner(std::string_view name, std::string_view inner, std::vector<std::string>& values,
                          const MemberLimit& limit) {
    RAKKAN_TRY(Members object, from_.object(name));
    Reader reader(object);
    reader.optional(inner, values, limit);
    RAKKAN_CHECK(reader.so_far_);
    return object.done();
  }

  Members& from_;
  Result<void> so_far_;
};

}  // namespace

Result<Facts> parse_facts(std::string_view json) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(json, ErrorCode::facts_invalid, json::Limits{kMostFactsBytes, 16}));
  Members root = document.root();
  RAKKAN_TRY(const std::string format, root.text("format", kLongestWord));
  if (format != kFactsFormat) {
    return root.not_among("format", {std::string(kFactsFormat)});
  }
  Facts facts;
  RAKKAN_CHECK(Reader::read_object(root, facts));
  RAKKAN_CHECK(check_references(facts));
  return facts;
}

}  // namespace rakkan::validation
