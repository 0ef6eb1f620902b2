// CoveredRevisions says of signatures and document timestamps which revision of the file each covers, and what later
// revisions did to it.
#pragma once

#include <vector>

#include "gather/gathering.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/pades/modification.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::gather {

class CoveredRevisions {
 public:
  // Both outlive it.
  CoveredRevisions(const pdf::History& history, Gathering& into) : into_(into), changes_(history) {}

  // Findings about the coverage are added to `structure`, those about changes to the document's. Fails as
  // pades::ModificationAnalysis does.
  [[nodiscard]] Result<validation::PdfFacts> facts_of(const pades::FileSignature& found,
                                                      std::vector<validation::StructureFinding>& structure);

 private:
  void note_change(const pades::ModificationFinding& change);

  Gathering& into_;
  pades::ModificationAnalysis changes_;
};

}  // namespace rakkan::gather
