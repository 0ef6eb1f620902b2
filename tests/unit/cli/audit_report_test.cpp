// The report of `audit verify` to a person and to a program: the verdict first, and what it does not prove.
#include "cli/audit_report.hpp"

#include <gmock/gmock.h>

namespace rakkan::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

audit::VerifiedLog log_of(std::vector<audit::VerifiedTimestamp> timestamps) {
  audit::VerifiedLog log;
  log.checkpoint.origin = "log.example/trail";
  log.checkpoint.tree.size = 12;
  log.note = "log.example/trail\n12\n...";
  log.records = 11;
  log.erased = {4};
  log.timestamps = std::move(timestamps);
  return log;
}
audit::VerifiedTimestamp stamp(std::uint64_t size, std::string authority, bool own) {
  return {size, *parse_rfc3339("2026-11-24T01:02:03Z"), std::move(authority), own};
}
Error corrupt() {
  return {ErrorCode::audit_log_corrupt,
          "the entry is not what its hash says",
          "tile/entries/000.p/7, entry 3, bytes 512 to 701",
          {},
          {}};
}

TEST(AuditReport, AWholeLogIsSaidInBothLanguagesFirst) {
  const Outcome outcome = report_logs({{"trail", log_of({stamp(10, "CN=Outside", false)})}}, KeyOrigin::given);
  EXPECT_EQ(outcome.exit_code, ExitCode::ok);
  EXPECT_THAT(outcome.text, StartsWith("監査ログは完全です。 / The audit log is whole"));
  EXPECT_THAT(outcome.text, HasSubstr("the first 10 existed at 2026-11-24T01:02:03.000Z (CN=Outside)"));
  EXPECT_THAT(outcome.text, HasSubstr("11 records match, 1 erased"));
  EXPECT_THAT(outcome.text, Not(HasSubstr("注意")));
  EXPECT_TRUE(outcome.json.at("verified").as_bool());
}

TEST(AuditReport, TimestampsOfTheOwnUnitAloneProveLess) {
  const Outcome outcome = report_logs({{"trail", log_of({stamp(10, "CN=Ours", true)})}}, KeyOrigin::given);
  EXPECT_EQ(outcome.exit_code, ExitCode::ok);
  EXPECT_THAT(outcome.text, HasSubstr("(CN=Ours, own unit)"));
  EXPECT_THAT(outcome.text, HasSubstr("自局のタイムスタンプのみ"));
  EXPECT_THAT(outcome.text, HasSubstr("proves less"));
  EXPECT_TRUE(outcome.json.at("logs").at(0).at("timestamps").at(0).at("own").as_bool());
}

TEST(AuditReport, AnotherAuthoritysOlderWordIsShownBeforeTheOwnUnitsNewer) {
  const Outcome outcome =
      report_logs({{"trail", log_of({stamp(5, "CN=Outside", false), stamp(10, "CN=Ours", true)})}}, KeyOrigin::given);
  EXPECT_THAT(outcome.text, HasSubstr("the first 5 existed"));
  EXPECT_THAT(outcome.text, Not(HasSubstr("proves less")));
}

TEST(AuditReport, ALogWithoutTimestampsSaysSo) {
  EXPECT_THAT(report_logs({{"trail", log_of({})}}, KeyOrigin::given).text, HasSubstr("no checkpoint was timestamped"));
}

TEST(AuditReport, TheFoldersOwnKeyProvesLess) {
  const Outcome outcome = report_logs({{"trail", log_of({})}}, KeyOrigin::data_folder);
  EXPECT_THAT(outcome.text, HasSubstr("the key is the data folder's own"));
  EXPECT_EQ(outcome.json.at("key").as_string(), "data folder");
}

