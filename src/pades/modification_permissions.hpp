// The changes that a signature permits to later revisions (ISO 32000-2 §12.8.2.2 DocMDP, §12.8.2.4 FieldMDP, §12.7.5.5
// locks).
#pragma once

#include <optional>

#include "rakkan/pades/modification.hpp"

namespace rakkan::pades {

struct Permission {
  ModificationLevel level = ModificationLevel::form_filling;
  std::optional<int> doc_mdp;  // the lowest P that was found
};

// By the signature's own transforms, whether /Perms of the catalog still names it or not; by those of a certification
// that its revision holds; and by the lock of its field. Fails as the reader does; what is damaged says nothing.
[[nodiscard]] Result<Permission> permission_of(const pdf::History& history, const FileSignature& signature);

}  // namespace rakkan::pades
