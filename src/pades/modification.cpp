#include "rakkan/pades/modification.hpp"

#include <algorithm>
#include <array>

#include "pades/modification_permissions.hpp"
#include "pades/modification_rules.hpp"
#include "pades/reverse_index.hpp"
#include "pades/revision_comparison.hpp"

namespace rakkan::pades {
namespace {

using pdf::History;
using pdf::StructureFault;

// True for a fault by which an update means one thing to one reader, and another to the next. Objects are judged one by
// one, and numbers above /Size when they show.
bool makes_ambiguous(StructureFault fault) noexcept {
  switch (fault) {
    case StructureFault::duplicate_trailer_key:
    case StructureFault::object_stream_index:
    case StructureFault::entry_twice:
    case StructureFault::hybrid_disagreement:
    case StructureFault::sections_out_of_order:
    case StructureFault::startxref_mismatch:
    case StructureFault::hybrid_stream_outside:
    case StructureFault::section_without_end:
    case StructureFault::form_damaged:
      return true;
    case StructureFault::header_offset:
    case StructureFault::entry_above_size:
    case StructureFault::object_outside:
    case StructureFault::object_missing:
      return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(ModificationLevel level) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"NONE", "LTA_UPDATES", "FORM_FILLING", "ANNOTATIONS", "OTHER"};
  return kNames.at(static_cast<std::size_t>(level));
}

std::string_view to_string(ModificationFault fault) noexcept {
  constexpr std::array<std::string_view, 23> kNames{
      "coverage",           "file-tail",       "structure",         "unreadable",      "object-changed",
      "object-freed",       "object-added",    "object-reused",     "object-revealed", "object-stream-changed",
      "dangling-reference", "trailer-changed", "signature-changed", "catalog-changed", "version-lowered",
      "extensions-changed", "dss-changed",     "form-changed",      "field-added",     "page-changed",
      "annotation-changed", "info-changed",    "metadata-changed",
  };
  return kNames.at(static_cast<std::size_t>(fault));
}

struct ModificationAnalysis::Impl {
  explicit Impl(const History& read) noexcept : history(read) {}

  const History& history;
  std::optional<ReverseIndex> index;  // made when it is needed first
  std::uint64_t steps = 0;

  static void refuse(Modifications& result, ModificationFault fault, std::size_t revision, std::uint32_t object,
                     std::string detail) {
    result.level = ModificationLevel::other;
    if (result.findings.size() < Modifications::kMaxFindings) {
      result.findings.push_back({fault, revision, object, {}, std::move(detail)});
    }
  }

  [[nodiscard]] Result<void> compare(std::size_t signed_revision, Modifications& result) {
    const std::size_t last = history.revisions().size() - 1;
    if (signed_revision < last) {
      if (!index) {
        RAKKAN_TRY(index, ReverseIndex::build(history));
      }
      result.level = ModificationLevel::lta_updates;
    }
    ComparedBefore earlier;
    for (std::size_t later = signed_revision + 1; later <= last; ++later) {
      RevisionComparison comparison(history, *index, signed_revision, later, earlier, steps, result);
      RAKKAN_CHECK(comparison.read());
      for (const ModificationRule& rule : modification_rules()) {
        RAKKAN_CHECK(apply(rule, comparison));
      }
      RAKKAN_CHECK(comparison.settle());
      RAKKAN_CHECK(judge_revealed(signed_revision, later, result));
    }
    judge_structure(signed_revision, result);
    if (!history.tail_is_blank()) {
      refuse(result, ModificationFault::file_tail, last, 0,
             std::to_string(history.tail_size()) + " bytes behind the last %%EOF");
    }
    return {};
  }

  // Damage that a rule runs into is no error of the analysis.
  [[nodiscard]] static Result<void> apply(const ModificationRule& rule, RevisionComparison& comparison) {
    auto applied = rule.apply(comparison);
    if (!applied && applied.error().code == ErrorCode::pdf_malformed) {
      comparison.refuse(ModificationFault::unreadable, 0, "", std::string(rule.name) + ": " + applied.error().detail);
      return {};
    }
    return applied;
  }

