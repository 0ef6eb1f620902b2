#include "gather/pdf_gathering.hpp"

#include <utility>
#include <vector>

#include "gather/algorithm_facts.hpp"
#include "gather/covered_revisions.hpp"
#include "gather/document_stores.hpp"
#include "gather/document_timestamps.hpp"
#include "gather/pdf_signature.hpp"
#include "gather/pdf_signature_facts.hpp"
#include "gather/pdf_words.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::gather {
namespace {

void describe_file(const pdf::History& history, validation::DocumentFacts& document) {
  document.format = "PDF";
  document.size = history.file().size();
  for (std::size_t i = 0; i < history.revisions().size(); ++i) {
    document.revisions.push_back({number_of(i), history.revisions()[i].end + history.header_offset()});
  }
}

// The document security store, as the newest state has it and as every revision had it that a document timestamp
// covers.
Result<void> take_stores(DocumentStores& stores, const pdf::History& history, const std::vector<PdfSignature>& all) {
  RAKKAN_CHECK(stores.take(history.revisions().size() - 1));
  for (const PdfSignature& each : all) {
    if (each.is_timestamp() && each.found.coverage.revision) {
      RAKKAN_CHECK(stores.take(*each.found.coverage.revision));
    }
  }
  return {};
}

// Findings are made while the file is read, so that they come last.
void describe_structure(const pdf::History& history, bool has_signatures, validation::DocumentFacts& document) {
  for (const pdf::StructureFinding& each : history.findings()) {
    validation::StructureFinding one =
        finding(code_of(each.fault), "ISO 32000-2 §7.5", std::string(to_string(each.fault)) + ": " + each.detail);
    one.revision = number_of(each.revision);
    one.object = object_name(each.object);
    document.findings.push_back(std::move(one));
  }
  // Each signature of the file says so too; without one, a file that was cut short may have lost it.
  if (!has_signatures && !history.tail_is_blank()) {
    document.findings.push_back(
        finding("unsigned-tail", "ISO 32000-2 §7.5.5", "bytes that belong to no revision stand at the end"));
  }
}

Result<void> gather_history(const pdf::History& history, Gathering& into) {
  describe_file(history, into.facts().document);
  RAKKAN_TRY(std::vector<pades::FileSignature> found, pades::file_signatures(history));
  if (found.size() > into.inputs().limits.signatures) {
    return fail(ErrorCode::pdf_limit_exceeded, "too many signatures");
  }
  std::vector<PdfSignature> all;
  all.reserve(found.size());
  for (pades::FileSignature& each : found) {
    all.push_back(read_signature(std::move(each), into));
  }
  DocumentStores stores(history, into);
  RAKKAN_CHECK(take_stores(stores, history, all));
  SignedContents contents(history, into.inputs().limits, all);
  into.facts().document.sha256 = to_hex(contents.file_digest().view());
  CoveredRevisions revisions(history, into);
  for (PdfSignature& each : all) {
    RAKKAN_TRY(each.place, each.is_timestamp() ? add_document_timestamp(each, contents, revisions, into)
                                               : add_signature(each, history, contents, revisions, into));
  }
  connect_document_timestamps(all, stores, into.facts());
  describe_structure(history, !all.empty(), into.facts().document);
  return {};
}

}  // namespace

Result<void> gather_pdf(ByteView file, Gathering& into) {
  pdf::HistoryOptions options;
  options.password = into.inputs().password;
  RAKKAN_TRY(const pdf::History history, pdf::History::open(file, options));
  return gather_history(history, into);
}

}  // namespace rakkan::gather
