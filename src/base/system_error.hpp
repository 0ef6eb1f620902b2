// What the system answered, as an Error.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "rakkan/base/result.hpp"

namespace rakkan {

// A lack of descriptors or memory: it passes, and the call has done nothing.
[[nodiscard]] inline bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM;
}

// Of a call that did nothing when it failed: resource_shortage for a lack of descriptors or memory, else `code`.
[[nodiscard]] inline tl::unexpected<Error> refused_by_system(ErrorCode code, const char* what,
                                                             const std::filesystem::path& path, int error = errno) {
  return fail(is_shortage(error) ? ErrorCode::resource_shortage : code,
              std::string(what) + ": " + std::system_category().message(error), path.string());
}

// Of a call after which nobody knows what is on the disk (a sync, the rest of a write): always `code`.
[[nodiscard]] inline tl::unexpected<Error> failed_by_system(ErrorCode code, const char* what,
                                                            const std::filesystem::path& path, int error = errno) {
  return fail(code, std::string(what) + ": " + std::system_category().message(error), path.string());
}

}  // namespace rakkan
