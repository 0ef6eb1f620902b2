// Reading of an open descriptor to its end.
#pragma once

#include <cstdint>
#include <filesystem>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// `path` is named in errors: file_unreadable, input_too_large.
[[nodiscard]] Result<Bytes> read_all(int descriptor, const std::filesystem::path& path, std::uint64_t limit);
// Without one trailing line break; no copy is left behind.
[[nodiscard]] Result<SecureBytes> read_secret(int descriptor, const std::filesystem::path& path);

}  // namespace rakkan
