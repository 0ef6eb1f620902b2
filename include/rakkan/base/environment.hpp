// The process's environment, for the edge of the program only.
#pragma once

#include <cstdlib>
#include <string_view>

namespace rakkan {

// The variable's value; empty when it is not set. Valid as long as the environment is not changed. Rakkan changes only
// SOFTHSM2_CONF, before it starts a thread (hsm/softhsm.hpp), so this function is thread-safe.
[[nodiscard]] inline std::string_view environment_variable(const char* name) noexcept {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? std::string_view(value) : std::string_view();
}

}  // namespace rakkan
