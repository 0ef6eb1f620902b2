#pragma once

#include "rakkan/access/api_keys.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {

// What is known of a key, never its text.
[[nodiscard]] json::ObjectWriter describe_key(const access::ApiKey& key);

}  // namespace rakkan::api
