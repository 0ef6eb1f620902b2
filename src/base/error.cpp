#include "rakkan/base/error.hpp"

namespace rakkan {

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
