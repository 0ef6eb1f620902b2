// UpdateBase is the part of a document that every update of ours has to read before it is written: form, signatures and
// the first page. A number to which one of them refers without an object must not become an object of ours.
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
  const pdf::Object* page = nullptr;       // the first page; null for a document without pages

  // Fails with pdf_malformed for a document of which readers disagree, or as the reader does.
  [[nodiscard]] static Result<UpdateBase> read(const pdf::Document& document);

  // The warnings for validation data or a document timestamp on top; docmdp_acrobat (check_additions).
  [[nodiscard]] Result<std::vector<Warning>> check_additions(const pdf::Document& document, bool iso_docmdp) const;
};

}  // namespace rakkan::pades
