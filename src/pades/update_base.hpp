// UpdateBase is the part of a document that every update of ours has to know before it is written: form and signatures.
#pragma once

#include <optional>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pades/warning.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {

struct UpdateBase {
  std::optional<pdf::AcroForm> form;
  std::vector<pdf::Signature> signatures;  // with document timestamps, in the order of the field tree

  // Fails with pdf_malformed for a document of which readers disagree, or as the reader does.
  [[nodiscard]] static Result<UpdateBase> read(const pdf::Document& document);

  // The warnings for validation data or a document timestamp on top; docmdp_acrobat (check_additions).
  [[nodiscard]] Result<std::vector<Warning>> check_additions(const pdf::Document& document, bool iso_docmdp) const;
};

}  // namespace rakkan::pades
