#include "rakkan/service/erasure.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "service/records.hpp"

namespace rakkan::service {
namespace {

// {"by":"local:0","indexes":[3,4]}
std::string body_of(const access::Principal& by, const std::vector<std::uint64_t>& indexes) {
  std::string body = R"({"by":")" + by.id + R"(","indexes":[)";
  for (const std::uint64_t index : indexes) {
    body += (body.back() == '[' ? "" : ",") + std::to_string(index);
  }
  return body + "]}";
}

// The indexes that have a record, in order, each once.
Result<std::vector<std::uint64_t>> that_are_there(store::Ledger& ledger, std::vector<std::uint64_t> indexes) {
  std::sort(indexes.begin(), indexes.end());
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  std::vector<std::uint64_t> there;
  for (const std::uint64_t index : indexes) {
    const Result<store::RecordRow> row = ledger.record(index);
    if (row) {
      there.push_back(index);
    } else if (row.error().code != ErrorCode::audit_index_unknown) {
      return fail(row.error());
    }
  }
  return there;
}

// Signatures that were to be completed later are given up, with an outcome that says nothing about their persons.
Result<void> give_up_pending(audit::Trail& trail, store::Ledger& ledger, const std::vector<std::uint64_t>& erased) {
  RAKKAN_TRY(const std::vector<store::KeptSignatureRow> kept, ledger.kept_signatures());
  for (const store::KeptSignatureRow& row : kept) {
    if (!std::binary_search(erased.begin(), erased.end(), row.intent)) {
      continue;
    }
    audit::Submission outcome;
    outcome.event = "signature.abandoned";
    outcome.body = records::abandoned(row.intent, row.id, records::GivenUp::erased, {}, nullptr);
    outcome.changes.emplace_back(store::KeptSignatureRelease{row.id, false});
    const Result<audit::Receipt> receipt = trail.record_and_wait(std::move(outcome));
    if (!receipt && receipt.error().code != ErrorCode::signature_unknown) {  // it has just got another outcome
      return fail(receipt.error());
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::uint64_t>> erase_records(audit::Trail& trail, store::Ledger& ledger,
                                                 const access::Principal& by, std::string_view subject,
                                                 const std::vector<std::uint64_t>& indexes,
                                                 const ForgetEvidence& forget_evidence) {
  std::vector<std::uint64_t> wanted = indexes;
  if (!subject.empty()) {
    RAKKAN_TRY(const std::vector<std::uint64_t> about, ledger.records_about(subject));
    wanted.insert(wanted.end(), about.begin(), about.end());
  }
  RAKKAN_TRY(std::vector<std::uint64_t> erased, that_are_there(ledger, std::move(wanted)));
  if (forget_evidence) {
    RAKKAN_TRY(std::vector<Bytes> certificates, ledger.certificates_behind(erased));
    RAKKAN_CHECK(forget_evidence(std::move(certificates)));
  }
  if (!erased.empty()) {
    RAKKAN_CHECK(give_up_pending(trail, ledger, erased));
    audit::Submission submission;
    submission.event = "record.erased";
    submission.body = body_of(by, erased);
    submission.changes = {store::RecordErasure{erased}};
    RAKKAN_CHECK(trail.record_and_wait(std::move(submission)));
  }
  RAKKAN_CHECK(ledger.purge());
  return erased;
}

}  // namespace rakkan::service
