// Strict JSON for records from outside: no member twice, none unknown, each of its type. Boost.JSON appears in
// json_reader.* and in the parsers that use it.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"

namespace rakkan::service {

// One JSON object and nothing after it: UTF-8 checked, nesting limited, no member twice. Fails with `code`.
[[nodiscard]] Result<boost::json::object> parse_json_object(std::string_view json, ErrorCode code);

// Reads an object's members by name; done() refuses what nobody asked for. Errors carry the member's path.
class JsonMembers {
 public:
  JsonMembers(const boost::json::object& object, std::string path, ErrorCode code)
      : object_(object), path_(std::move(path)), code_(code) {}

  // Text of 1 to `longest` bytes without control characters.
  [[nodiscard]] Result<std::string> text(std::string_view name, std::size_t longest);
  [[nodiscard]] Result<const boost::json::object*> object(std::string_view name);
  [[nodiscard]] Result<const boost::json::array*> array(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const { return object_.if_contains(name) != nullptr; }
  [[nodiscard]] Result<void> done() const;

  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view name, std::string what) const;

 private:
  [[nodiscard]] Result<const boost::json::value*> member(std::string_view name);

  const boost::json::object& object_;
  std::string path_;
  ErrorCode code_;
  std::vector<std::string_view> read_;
};

}  // namespace rakkan::service
