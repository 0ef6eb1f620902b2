// A credential as lines for people, from its description by the API.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rakkan::cli {

[[nodiscard]] std::string line_of_credential(const boost::json::object& credential);

}  // namespace rakkan::cli
