// An API key as a line for people, from what the API says of it.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rakkan::cli {

[[nodiscard]] std::string line_of_key(const boost::json::object& key);

}  // namespace rakkan::cli
