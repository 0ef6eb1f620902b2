#include "gather/covered_revisions.hpp"

#include <algorithm>

#include "gather/pdf_words.hpp"
#include "gather/signer_facts.hpp"

namespace rakkan::gather {

Result<validation::PdfFacts> CoveredRevisions::facts_of(const pades::FileSignature& found,
                                                        std::vector<validation::StructureFinding>& structure) {
  validation::PdfFacts facts;
  facts.field = found.signature.field_name;
  facts.sub_filter = found.signature.sub_filter;
  facts.coverage = coverage_of(found.coverage.coverage);
  facts.revision = found.coverage.revision ? number_of(*found.coverage.revision) : 0;
  for (const pades::CoverageFinding& each : found.coverage.findings) {
    validation::StructureFinding one = finding(code_of(each.fault), std::string(kSignatureClause), each.detail);
    one.revision = number_of(found.revision);
    one.object = object_name(each.object);
    structure.push_back(std::move(one));
  }
  RAKKAN_TRY(const pades::Modifications changes, changes_.after(found));
  facts.modification = level_of(changes.level);
  facts.permission = permission_of(changes.doc_mdp);
  facts.permissions_kept = changes.doc_mdp_ok;
  for (const pades::ModificationFinding& each : changes.findings) {
    note_change(each);
  }
  return facts;
}

// A change is told once, whatever number of signatures stand before it.
void CoveredRevisions::note_change(const pades::ModificationFinding& change) {
  if (change.fault == pades::ModificationFault::coverage) {
    return;  // the coverage's own findings say more
  }
  validation::StructureFinding one = finding("later-change", "ISO 32000-2 §12.8.2.2",
                                             std::string(to_string(change.fault)) + ": " + change.detail +
                                                 (change.path.empty() ? "" : " (" + change.path + ")"));
  one.revision = number_of(change.revision);
  one.object = object_name(change.object);
  auto& findings = into_.facts().document.findings;
  if (std::find(findings.begin(), findings.end(), one) == findings.end()) {
    findings.push_back(std::move(one));
  }
}

}  // namespace rakkan::gather
