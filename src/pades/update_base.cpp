#include "pades/update_base.hpp"

#include <algorithm>
#include <string>

#include "pades/doc_mdp.hpp"

namespace rakkan::pades {
namespace {

// ISO 32000-2 table 15: an object whose number is not below /Size "shall be ignored and defined to be missing". Readers
// disagree on such objects, and an update, whose /Size is above all numbers, would show them to every reader: nobody
// could say which document the signer had seen.
Result<void> check_size(const pdf::Document& document) {
  const std::int64_t size = document.trailer().find("Size").integer().value_or(0);
  const auto first = static_cast<std::uint32_t>(std::clamp<std::int64_t>(size, 0, document.next_object_number()));
  for (std::uint32_t number = first; number < document.next_object_number(); ++number) {
    RAKKAN_TRY(const auto entry, document.xref_entry(number));
    if (entry && entry->type != pdf::XrefEntry::Type::free) {
      return fail(ErrorCode::pdf_malformed,
                  "an object stands above the trailer's /Size: readers disagree whether it exists",
                  "object " + std::to_string(number));
    }
  }
  return {};
}

}  // namespace

Result<UpdateBase> UpdateBase::read(const pdf::Document& document) {
  UpdateBase base;
  RAKKAN_TRY(base.form, pdf::AcroForm::read(document));
  if (base.form) {
    RAKKAN_TRY(base.signatures, pdf::signatures(document, *base.form));
  }
  RAKKAN_CHECK(check_size(document));
  if (document.catalog().value().count("AcroForm") > 1) {
    return fail(ErrorCode::pdf_malformed, "the catalog has two forms: readers disagree on which one holds");
  }
  return base;
}

Result<std::vector<Warning>> UpdateBase::check_additions(const pdf::Document& document, bool iso_docmdp) const {
  const pdf::AcroForm none;
  RAKKAN_TRY(const bool in_spite_of_acrobat,
             pades::check_additions(document, form ? *form : none, signatures, iso_docmdp));
  return in_spite_of_acrobat ? std::vector{Warning::docmdp_acrobat} : std::vector<Warning>{};
}

}  // namespace rakkan::pades
