// The program's refusals: their codes and exit codes, and that nothing is written then.
#include "integration/cli/cli_fixture.hpp"

namespace rakkan::test {
namespace {

class Refusals : public CliTest {
 protected:
  static std::string refused_signature(const std::string& document, std::vector<std::string> more, int exit_code) {
    const std::string output = path("never.pdf");
    const std::string slug = refusal(sign(document, output, std::move(more)), exit_code);
    EXPECT_FALSE(std::filesystem::exists(output));
    return slug;
  }
  static std::vector<std::string> witness() {
    return {"--credential", "operator", "--type", "witness", "--instruction", instruction_for(contract())};
  }
};

TEST_F(Refusals, AWitnessWithoutAnInstruction) {
  EXPECT_EQ(refused_signature(contract(), {"--credential", "operator", "--type", "witness"}, 4), "instruction-missing");
}

TEST_F(Refusals, AnInstructionForAnotherDocument) {
  const std::string other = instruction_for(write("other.txt", "another document"), "other.json");
  EXPECT_EQ(refused_signature(contract(), {"--credential", "operator", "--type", "witness", "--instruction", other}, 4),
            "instruction-digest-mismatch");
}

TEST_F(Refusals, AnInstructionFromAnotherTime) {
  using std::chrono::hours;
  const auto signed_with = [](std::chrono::seconds age) {
    return std::vector<std::string>{"--credential",  "operator",
                                    "--type",        "witness",
                                    "--instruction", instruction_for(contract(), "aged.json", "u-1", age)};
  };
  EXPECT_EQ(refused_signature(contract(), signed_with(hours(24 * 30 + 1)), 4), "instruction-too-old");
  EXPECT_EQ(refused_signature(contract(), signed_with(-hours(1)), 4), "instruction-from-future");
  answer(sign(contract(), path("aged.pdf"), signed_with(hours(24 * 30 - 1))));
  ::setenv("RAKKAN_INSTRUCTION_LONGEST_AGE", "1h", 1);
  EXPECT_EQ(refused_signature(contract(), signed_with(hours(2)), 4), "instruction-too-old");
  ::unsetenv("RAKKAN_INSTRUCTION_LONGEST_AGE");
}

TEST_F(Refusals, ADigestOfAnotherAlgorithmThanTheCredentialSigns) {
  const std::string sha384(96, 'a');
  EXPECT_EQ(refusal({"cms", sha384, "-o", path("never.p7s"), "--credential", "party-a", "--type", "party", "--pin-file",
                     path("a.pin"), "--level", "B-B"},
                    3),
            "digest-algorithm-mismatch");
  EXPECT_FALSE(std::filesystem::exists(path("never.p7s")));
}

TEST_F(Refusals, AnInstructionThatIsNoRecord) {
  const std::string broken = write("broken.json", "{\"who\": 1}");
  EXPECT_EQ(
      refused_signature(contract(), {"--credential", "operator", "--type", "witness", "--instruction", broken}, 3),
      "malformed-instruction");
}

TEST_F(Refusals, APartyWithoutAPin) {
  EXPECT_EQ(refused_signature(contract(), {"--credential", "party-a", "--type", "party"}, 4), "activation-missing");
}

TEST_F(Refusals, ThePinOfPartyAForThePartyB) {
  EXPECT_EQ(
      refused_signature(contract(), {"--credential", "party-b", "--type", "party", "--pin-file", path("a.pin")}, 4),
      "pin-incorrect");
}

TEST_F(Refusals, AWrongPinUntilItIsLocked) {
  certify("party-l", {"--kind", "party", "--party", "l", "--key", "p-256"}, "CN=locked",
          "keyUsage=critical,digitalSignature\n");
  answer({"credentials", "pin", "party-l", "--pin-file", write("l.pin", "112233", true)});
  const std::string wrong = write("wrong.pin", "999999", true);
  const std::vector<std::string> options{"--credential", "party-l", "--type", "party", "--level", "B-B", "--pin-file"};
  std::vector<std::string> with_wrong = options;
  with_wrong.push_back(wrong);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(refused_signature(contract(), with_wrong, 4), "pin-incorrect") << "try " << i;
  }
  std::vector<std::string> with_right = options;
  with_right.push_back(path("l.pin"));
  EXPECT_EQ(refused_signature(contract(), with_right, 4), "pin-locked") << "the right PIN comes too late";

