#include "cli/key_line.hpp"

namespace rakkan::cli {
namespace {

// A member that is a text, or a list of texts joined by commas.
std::string text_of_member(const boost::json::object& key, std::string_view name) {
  const boost::json::value* const value = key.if_contains(name);
  if (value == nullptr) {
    return {};
  }
  if (value->is_string()) {
    return std::string(value->get_string());
  }
  std::string list;
  if (value->is_array()) {
    for (const boost::json::value& entry : value->get_array()) {
      list += (list.empty() ? "" : ",") + (entry.is_string() ? std::string(entry.get_string()) : std::string());
    }
  }
  return list;
}

}  // namespace

std::string line_of_key(const boost::json::object& key) {
  std::string line = text_of_member(key, "id") + "  " + text_of_member(key, "tenant") + "  " +
                     text_of_member(key, "scopes") + "  " + text_of_member(key, "label") + "\n";
  for (const char* name : {"addresses", "expires", "revoked", "maker"}) {
    if (const std::string value = text_of_member(key, name); !value.empty()) {
      line += "    " + std::string(name) + " " + value + "\n";
    }
  }
  return line;
}

}  // namespace rakkan::cli
