// Errors of system calls as Error values.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "rakkan/base/result.hpp"

namespace rakkan {

// True for a lack of descriptors or memory, which passes; the call has done nothing.
[[nodiscard]] inline bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM;
}

// The error of a call that does nothing when it fails: resource_shortage for a lack of descriptors or memory, else
// `code`.
[[nodiscard]] inline tl::unexpected<Error> refused_by_system(ErrorCode code, const char* what,
                                                             const std::filesystem::path& path, int error = errno) {
  return fail(is_shortage(error) ? ErrorCode::resource_shortage : code,
              std::string(what) + ": " + std::system_category().message(error), path.string());
}

// The error of a call after whose failure nobody knows what is on the disk (a sync, the rest of a write): always
// `code`.
[[nodiscard]] inline tl::unexpected<Error> failed_by_system(ErrorCode code, const char* what,
                                                            const std::filesystem::path& path, int error = errno) {
  return fail(code, std::string(what) + ": " + std::system_category().message(error), path.string());
}

}  // namespace rakkan
