// The facts of a signed PDF: its signatures and document timestamps, in all revisions, with the document security
// store.
#pragma once

#include "gather/gathering.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::gather {

// Fails as pdf::History::open does.
[[nodiscard]] Result<void> gather_pdf(ByteView file, Gathering& into);

}  // namespace rakkan::gather
