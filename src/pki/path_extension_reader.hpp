// The reader of PathExtensions, for Certificate.
#pragma once

#include <vector>

#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/path_extensions.hpp"

namespace rakkan::pki {

// Reads them all; the views in the result point into the extensions' values. Fails with malformed_der and the extension
// in `where`.
[[nodiscard]] Result<PathExtensions> read_path_extensions(const std::vector<Extension>& extensions,
                                                          const Name& subject);

}  // namespace rakkan::pki
