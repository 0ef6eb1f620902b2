// DocMDP, FieldMDP and locks: the changes that earlier signatures of a document allow (ISO 32000-2 §12.8.2, §12.7.5.5).
#pragma once

#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {

// For a signature. Fails with pdf_certified_no_changes when a certification signature allows no changes (P 1), by the
// catalog's /Perms or by any signature's own /Reference.
[[nodiscard]] Result<void> check_certification(const pdf::Document& document,
                                               const std::vector<pdf::Signature>& signatures);

// For a signature. Fails with pdf_locked when a signed field's /Lock, or a FieldMDP transform, forbids one in the field
// of that name, new or empty.
[[nodiscard]] Result<void> check_locks(const pdf::Document& document, const pdf::AcroForm& form,
                                       const std::vector<pdf::Signature>& signatures, std::string_view field_name);

// For validation data and document timestamps, on which /Action and /Fields of locks have no bearing: only P 1 counts,
// of a certification, of a FieldMDP transform or of a signed field's /Lock. ISO 32000-2 (§12.8.2.2 table 257, §12.8.5)
// lets them follow it, Acrobat does not: fails with docmdp_acrobat, or with `iso_docmdp` answers true, which calls for
// Warning::docmdp_acrobat. False when nothing forbids changes.
[[nodiscard]] Result<bool> check_additions(const pdf::Document& document, const pdf::AcroForm& form,
                                           const std::vector<pdf::Signature>& signatures, bool iso_docmdp);

}  // namespace rakkan::pades