TEST(AuditReport, OneLogThatFailsIsTheVerdictAndItsPlaceIsNamed) {
  const Outcome outcome = report_logs({{"trail", fail(corrupt())}, {"tokens", log_of({})}}, KeyOrigin::given);
  EXPECT_EQ(outcome.exit_code, ExitCode::verification_failed);
  EXPECT_THAT(outcome.text, StartsWith("監査ログは記録時のままではありません。 / The audit log is NOT"));
  EXPECT_THAT(outcome.text, HasSubstr("tile/entries/000.p/7, entry 3, bytes 512 to 701"));
  EXPECT_FALSE(outcome.json.at("verified").as_bool());
  EXPECT_FALSE(outcome.json.at("logs").at(0).at("verified").as_bool());
  EXPECT_TRUE(outcome.json.at("logs").at(1).at("verified").as_bool());
  EXPECT_EQ(outcome.json.at("logs").at(0).at("error").at("code").as_string(), "audit-log-corrupt");
}

TEST(AuditReport, AProofThatFailsIsAVerdictToo) {
  const Outcome outcome = report_proof(fail(ErrorCode::digest_mismatch, "another record"), audit::EntryFile{});
  EXPECT_EQ(outcome.exit_code, ExitCode::verification_failed);
  EXPECT_THAT(outcome.text, StartsWith("証明は無効です。 / The proof does NOT hold."));
}

TEST(AuditReport, AProvenEntryIsShownWithItsRecord) {
  audit::ProvenEntry proven{7, {"signature.outcome", *parse_rfc3339("2026-11-24T01:02:03Z"), audit::TreeHash{}}, {}};
  proven.checkpoint.origin = "log.example/trail";
  audit::EntryFile file;
  file.record = audit::Record{Bytes(16), R"({"credential":"operator"})"};
  const Outcome shown = report_proof(proven, file);
  EXPECT_EQ(shown.exit_code, ExitCode::ok);
  EXPECT_THAT(shown.text, HasSubstr(R"({"credential":"operator"})"));
  EXPECT_TRUE(shown.json.at("record_shown").as_bool());
  EXPECT_EQ(shown.json.at("record").at("credential").as_string(), "operator") << "JSON, not a text with JSON in it";
  file.record.reset();
  const Outcome erased = report_proof(proven, file);
  EXPECT_EQ(erased.exit_code, ExitCode::ok);
  EXPECT_THAT(erased.text, HasSubstr("not shown: erased"));
}

TEST(AuditReport, EvidenceIsOfItsSignatureByItsRecordsAlone) {
  audit::VerifiedEvidence verified;
  verified.intent.entry.event = "signature.intent";
  verified.outcome.entry.event = "signature.made";
  audit::Evidence evidence;
  evidence.signature = SignatureId("sig_1");
  evidence.intent.entry.record = audit::Record{Bytes(16), R"({"intent_of":"sig_1"})"};
  evidence.outcome.entry.record = audit::Record{Bytes(16), R"({"intent":1,"signature":"sig_1"})"};
  const Outcome whole = report_evidence(verified, evidence);
  EXPECT_EQ(whole.exit_code, ExitCode::ok);
  EXPECT_THAT(whole.text, StartsWith("証拠は有効です。"));
  EXPECT_EQ(whole.json.at("outcome").at("record").at("signature").as_string(), "sig_1");
  EXPECT_TRUE(whole.json.at("records_shown").as_bool());
  evidence.intent.entry.record.reset();
  const Outcome erased = report_evidence(verified, evidence);
  EXPECT_EQ(erased.exit_code, ExitCode::indeterminate);
  EXPECT_THAT(erased.text, HasSubstr("only the evidence's own word"));
  EXPECT_FALSE(erased.json.at("records_shown").as_bool());
  const Outcome refuted = report_evidence(fail(ErrorCode::digest_mismatch, "another record"), evidence);
  EXPECT_EQ(refuted.exit_code, ExitCode::verification_failed);
  EXPECT_THAT(refuted.text, StartsWith("証拠は無効です。"));
}

TEST(AuditReport, OnlyVerificationFailuresAreVerdicts) {
  EXPECT_TRUE(is_verdict(corrupt()));
  EXPECT_TRUE(is_verdict({ErrorCode::signature_invalid, "", "", {}, {}}));
  EXPECT_FALSE(is_verdict({ErrorCode::file_unreadable, "", "", {}, {}}));
}

}  // namespace
}  // namespace rakkan::cli
