// The part of JSON Schema (draft 2020-12) that docs/validation.schema.json uses: type, enum, pattern, required,
// properties, additionalProperties, items, anyOf, and $ref within the document. Another keyword is a failure, so that
// nothing in the schema is without effect.
#pragma once

#include <boost/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace rakkan::test {

class JsonSchema {
 public:
  explicit JsonSchema(boost::json::value schema) : schema_(std::move(schema)) {}

  // The faults of the value, each with its path; empty when it fits.
  [[nodiscard]] std::vector<std::string> faults(const boost::json::value& value) const {
    std::vector<std::string> found;
    check(value, schema_, "", found);
    return found;
  }

 private:
  using Value = boost::json::value;

  [[nodiscard]] const Value& resolved(const Value& schema) const {
    const Value* const reference = schema.as_object().if_contains("$ref");
    if (reference == nullptr) {
      return schema;
    }
    return resolved(schema_.at_pointer(std::string(reference->as_string()).substr(1)));
  }

  static bool has_type(const Value& value, std::string_view type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_bool()) ||
           (type == "null" && value.is_null()) || (type == "integer" && (value.is_int64() || value.is_uint64()));
  }

  static bool fits_type(const Value& value, const Value& type) {
    if (type.is_string()) {
      return has_type(value, type.get_string());
    }
    for (const Value& each : type.as_array()) {
      if (has_type(value, each.as_string())) {
        return true;
      }
    }
    return false;
  }

  void check(const Value& value, const Value& unresolved, const std::string& path,
             std::vector<std::string>& found) const {
    const boost::json::object& schema = resolved(unresolved).as_object();
    for (const auto& [keyword, rule] : schema) {
      if (keyword == "type") {
        if (!fits_type(value, rule)) {
          found.push_back(path + ": not of the type " + boost::json::serialize(rule));
        }
      } else if (keyword == "enum") {
        const auto& words = rule.as_array();
        if (std::find(words.begin(), words.end(), value) == words.end()) {
          found.push_back(path + ": " + boost::json::serialize(value) + " is none of the words");
        }
      } else if (keyword == "pattern") {
        if (value.is_string() &&
            !std::regex_search(std::string(value.get_string()), std::regex(std::string(rule.as_string())))) {
          found.push_back(path + ": " + boost::json::serialize(value) + " does not match");
        }
      } else if (keyword == "required") {
        for (const Value& name : rule.as_array()) {
          if (value.is_object() && !value.get_object().contains(name.as_string())) {
            found.push_back(path + ": " + std::string(name.as_string()) + " is missing");
          }
        }
      } else if (keyword == "properties") {
        check_members(value, rule.as_object(), schema, path, found);
      } else if (keyword == "items") {
        check_items(value, rule, path, found);
      } else if (keyword == "anyOf") {
        check_any(value, rule.as_array(), path, found);
      } else if (!kSilent.contains(std::string(keyword))) {
        found.push_back(path + ": the schema has the keyword " + std::string(keyword) + ", which is not read");
      }
    }
  }

  void check_members(const Value& value, const boost::json::object& properties, const boost::json::object& schema,
                     const std::string& path, std::vector<std::string>& found) const {
    if (!value.is_object()) {
      return;
    }
    for (const auto& [name, member] : value.get_object()) {
      const std::string place = path + "." + std::string(name);
      if (const Value* const rule = properties.if_contains(name)) {
        check(member, *rule, place, found);
      } else if (const Value* const more = schema.if_contains("additionalProperties");
                 more != nullptr && !more->as_bool()) {
        found.push_back(place + ": unknown");
      }
    }
  }

  void check_items(const Value& value, const Value& rule, const std::string& path,
                   std::vector<std::string>& found) const {
    if (value.is_array()) {
      std::size_t number = 0;
      for (const Value& each : value.get_array()) {
        check(each, rule, path + "[" + std::to_string(number++) + "]", found);
      }
    }
  }

  void check_any(const Value& value, const boost::json::array& rules, const std::string& path,
                 std::vector<std::string>& found) const {
    for (const Value& rule : rules) {
      std::vector<std::string> inner;
      check(value, rule, path, inner);
      if (inner.empty()) {
        return;
      }
    }
    found.push_back(path + ": fits none of several");
  }

  static inline const std::set<std::string> kSilent{"$schema", "$defs",       "title",
                                                    "$ref",    "description", "additionalProperties"};
  Value schema_;
};

}  // namespace rakkan::test
