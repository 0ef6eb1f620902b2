// A file from outside as validation reads it: revisions, coverage of the signatures, modifications behind them. No
// signature covers more than the file, a level of none has nothing behind it, and a document that opens strictly has a
// history with the same signatures.
#include <cstdlib>

#include "rakkan/pades/modification.hpp"

namespace {

using namespace rakkan;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_revisions(const pdf::History& history) {
  std::uint64_t begin = 0;
  for (std::size_t revision = 0; revision < history.revisions().size(); ++revision) {
    const pdf::FileRevision& one = history.revisions()[revision];
    require(one.begin == begin && one.end >= one.begin && one.end <= history.bytes().size());
    begin = one.end;
    const auto seen = history.for_each_object(revision, [&](const pdf::Object& object) -> Result<void> {
      require(object.end_offset() <= history.bytes().size() || !object.in_base());
      return {};
    });
    static_cast<void>(seen);
    const auto document = history.document(revision);
    require(!document || (*document)->size() == one.end || revision + 1 == history.revisions().size());
  }
  require(history.findings().size() <= pdf::History::kMaxFindings);
}

void check_signature(const pdf::History& history, const pades::FileSignature& signature,
                     pades::ModificationAnalysis& analysis) {
  const pades::Coverage& coverage = signature.coverage;
  if (coverage.coverage == pades::CoverageClass::entire_file) {
    require(coverage.end == history.file().size());
  }
  if (coverage.coverage >= pades::CoverageClass::entire_revision) {
    require(coverage.byte_range && coverage.revision && signature.signature.contents_offset);
  }
  const auto found = analysis.after(signature);
  if (!found) {
    return;
  }
  require(found->doc_mdp_ok == (found->level <= found->permitted));
  require((found->level == pades::ModificationLevel::other) == !found->findings.empty());
  if (found->level == pades::ModificationLevel::none && coverage.coverage != pades::CoverageClass::entire_file) {
    require(*coverage.revision + 1 == history.revisions().size() && history.tail_is_blank());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file{data, size};
  const auto history = pdf::History::open(file);
  const auto strict = pdf::Document::open(file);
  if (!history) {
    require(!strict || history.error().code != ErrorCode::pdf_malformed);
    return 0;
  }
  check_revisions(*history);
  const auto signatures = pades::file_signatures(*history);
  if (!signatures) {
    return 0;
  }
  const auto form = strict ? pdf::AcroForm::read(*strict) : std::nullopt;
  const auto newest = form && *form ? pdf::signatures(*strict, **form) : std::vector<pdf::Signature>{};
  require(!newest || newest->size() <= signatures->size());
  pades::ModificationAnalysis analysis(*history);
  for (const pades::FileSignature& signature : *signatures) {
    check_signature(*history, signature, analysis);
  }
  return 0;
}
