// The process's environment, for the edge of the program only.
#pragma once

#include <cstdlib>
#include <string_view>

namespace rakkan {

// The variable's value; empty when it is not set. Valid as long as nobody changes the environment, which Rakkan never
// does: that is what makes this thread-safe.
[[nodiscard]] inline std::string_view environment_variable(const char* name) noexcept {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? std::string_view(value) : std::string_view();
}

}  // namespace rakkan
