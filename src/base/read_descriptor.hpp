// Reading an open descriptor to its end.
#pragma once

#include <cstdint>
#include <filesystem>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// Reads at most `limit` bytes; `path` is named in errors: file_unreadable, input_too_large.
[[nodiscard]] Result<Bytes> read_all(int descriptor, const std::filesystem::path& path, std::uint64_t limit);
// Reads a secret, without one trailing line break; no copy of it is left behind.
[[nodiscard]] Result<SecureBytes> read_secret(int descriptor, const std::filesystem::path& path);

}  // namespace rakkan
