#include "rakkan/service/erasure.hpp"

#include <algorithm>
#include <string>

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

}  // namespace

Result<std::vector<std::uint64_t>> erase_records(audit::Trail& trail, store::Ledger& ledger,
                                                 const access::Principal& by, std::string_view subject,
                                                 const std::vector<std::uint64_t>& indexes) {
  std::vector<std::uint64_t> wanted = indexes;
  if (!subject.empty()) {
    RAKKAN_TRY(const std::vector<std::uint64_t> about, ledger.records_about(subject));
    wanted.insert(wanted.end(), about.begin(), about.end());
  }
  RAKKAN_TRY(std::vector<std::uint64_t> erased, that_are_there(ledger, std::move(wanted)));
  if (!erased.empty()) {
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
