// DocMDP, FieldMDP and locks: what earlier signatures of a document leave open (ISO 32000-2 §12.8.2, §12.7.5.5).
#pragma once

#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {

// Does a certification signature allow no changes? Fails with pdf_certified_no_changes for P 1, by the catalog's /Perms
// or by any signature's own /Reference: §12.8.2.2 would let document timestamps follow, Acrobat refuses everything.
[[nodiscard]] Result<void> check_certification(const pdf::Document& document,
                                               const std::vector<pdf::Signature>& signatures);

// Does a signed field's /Lock, or a FieldMDP transform, forbid a signature in the field of that name, new or empty?
// Fails with pdf_locked.
[[nodiscard]] Result<void> check_locks(const pdf::Document& document, const pdf::AcroForm& form,
                                       const std::vector<pdf::Signature>& signatures, std::string_view field_name);

}  // namespace rakkan::pades
