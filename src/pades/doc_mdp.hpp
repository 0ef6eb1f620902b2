// DocMDP, FieldMDP and locks: the changes that earlier signatures of a document allow (ISO 32000-2 §12.8.2, §12.7.5.5).
#pragma once

#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {

// Fails with pdf_certified_no_changes when a certification signature allows no changes (P 1), by the catalog's /Perms
// or by any signature's own /Reference. §12.8.2.2 would let document timestamps follow, but Acrobat refuses them too.
[[nodiscard]] Result<void> check_certification(const pdf::Document& document,
                                               const std::vector<pdf::Signature>& signatures);

// Fails with pdf_locked when a signed field's /Lock, or a FieldMDP transform, forbids a signature in the field of that
// name, new or empty.
[[nodiscard]] Result<void> check_locks(const pdf::Document& document, const pdf::AcroForm& form,
                                       const std::vector<pdf::Signature>& signatures, std::string_view field_name);

}  // namespace rakkan::pades
