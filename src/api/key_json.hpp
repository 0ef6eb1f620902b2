#pragma once

#include "rakkan/access/api_keys.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {

// Describes a key as answers do: everything that is known of it, never its text.
[[nodiscard]] json::ObjectWriter describe_key(const access::ApiKey& key);

}  // namespace rakkan::api
