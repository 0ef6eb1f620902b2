// The rules by which changes behind a signed revision are harmless. A rule looks at one part of a document; it explains
// the changes in it that it allows, and refuses those that it knows to be none of these. A further level is a further
// rule, or a further key of one: the comparison stays.
#pragma once

#include <span>
#include <string_view>

#include "pades/revision_comparison.hpp"

namespace rakkan::pades {

struct ModificationRule {
  std::string_view name;
  // Fails as the reader does; damage is refused by the rule, not an error of it.
  Result<void> (*apply)(RevisionComparison& comparison);
};

// In the order in which they have to be applied: fields approve the widgets that pages may take.
[[nodiscard]] std::span<const ModificationRule> modification_rules() noexcept;

// The rules, each beside what it is about.
[[nodiscard]] Result<void> trailer_rule(RevisionComparison& comparison);       // /Root, /Encrypt, /Info
[[nodiscard]] Result<void> file_form_rule(RevisionComparison& comparison);     // cross-reference and object streams
[[nodiscard]] Result<void> catalog_rule(RevisionComparison& comparison);       // with /DSS, /Extensions, /AcroForm
[[nodiscard]] Result<void> filled_field_rule(RevisionComparison& comparison);  // document timestamps in empty fields
[[nodiscard]] Result<void> page_rule(RevisionComparison& comparison);          // /Annots

// Parts of the catalog's rule: the values of its key in the signed and in the later revision, unresolved; null: absent.
[[nodiscard]] Result<void> dss_part(RevisionComparison& comparison, pdf::Value signed_entry, pdf::Value entry);
[[nodiscard]] Result<void> extensions_part(RevisionComparison& comparison, pdf::Value signed_entry, pdf::Value entry);
[[nodiscard]] Result<void> form_part(RevisionComparison& comparison, pdf::Value signed_entry, pdf::Value entry);

}  // namespace rakkan::pades
