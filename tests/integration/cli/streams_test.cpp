// "-" where one file goes in or out, help and version on standard output, and words that the programs do not know.
#include "integration/cli/cli_fixture.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr int kUsage = 3;

class Streams : public CliTest {
 protected:
  // A script of sh(1) in which $rakkan is the program with its configuration; standard output alone.
  static CommandOutcome script(const std::string& text) {
    return run_command({"sh", "-c", "cd \"$1\" && rakkan=\"$0 --config data/rakkan.toml\" && " + text, RAKKAN_PROGRAM,
                        folder().string()});
  }
  static std::string witness() {
    return " --credential operator --type witness --level B-B --instruction " + instruction_for(contract());
  }
};

TEST_F(Streams, ADocumentGoesInAndOut) {
  contract();
  const std::string options = witness();
  const CommandOutcome made = script("$rakkan sign - -o - <contract.pdf >streamed.pdf 2>said" + options);
  ASSERT_EQ(made.exit_code, 0) << script("cat said").output;
  EXPECT_THAT(script("cat said").output, StartsWith("standard output: signed"));
  EXPECT_THAT(run_command({"pdfsig", path("streamed.pdf")}).output, HasSubstr("Signature is Valid"));
  const CommandOutcome seen = script("$rakkan inspect - <streamed.pdf");
  EXPECT_EQ(seen.exit_code, 0) << seen.output;
  EXPECT_THAT(seen.output, HasSubstr("signature"));
  // With the document on standard output, the facts go to standard error, as one JSON document.
  const CommandOutcome json = script("$rakkan sign - -o - --json <contract.pdf 2>&1 >streamed.pdf" + options);
  EXPECT_EQ(boost::json::parse(json.output).at("output").as_string(), "-");
}

TEST_F(Streams, EverySingleFileDoes) {
  contract();
  const std::string digest(64, 'd');
  const std::vector<std::string> scripts{
      "$rakkan credentials csr operator --subject CN=x -o - 2>/dev/null | openssl req -noout -verify",
      "$rakkan credentials import operator - <operator.chain.pem",
      "$rakkan credentials pin party-b --pin-file - --old-pin-file b.pin <b.pin",
      "$rakkan credentials activate party-a --pin-file - --digest " + digest +
          " -o - <a.pin 2>/dev/null | grep -qx '.\\{43\\}'",
      "$rakkan cms " + digest +
          " -o - --credential party-a --type party --level B-B --pin-file - <a.pin 2>/dev/null | "
          "openssl cms -cmsout -inform DER -noout",
      "$rakkan timestamp - -o - <contract.pdf 2>/dev/null | openssl ts -reply -in /dev/stdin -text | grep -q Granted",
      "openssl ts -query -data contract.pdf -sha256 -cert 2>/dev/null | $rakkan timestamp --query - -o - 2>/dev/null | "
      "openssl ts -reply -in /dev/stdin -text | grep -q Granted",
      "$rakkan keys create --tenant t --label streamed --scope sign -o - 2>/dev/null | grep -q '^rkn_'",
      "$rakkan audit key | head -n 1 >vkey && $rakkan audit prove 0 -o 0.proof --record - 2>/dev/null >0.json && "
      "$rakkan audit verify --proof 0.proof --record - --key vkey <0.json",
      "$rakkan audit prove 0 -o - 2>/dev/null | $rakkan audit verify --proof - --record 0.json --key vkey",
      "$rakkan audit verify --proof 0.proof --record 0.json --key - <vkey",
      "$rakkan audit verify --against - <data/audit/trail/checkpoint",
      "$rakkan sign contract.pdf -o x.pdf --credential operator --type witness --level B-B --instruction - <" +
          instruction_for(contract()),
      "$rakkan audit find - <x.pdf | grep -q 'signature.made'",
  };
  for (const std::string& text : scripts) {
    const CommandOutcome outcome = script("set -e; { " + text + "; } 2>&1");
    EXPECT_EQ(outcome.exit_code, 0) << text << ": " << outcome.output;
  }
}

TEST_F(Streams, AStreamIsOneFile) {
  contract();
  EXPECT_EQ(refusal({"sign", "-", "-o", path("x.pdf"), "--credential", "party-a", "--type", "party", "--pin-file", "-"},
                    kUsage),
            "invalid-argument");
  EXPECT_EQ(refusal({"audit", "prove", "0", "-o", "-", "--record", "-"}, kUsage), "invalid-argument");
}

TEST_F(Streams, APipeIsWrittenToAndNotReplaced) {
  contract();
  const CommandOutcome made = script(
      "rm -f pipe && mkfifo pipe && { cat pipe >piped.csr & } && "
      "$rakkan credentials csr operator --subject CN=x -o pipe && wait && test -p pipe");
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(run_command({"openssl", "req", "-in", path("piped.csr"), "-noout", "-verify"}).exit_code, 0);
}

TEST_F(Streams, HelpAndVersionAreAnswers) {
  for (const char* program : {RAKKAN_PROGRAM, RAKKAND_PROGRAM}) {
    for (const char* option : {"--help", "--version"}) {
      const CommandOutcome said = run_command({"sh", "-c", "exec \"$0\" \"$1\" 2>/dev/null", program, option});
      EXPECT_EQ(said.exit_code, 0) << program << option;
      EXPECT_FALSE(said.output.empty()) << program << option;
      EXPECT_THAT(run_command({"sh", "-c", "exec \"$0\" \"$1\" 2>&1 >/dev/null", program, option}).output, IsEmpty());
    }
  }
  const CommandOutcome of_command = run_command({RAKKAN_PROGRAM, "keys", "create", "--help"});
  EXPECT_EQ(of_command.exit_code, 0);
  EXPECT_THAT(of_command.output, HasSubstr("--scope"));
  EXPECT_EQ(run_command({RAKKAN_PROGRAM, "--version"}).output, run_command({RAKKAND_PROGRAM, "--version"}).output);
}

TEST_F(Streams, AWordThatIsNotKnownIsNamed) {
  struct Unknown {
    std::vector<std::string> words;
    std::string named;
  };
  const std::vector<Unknown> unknown{
      {{RAKKAN_PROGRAM, "frobnicate"}, "unknown command \"frobnicate\""},
      {{RAKKAN_PROGRAM, "keys", "frobnicate"}, "unknown command \"keys frobnicate\""},
      {{RAKKAN_PROGRAM, "keys", "list", "frobnicate"}, "unexpected word \"frobnicate\""},
      {{RAKKAN_PROGRAM, "keys", "create", "--frobnicate"}, "unknown option --frobnicate"},
      {{RAKKAND_PROGRAM, "frobnicate"}, "unknown word \"frobnicate\""},
      {{RAKKAND_PROGRAM, "--config", "x", "--frobnicate"}, "unknown word \"--frobnicate\""},
      {{RAKKAND_PROGRAM, "--config"}, "--config needs a file"},
      {{RAKKAND_PROGRAM}, "--config FILE"},
  };
  for (const Unknown& one : unknown) {
    const CommandOutcome outcome = run_command(one.words);
    EXPECT_EQ(outcome.exit_code, kUsage) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(one.named));
  }
}

}  // namespace
}  // namespace rakkan::test
