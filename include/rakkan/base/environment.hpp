// The process's environment, for the edge of the program only.
#pragma once

#include <cstdlib>
#include <string_view>

namespace rakkan {

// The variable's value; empty when it is not set. Valid as long as nobody changes the environment: Rakkan does so for
// SOFTHSM2_CONF alone, before it begins to work (hsm/softhsm.hpp), which is what makes this thread-safe.
[[nodiscard]] inline std::string_view environment_variable(const char* name) noexcept {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? std::string_view(value) : std::string_view();
}

}  // namespace rakkan
