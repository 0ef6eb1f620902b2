// The document timestamps of a PDF (ISO 32000-2 §12.8.5): their facts, and what they cover (EN 319 102-1 §5.6.2.3).
#pragma once

#include <vector>

#include "gather/covered_revisions.hpp"
#include "gather/document_stores.hpp"
#include "gather/pdf_signature.hpp"
#include "gather/signed_contents.hpp"

namespace rakkan::gather {

// All evidence of the file has to be taken before. Returns its place in the facts. Fails as the reader does.
[[nodiscard]] Result<std::size_t> add_document_timestamp(const PdfSignature& one, SignedContents& contents,
                                                         CoveredRevisions& revisions, Gathering& into);

// Writes what each document timestamp among `all` covers, and into each signature the timestamps that cover it. The
// facts of all of them are there.
void connect_document_timestamps(const std::vector<PdfSignature>& all, const DocumentStores& stores,
                                 validation::Facts& facts);

}  // namespace rakkan::gather
