#include "service/json_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

namespace rakkan::service {
namespace {

namespace json = boost::json;

// Boost.JSON keeps the last of two members with one name; counting what the text says finds the first out.
struct MemberCounter {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;

  std::size_t members = 0;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t, Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_key(json::string_view, std::size_t, Code&) {
    ++members;
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
  bool on_double(double, json::string_view, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

std::size_t members_of(const json::value& value) {
  std::size_t members = 0;
  if (const auto* object = value.if_object()) {
    members = object->size();
    for (const auto& member : *object) {
      members += members_of(member.value());
    }
  }
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      members += members_of(element);
    }
  }
  return members;
}

}  // namespace

Result<json::object> parse_json_object(std::string_view text, ErrorCode code) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, json::parse_options{});
  if (error) {
    return fail(code, "not JSON: " + error.message());
  }
  if (!value.is_object()) {
    return fail(code, "not a JSON object");
  }
  json::basic_parser<MemberCounter> counter{json::parse_options{}};
  counter.write_some(false, text.data(), text.size(), error);
  if (error || counter.handler().members != members_of(value)) {
    return fail(code, "a member stands there twice");
  }
  return std::move(value.as_object());
}

std::string JsonMembers::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

tl::unexpected<Error> JsonMembers::wrong(std::string_view name, std::string what) const {
  return fail(code_, std::move(what), path_of(name));
}

Result<const json::value*> JsonMembers::member(std::string_view name) {
  const json::value* value = object_.if_contains(name);
  if (value == nullptr) {
    return wrong(name, "is missing");
  }
  read_.push_back(name);
  return value;
}

Result<std::string> JsonMembers::text(std::string_view name, std::size_t longest) {
  RAKKAN_TRY(const json::value* value, member(name));
  const auto* text = value->if_string();
  if (text == nullptr || text->empty() || text->size() > longest) {
    return wrong(name, "must be a text of 1 to " + std::to_string(longest) + " bytes");
  }
  const bool controls = std::any_of(text->begin(), text->end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
  });
  if (controls) {
    return wrong(name, "holds control characters");
  }
  return std::string(text->data(), text->size());
}

Result<const json::object*> JsonMembers::object(std::string_view name) {
  RAKKAN_TRY(const json::value* value, member(name));
  const auto* object = value->if_object();
  if (object == nullptr) {
    return wrong(name, "must be an object");
  }
  return object;
}

Result<const json::array*> JsonMembers::array(std::string_view name) {
  RAKKAN_TRY(const json::value* value, member(name));
  const auto* array = value->if_array();
  if (array == nullptr) {
    return wrong(name, "must be an array");
  }
  return array;
}

Result<void> JsonMembers::done() const {
  for (const auto& member : object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(read_.begin(), read_.end(), name) == read_.end()) {
      return wrong(name, "is unknown");
    }
  }
  return {};
}

}  // namespace rakkan::service
