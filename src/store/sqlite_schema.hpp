#pragma once

#include "store/sqlite.hpp"

namespace rakkan::store {

// Brings the schema to this version, in one transaction. A newer schema is store_unavailable, another program's
// database store_corrupt.
[[nodiscard]] Result<void> migrate(Database& database);

}  // namespace rakkan::store
