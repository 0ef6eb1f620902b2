// `rakkan audit find`: from a PDF to the trail's entries of its signatures, in the data folder and by a server.
#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/file.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class AuditFind : public CliTest {
 protected:
  struct Verdict {
    int exit_code = -1;
    boost::json::object json;
    [[nodiscard]] const boost::json::object& signature(std::size_t index = 0) const {
      return json.at("signatures").at(index).as_object();
    }
  };
  static Verdict find(const std::string& file) {
    const CommandOutcome outcome = rakkan({"audit", "find", file, "--json"});
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(outcome.output.substr(0, outcome.output.find('\n')), error);
    EXPECT_TRUE(!error && value.is_object()) << outcome.output;
    return {outcome.exit_code, value.is_object() ? value.get_object() : boost::json::object{}};
  }
  static boost::json::object sign_as_party(const std::string& input, const std::string& output) {
    return answer(sign(input, path(output),
                       {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B"}));
  }
};

TEST_F(AuditFind, LeadsFromThePdfToTheEntriesOfEachSignature) {
  const auto first = answer(sign(contract(), path("found-1.pdf"),
                                 {"--credential", "operator", "--type", "witness", "--instruction",
                                  instruction_for(contract(), "found.json"), "--level", "B-T"}));
  const auto second = sign_as_party(path("found-1.pdf"), "found-2.pdf");
  const Verdict found = find(path("found-2.pdf"));
  EXPECT_EQ(found.exit_code, 0);
  ASSERT_EQ(found.json.at("signatures").as_array().size(), 2U);
  for (const std::size_t index : {0U, 1U}) {
    const auto& made = index == 0 ? first : second;
    const auto& signature = found.signature(index);
    EXPECT_EQ(signature.at("signature_id"), made.at("signature"));
    EXPECT_EQ(signature.at("recorded").as_string(), "matches");
    EXPECT_EQ(signature.at("intent").at("index"), made.at("intent"));
    EXPECT_EQ(signature.at("outcome").at("index"), made.at("outcome"));
    EXPECT_EQ(signature.at("intent").at("event").as_string(), "signature.intent");
    EXPECT_EQ(signature.at("outcome").at("event").as_string(), "signature.made");
    EXPECT_EQ(signature.at("intent").at("record").at("intent_of"), made.at("signature"));
  }
  const CommandOutcome people = rakkan({"audit", "find", path("found-2.pdf")});
  EXPECT_THAT(people.output, HasSubstr("entry " + boost::json::serialize(first.at("intent"))));
  EXPECT_THAT(people.output, HasSubstr("記録と一致します"));
}

TEST_F(AuditFind, AChangedDocumentIsNotWhatWasRecorded) {
  sign_as_party(contract(), "changed.pdf");
  Bytes document = read_file(path("changed.pdf"), 1U << 20).value();
  document.at(text_of(document).find("0 0 m 10 10 l S")) ^= 0x01;
  const Verdict found = find(write("changed.pdf", text_of(document)));
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.signature().at("recorded").as_string(), "differs");
}

// Somebody puts the id of our signature into another signature.
TEST_F(AuditFind, AnIdThatWasCopiedMatchesNothing) {
  const auto ours = sign_as_party(contract(), "ours.pdf");
  sign_as_party(contract(), "theirs.pdf");
  std::string document(text_of(read_file(path("theirs.pdf"), 1U << 20).value()));
  const std::size_t at = document.find("(sig_") + 1;
  const std::string id(ours.at("signature").as_string());
  document.replace(at, id.size(), id);
  const Verdict found = find(write("copied.pdf", document));
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.signature().at("recorded").as_string(), "differs");
  EXPECT_EQ(found.signature().at("intent").at("index"), ours.at("intent"));
}

TEST_F(AuditFind, WhatTheTrailDoesNotKnowIsNeitherRightNorWrong) {
  sign_as_party(contract(), "stranger.pdf");
  std::string document(text_of(read_file(path("stranger.pdf"), 1U << 20).value()));
  const std::size_t at = document.find("(sig_") + 1;
  document.replace(at, 36, "sig_00000000000000000000000000000000");
  const Verdict unknown = find(write("stranger.pdf", document));
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.signature().at("recorded").as_string(), "unknown");
  document.replace(at, 36, "../../v1/keys/0000000000000000000000");
  EXPECT_EQ(find(write("stranger.pdf", document)).signature().at("recorded").as_string(), "unknown");
  EXPECT_EQ(find(contract()).exit_code, 2);
}

TEST_F(AuditFind, AnErasedRecordLeavesItsEntries) {
  certify("party-c", {"--kind", "party", "--party", "c", "--key", "p-256"}, "CN=c,C=JP",
          "keyUsage=critical,digitalSignature\n");
  answer({"credentials", "pin", "party-c", "--pin-file", write("c.pin", "975310\n", true)});
  answer(sign(contract(), path("erased.pdf"),
              {"--credential", "party-c", "--type", "party", "--pin-file", path("c.pin"), "--level", "B-B"}));
  answer({"audit", "erase", "--subject", "c", "--yes"});
  const Verdict found = find(path("erased.pdf"));
  EXPECT_EQ(found.exit_code, 2);
  EXPECT_EQ(found.signature().at("recorded").as_string(), "erased");
  EXPECT_EQ(found.signature().at("outcome").at("event").as_string(), "signature.made");
}

}  // namespace
}  // namespace rakkan::test
