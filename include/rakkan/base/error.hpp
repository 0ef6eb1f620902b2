// Error describes a failed step: a code from the one table, a detail for people, and where it happened. Details never
// contain document content, PINs, tokens or keys: they reach logs and callers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/base/error_code.hpp"
#include "rakkan/base/error_table.hpp"

namespace rakkan {

struct Error {
  ErrorCode code;
  std::string detail;  // one line, English, no trailing full stop
  std::string where;   // position in the input: "offset 1234", "object 12 0", "key hsm.pin_file"
  std::optional<std::chrono::milliseconds> retry_after;  // only where row(code).retryable
  std::vector<Error> causes;                             // the errors beneath this one, nearest first
  // For programs, about an input that is wrong: the position of the octet at which it can be read no further, and the
  // values that would have been accepted in that place.
  std::optional<std::uint64_t> offset = {};
  std::vector<std::string> allowed = {};
  // For programs, about a failure that is not the end: facts by their names, which are those of a problem's members.
  std::vector<std::pair<std::string, std::string>> facts = {};

  [[nodiscard]] Error at(std::string place) && {
    where = std::move(place);
    return std::move(*this);
  }
  // The error with `key`, the option that is to blame, as its place; the place so far becomes a part of the detail.
  [[nodiscard]] Error blamed_on(std::string key) && {
    if (!where.empty()) {
      detail = where + ": " + detail;
    }
    return std::move(*this).at(std::move(key));
  }
  [[nodiscard]] Error because(Error cause) && {
    causes.push_back(std::move(cause));
    return std::move(*this);
  }
};

// The error for a value at `where` that is none of the allowed ones: the detail names them ("must be B-B or B-T").
[[nodiscard]] Error not_among(ErrorCode code, std::vector<std::string> allowed, std::string where);

// The error as one line for logs: "slug: detail (where); caused by slug: detail".
std::string to_string(const Error& error);

}  // namespace rakkan
