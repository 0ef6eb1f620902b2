// A credential as lines for people, from its description by the API.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rakkan::cli {

[[nodiscard]] std::string line_of_credential(const boost::json::object& credential);

// Lines for the present key and the former ones, with their certificates, and from and until when each is used.
[[nodiscard]] std::string lines_of_generations(const boost::json::object& credential);

}  // namespace rakkan::cli
