// Choosing the field for the new signature: an existing empty one, or a new one with a free name (ISO 32000-2
// §12.7.5.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {

struct SignatureField {
  std::string name;                      // full, UTF-8
  const pdf::Field* existing = nullptr;  // the empty signature field to fill; none: a new field at the root of the form
};

// Chooses the field; an empty name means a new field "Signature<n>". Fails with pdf_field_exists (a field of another
// type, or one that has fields under it), pdf_field_signed, pdf_field_not_found (a field whose name has a period cannot
// be made at the root) or invalid_argument (no UTF-8, a control character).
[[nodiscard]] Result<SignatureField> choose_signature_field(const pdf::Document& document,
                                                            const std::optional<pdf::AcroForm>& form,
                                                            std::string_view name);

// Chooses the name of a new field for a document timestamp; an empty name means "Timestamp<n>". Fails with
// pdf_field_exists, pdf_field_not_found or invalid_argument.
[[nodiscard]] Result<SignatureField> choose_timestamp_field(const std::optional<pdf::AcroForm>& form,
                                                            std::string_view name);

}  // namespace rakkan::pades
