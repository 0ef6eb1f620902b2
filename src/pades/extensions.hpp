// The developer extension ESIC of the catalog's /Extensions (ISO 32000-2 §7.12), which says that a PDF 1.x holds PAdES.
#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/incremental_writer.hpp"

namespace rakkan::pades {

// Declares ESIC 1.7 level 5 (signatures, document security store, document timestamps) in the update, unless the
// document is a PDF 2.0 or declares that level or a higher one: a level is never lowered. To be called with the first
// signature only, whatever level it is going to have: validators object to /Extensions that are changed after one.
[[nodiscard]] Result<void> declare_esic(const pdf::Document& document, pdf::IncrementalWriter& writer);

}  // namespace rakkan::pades
