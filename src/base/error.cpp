#include "rakkan/base/error.hpp"

#include <utility>

namespace rakkan {

Error not_among(ErrorCode code, std::vector<std::string> allowed, std::string where) {
  std::string detail = "must be ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    const bool last = i + 1 == allowed.size();
    detail.append(i == 0 ? "" : last ? " or " : ", ").append(allowed[i]);
  }
  Error error{code, std::move(detail), std::move(where), std::nullopt, {}};
  error.allowed = std::move(allowed);
  return error;
}

std::string to_string(const Error& error) {
  std::string text(row(error.code).slug);
  text += ": ";
  text += error.detail;
  if (!error.where.empty()) {
    text += " (" + error.where + ")";
  }
  for (const Error& cause : error.causes) {
    text += "; caused by " + to_string(cause);
  }
  return text;
}

}  // namespace rakkan
