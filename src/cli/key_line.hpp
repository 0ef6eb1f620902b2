// An API key as a line for people, from its description by the API.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rakkan::cli {

[[nodiscard]] std::string line_of_key(const boost::json::object& key);

}  // namespace rakkan::cli
