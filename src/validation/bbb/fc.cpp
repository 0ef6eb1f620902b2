#include "validation/bbb/fc.hpp"

#include "validation/findings.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;

constexpr const char* kClause = "EN 319 102-1 §5.2.2.4";

// The worse of the two.
void worsen(Conclusion& so_far, Conclusion with) {
  if (static_cast<int>(with.indication) > static_cast<int>(so_far.indication)) {
    so_far = std::move(with);
  }
}

Conclusion weighed(Weight weight, SubIndication sub, std::string detail) {
  switch (weight) {
    case Weight::fail:
      return failed(sub, std::move(detail));
    case Weight::indeterminate:
      return indeterminate(sig_constraints_failure, std::move(detail));
    case Weight::warn:
    case Weight::inform:
    case Weight::ignore:
      break;
  }
  return {};
}

}  // namespace

Conclusion check_format(const Case& facts, const Id& object, const PdfFacts& pdf,
                        const std::vector<StructureFinding>& structure, StepLog& log) {
  Conclusion result;
  for (const StructureFinding& each : structure) {
    const Weight weight = facts.policy().structure_weight(each.code);
    add_finding(log, weight, each, object);
    const Conclusion conclusion =
        weighed(weight, format_failure, each.detail.empty() ? each.code : each.code + ": " + each.detail);
    if (!conclusion.is_passed()) {
      log.concluded(kClause, "fc." + each.code, object, conclusion);
    }
    worsen(result, conclusion);
  }
  if (pdf.coverage == Coverage::contiguous_block || pdf.coverage == Coverage::unclear) {
    const Weight weight = facts.policy().structure_weight("coverage-not-a-revision");
    const StructureFinding finding{"coverage-not-a-revision", "ISO 32000-2 §12.8.1",
                                   "the signature covers no whole revision", pdf.revision, pdf.field};
    add_finding(log, weight, finding, object);
    const Conclusion conclusion = weighed(weight, format_failure, finding.detail);
    if (!conclusion.is_passed()) {
      log.concluded(kClause, "fc.coverage", object, conclusion);
    }
    worsen(result, conclusion);
  }
  if (result.is_passed()) {
    log.passed(kClause, "fc", object);
  }
  return result;
}

Conclusion check_modifications(const Case& facts, const Id& object, const PdfFacts& pdf, StepLog& log) {
  Conclusion result;
  if (pdf.coverage == Coverage::not_pdf) {
    return result;
  }
  // Annotations are what a certification of P=3 allows, and stay a warning; nothing else allows them.
  Weight weight = facts.policy().modification_weight(pdf.modification);
  if (pdf.modification == ModificationLevel::annotations && pdf.permission == Permission::annotations) {
    weight = Weight::warn;
  }
  const std::string level(word(pdf.modification));
  add_finding(log, weight, {"modified-after-signing", kClause, level, std::nullopt, pdf.field}, object);
  worsen(result, weighed(weight, format_failure, "later revisions changed the document: " + level));
  const bool is_forbidden_form =
      pdf.modification == ModificationLevel::form_filling && pdf.permission == Permission::no_changes;
  if (pdf.permissions_kept == false || is_forbidden_form) {
    weight = facts.policy().permissions;
    add_finding(log, weight, {"permissions-violated", "ISO 32000-2 §12.8.2", {}, std::nullopt, pdf.field}, object);
    worsen(result, weighed(weight, format_failure, "later revisions changed what a certification or a lock forbids"));
  }
  if (!result.is_passed()) {
    log.concluded(kClause, "fc.modifications", object, result);
  } else {
    log.passed(kClause, "fc.modifications", object, std::string(word(pdf.modification)));
  }
  return result;
}

}  // namespace rakkan::validation
