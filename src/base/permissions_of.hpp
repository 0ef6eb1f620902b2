// The judgement of check_permissions, for a file that is open already.
#pragma once

#include <sys/stat.h>

#include "rakkan/base/permissions.hpp"

namespace rakkan {

[[nodiscard]] Result<void> check_permissions_of(const struct stat& status, const std::filesystem::path& path,
                                                Readers readers, std::initializer_list<UserId> owners);

}  // namespace rakkan
