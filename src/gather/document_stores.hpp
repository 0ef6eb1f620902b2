// DocumentStores are the document security stores of a PDF (ISO 32000-2 §12.8.4.3), as its revisions have them.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "gather/gathering.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::gather {

class DocumentStores {
 public:
  // Both outlive it.
  DocumentStores(const pdf::History& history, Gathering& into) : history_(history), into_(into) {}

  // Takes the store of a revision into the pool, once. One that cannot be read is a finding. Fails with
  // pdf_limit_exceeded, or as the reader does.
  [[nodiscard]] Result<void> take(std::size_t revision);
  // The objects of a revision's store; none when it was not taken.
  [[nodiscard]] const std::vector<Id>& of(std::size_t revision) const;

 private:
  const pdf::History& history_;
  Gathering& into_;
  std::map<std::size_t, std::vector<Id>> stores_;  // by revision
};

}  // namespace rakkan::gather