  // §7.5.5: readers ignore an object at or above /Size, until a later trailer's /Size is above it.
  [[nodiscard]] Result<void> judge_revealed(std::size_t signed_revision, std::size_t later, Modifications& result) {
    RAKKAN_TRY(const pdf::Document* const after, history.document(later));
    RAKKAN_TRY(const pdf::Document* const before, history.document(signed_revision));
    const auto size_of = [](const pdf::Document& document) {
      return document.trailer().find("Size").integer().value_or(0);
    };
    for (const ReverseIndex::Hidden& hidden : index->hidden()) {
      const std::int64_t number = hidden.number;
      const bool was_hidden = hidden.revision > signed_revision || number >= size_of(*before);
      if (hidden.revision >= later || !was_hidden || number >= size_of(*after)) {
        continue;
      }
      const auto object = after->load(hidden.number);
      if (object && *object != nullptr && (*object)->is_stream() && (*object)->value().find("Type").is_name("XRef")) {
        continue;  // writers forget to count the stream that they are writing
      }
      refuse(result, ModificationFault::object_revealed, later, hidden.number,
             "an object at or above its trailer's /Size shows");
    }
    return {};
  }

  void judge_structure(std::size_t signed_revision, Modifications& result) const {
    for (const pdf::StructureFinding& finding : history.findings()) {
      const bool everywhere = finding.fault == StructureFault::hybrid_disagreement;
      if (makes_ambiguous(finding.fault) && (everywhere || finding.revision > signed_revision)) {
        refuse(result, ModificationFault::structure, finding.revision, finding.object,
               std::string(to_string(finding.fault)) + ": " + finding.detail);
      }
    }
    if (history.findings().size() >= History::kMaxFindings) {
      refuse(result, ModificationFault::structure, signed_revision, 0, "the file has too many faults");
    }
  }
};

ModificationAnalysis::ModificationAnalysis(const History& history) : impl_(std::make_unique<Impl>(history)) {}
ModificationAnalysis::ModificationAnalysis(ModificationAnalysis&&) noexcept = default;
ModificationAnalysis& ModificationAnalysis::operator=(ModificationAnalysis&&) noexcept = default;
ModificationAnalysis::~ModificationAnalysis() = default;

Result<Modifications> ModificationAnalysis::after(const FileSignature& signature) {
  const Coverage& coverage = signature.coverage;
  RAKKAN_TRY(const Permission permission, permission_of(impl_->history, signature));
  if (coverage.coverage < CoverageClass::entire_revision || !coverage.revision) {
    Modifications result;
    result.permitted = permission.level;
    result.doc_mdp = permission.doc_mdp;
    Impl::refuse(result, ModificationFault::coverage, signature.revision, 0,
                 "the signature does not cover a whole revision");
    result.doc_mdp_ok = false;
    return result;
  }
  if (coverage.coverage == CoverageClass::entire_file) {
    Modifications result;
    result.permitted = permission.level;
    result.doc_mdp = permission.doc_mdp;
    impl_->judge_structure(impl_->history.revisions().size(), result);
    result.doc_mdp_ok = result.level <= result.permitted;
    return result;
  }
  RAKKAN_TRY(Modifications result, after(*coverage.revision, permission.level));
  result.doc_mdp = permission.doc_mdp;
  return result;
}

Result<Modifications> ModificationAnalysis::after(std::size_t revision, ModificationLevel permitted) {
  if (revision >= impl_->history.revisions().size()) {
    return fail(ErrorCode::invalid_argument, "there is no such revision");
  }
  Modifications result;
  result.permitted = permitted;
  RAKKAN_CHECK(impl_->compare(revision, result));
  result.doc_mdp_ok = result.level <= result.permitted;
  return result;
}

}  // namespace rakkan::pades
