// JsonLine appends one flat JSON object to a string, which is all that log lines need.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/telemetry/log.hpp"

namespace rakkan::telemetry {

// Appends `text` as a JSON string (RFC 8259 §7); bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text);

class JsonLine {
 public:
  explicit JsonLine(std::string& to) : to_(to) { to_ += '{'; }
  JsonLine& add(const Field& field);
  JsonLine& add_unless_empty(std::string_view name, std::string_view text);
  void close() { to_ += '}'; }

 private:
  std::string& to_;
  bool first_ = true;
};

}  // namespace rakkan::telemetry
