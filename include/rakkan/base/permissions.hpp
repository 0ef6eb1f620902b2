// Checking the owner and the mode of a file or folder on which this process relies. Nobody but its owner may ever write
// it; the caller says who may read it. A refusal names the command that mends the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>

#include "rakkan/base/result.hpp"

namespace rakkan {

enum class Readers : std::uint8_t { owner, group, everybody };  // the users who may read at most

using UserId = std::uint32_t;  // uid_t
inline constexpr UserId kRoot = 0;
[[nodiscard]] UserId this_user() noexcept;  // the effective user of this process

// Succeeds when the file or folder belongs to one of the owners, and its mode lets only the owner write and only the
// readers read. A link is followed; a pipe, a terminal, or a path that does not exist passes. permissions_unsafe,
// file_unreadable.
[[nodiscard]] Result<void> check_permissions(const std::filesystem::path& path, Readers readers,
                                             std::initializer_list<UserId> owners);

// The same for a file that an administrator may hand over to this process: it must belong to this user or to root.
[[nodiscard]] Result<void> check_permissions(const std::filesystem::path& path, Readers readers);

// The owner of a file or folder. file_unreadable.
[[nodiscard]] Result<UserId> owner_of(const std::filesystem::path& path);

}  // namespace rakkan
