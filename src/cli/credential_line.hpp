// A credential as lines for people, from what the API says of it.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rakkan::cli {

[[nodiscard]] std::string line_of_credential(const boost::json::object& credential);

// A line for each of its keys, former ones with their certificate, and when the credential signs with which.
[[nodiscard]] std::string lines_of_generations(const boost::json::object& credential);

}  // namespace rakkan::cli
