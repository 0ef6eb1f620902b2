// Whose a file or folder is that this process relies on, and what others may do to it. Nobody but its owner may ever
// write it; how much others may read is asked for. A refusal names the command that mends it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>

#include "rakkan/base/result.hpp"

namespace rakkan {

enum class Readers : std::uint8_t { owner, group, everybody };  // at most these

using UserId = std::uint32_t;  // uid_t
inline constexpr UserId kRoot = 0;
[[nodiscard]] UserId this_user() noexcept;  // the effective one

// The file or folder belongs to one of the owners, and its mode lets nobody write but them, nobody read but the
// readers. A link is followed; a pipe or a terminal is not judged, nor what is not there. permissions_unsafe,
// file_unreadable.
[[nodiscard]] Result<void> check_permissions(const std::filesystem::path& path, Readers readers,
                                             std::initializer_list<UserId> owners);

// As check_permissions, for what an administrator may hand over to this process: ours or root's.
[[nodiscard]] Result<void> check_permissions(const std::filesystem::path& path, Readers readers);

// Who owns it. file_unreadable.
[[nodiscard]] Result<UserId> owner_of(const std::filesystem::path& path);

}  // namespace rakkan
