#include "rakkan/json/writer.hpp"

#include <boost/json.hpp>

namespace rakkan::json {

std::string quote(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace rakkan::json
