#include "http/handlers/json_text.hpp"

#include <boost/json.hpp>

namespace rakkan::http {

void append_quoted(std::string& to, std::string_view text) {
  to += boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace rakkan::http
