// DocumentToRaise is a signed document, by whomever, as raise_level starts from it: each signature checked, and turned
// with its timestamps into the subjects of evidence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/service/augmentation.hpp"
#include "service/raise_level.hpp"

namespace rakkan::service {

struct SignatureBefore {
  std::string field;
  bool is_document_timestamp = false;
  bool is_wanted = true;  // false: another one was named
  std::optional<pades::BaselineLevel> level;
  std::optional<Instant> existed_at;
};

struct DocumentToRaise {
  pades::HashedDocument hashed;
  std::vector<SignatureBefore> signatures;  // in the order of what they cover
  WantedLevel wanted;
};

// Reads the document twice: its structure, and all its bytes once. Fails as the reader does; with invalid_argument for
// a document without a signature, pdf_field_not_found for a field that has none; and naming the field in `where`: with
// signature_invalid for a signature or timestamp that is broken, unsupported_algorithm for one that cannot be read.
[[nodiscard]] Result<DocumentToRaise> read_document_to_raise(const AugmentCommand& command, pki::FreshnessDemand demand,
                                                             const pdf::Limits& limits, pdf::MemoryBudget* memory);

}  // namespace rakkan::service
