// In a benchmark a failure ends the program: must(result) is the value, or a line on stderr and exit 1.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "rakkan/base/result.hpp"

namespace rakkan::bench {

[[noreturn]] inline void stop(const Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    stop(result.error());
  }
  return std::move(*result);
}

inline void must(const Result<void>& result) {
  if (!result) {
    stop(result.error());
  }
}

}  // namespace rakkan::bench