  answer({"credentials", "pin", "party-l", "--reset", "--tenant", "acme"});
  EXPECT_EQ(refused_signature(contract(), with_right, 4), "pin-locked") << "another tenant's failures were forgotten";
  answer({"credentials", "pin", "party-l", "--reset"});
  ::setenv("RAKKAN_PIN_FIRST_WAIT", "1h", 1);
  ::setenv("RAKKAN_PIN_LONGEST_WAIT", "1h", 1);
  EXPECT_EQ(refused_signature(contract(), with_wrong, 4), "pin-incorrect");
  EXPECT_EQ(refused_signature(contract(), with_right, 4), "pin-wait");
  ::unsetenv("RAKKAN_PIN_LONGEST_WAIT");
  ::setenv("RAKKAN_PIN_FIRST_WAIT", "0s", 1);
}

TEST_F(Refusals, APinFileThatOthersMayRead) {
  const std::string open = write("open.pin", "135790", true);
  std::filesystem::permissions(open, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_EQ(refused_signature(contract(), {"--credential", "party-a", "--type", "party", "--pin-file", open}, 3),
            "permissions-unsafe");
}

TEST_F(Refusals, ACredentialOfTheOtherType) {
  EXPECT_EQ(
      refused_signature(contract(), {"--credential", "operator", "--type", "party", "--pin-file", path("a.pin")}, 4),
      "credential-type-mismatch");
  EXPECT_EQ(refused_signature(contract(), {"--credential", "tsu", "--type", "party", "--pin-file", path("a.pin")}, 4),
            "credential-type-mismatch");
}

TEST_F(Refusals, ACredentialThatNobodyKnows) {
  EXPECT_EQ(
      refused_signature(contract(), {"--credential", "nobody", "--type", "party", "--pin-file", path("a.pin")}, 3),
      "credential-unknown");
}

TEST_F(Refusals, AFileThatIsNoPdf) {
  const std::string text = write("text.pdf", "This is no PDF.");
  EXPECT_EQ(
      refused_signature(
          text, {"--credential", "operator", "--type", "witness", "--instruction", instruction_for(text, "text.json")},
          3),
      "not-a-pdf");
}

TEST_F(Refusals, AFileThatIsNotThere) {
  EXPECT_EQ(refused_signature(path("none.pdf"), witness(), 3), "file-unreadable");
}

TEST_F(Refusals, ATruncatedPdf) {
  const CommandOutcome head = run_command({"head", "-c", "400", contract()});
  const std::string cut = write("cut.pdf", head.output);
  EXPECT_EQ(
      refused_signature(
          cut, {"--credential", "operator", "--type", "witness", "--instruction", instruction_for(cut, "cut.json")}, 3),
      "pdf-malformed");
}

TEST_F(Refusals, AFieldThatIsSignedAlready) {
  answer(sign(
      contract(), path("named.pdf"),
      {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B", "--field", "甲"}));
  EXPECT_EQ(refused_signature(path("named.pdf"),
                              {"--credential", "party-b", "--type", "party", "--pin-file", path("b.pin"), "--level",
                               "B-B", "--field", "甲"},
                              3),
            "pdf-field-signed");
}

TEST_F(Refusals, ATimestampAuthorityThatDoesNotAnswer) {
  // Nothing listens on port 1.
  const auto options = {std::string("--credential"), std::string("party-a"),
                        std::string("--type"),       std::string("party"),
                        std::string("--pin-file"),   path("a.pin"),
                        std::string("--set"),        std::string("tsa.outside.url=http://127.0.0.1:1/"),
                        std::string("--tsa"),        std::string("outside")};
  EXPECT_EQ(refused_signature(contract(), options, 4), "signature-pending");
}

TEST_F(Refusals, AnOptionThatDoesNotExist) {
  EXPECT_EQ(refusal({"sign", "--no-such-option"}, 3), "invalid-argument");
  EXPECT_EQ(refusal({}, 3), "invalid-argument");
}

TEST_F(Refusals, ADigestOfAnOddLength) {
  EXPECT_EQ(refusal({"cms", "abcd", "-o", path("x.p7s"), "--credential", "party-a", "--type", "party", "--pin-file",
                     path("a.pin")},
                    3),
            "invalid-argument");
}

}  // namespace
}  // namespace rakkan::test
