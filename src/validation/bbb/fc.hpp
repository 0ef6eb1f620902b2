// Format checking, EN 319 102-1 §5.2.2.
#pragma once

#include <string_view>
#include <vector>

#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

// The form of a signature or of a token by itself: its structure, and that its ByteRange covers a revision.
[[nodiscard]] Conclusion check_format(const Case& facts, const Id& object, const PdfFacts& pdf,
                                      const std::vector<StructureFinding>& structure, StepLog& log);
// The changes by later revisions: the level of modification, and permissions (DocMDP, FieldMDP, locks).
[[nodiscard]] Conclusion check_modifications(const Case& facts, const Id& object, const PdfFacts& pdf, StepLog& log);

}  // namespace rakkan::validation
