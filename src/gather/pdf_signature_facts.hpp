// The facts of a signature of a PDF, from its dictionary and its /Contents (ISO 32000-2 §12.8.1, §12.8.3).
#pragma once

#include "gather/covered_revisions.hpp"
#include "gather/pdf_signature.hpp"
#include "gather/signed_contents.hpp"

namespace rakkan::gather {

// All evidence of the file has to be taken before. A signature that cannot be read is counted, with a finding. Returns
// its place in the facts. Fails as the reader does.
[[nodiscard]] Result<std::size_t> add_signature(const PdfSignature& one, const pdf::History& history,
                                                SignedContents& contents, CoveredRevisions& revisions, Gathering& into);

}  // namespace rakkan::gather
