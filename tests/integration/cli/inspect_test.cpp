// `rakkan inspect` on a signature that holds and on one that does not. pdfsig is asked the same.
#include <algorithm>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/file.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Inspect : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    made_ = answer(sign(contract(), path("inspected.pdf"),
                        {"--credential", "operator", "--type", "witness", "--instruction",
                         instruction_for(contract(), "inspected.json"), "--level", "B-T"}));
  }

  struct Verdict {
    int exit_code = -1;
    boost::json::object json;
    [[nodiscard]] const boost::json::object& signature(std::size_t index = 0) const {
      return json.at("signatures").at(index).as_object();
    }
  };
  static Verdict inspect(const std::string& file) {
    const CommandOutcome outcome = rakkan({"inspect", file, "--json"});
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(outcome.output.substr(0, outcome.output.find('\n')), error);
    EXPECT_TRUE(!error && value.is_object()) << outcome.output;
    return {outcome.exit_code, value.is_object() ? value.get_object() : boost::json::object{}};
  }
  static std::string text(const std::string& file) { return rakkan({"inspect", file}).output; }
  // A copy of the signed document with one byte changed where `mark` begins (plus `behind` bytes).
  static std::string changed(const std::string& name, std::string_view mark, std::size_t behind = 0) {
    Bytes document = read_file(path("inspected.pdf"), 1U << 20).value();
    const std::size_t at = text_of(document).find(mark);
    EXPECT_NE(at, std::string_view::npos) << mark;
    document.at(at + behind) ^= 0x01;
    return write(name, text_of(document));
  }
  static boost::json::object made_;
};
boost::json::object Inspect::made_;

TEST_F(Inspect, SaysWhoSignedWhatWithWhatAndThatNobodyIsTrustedForIt) {
  const Verdict seen = inspect(path("inspected.pdf"));
  EXPECT_EQ(seen.exit_code, 0);
  const auto& signature = seen.signature();
  EXPECT_FALSE(signature.at("verified").as_bool());
  EXPECT_EQ(signature.at("integrity").as_string(), "intact");
  for (const char* check : {"byte_range", "digest", "signature"}) {
    EXPECT_EQ(signature.at("checks").at(check).at("outcome").as_string(), "passed") << check;
  }
  EXPECT_EQ(signature.at("level").as_string(), "B-T");
  EXPECT_EQ(signature.at("digest_algorithm").as_string(), "SHA-256");
  EXPECT_EQ(signature.at("suite").as_string(), "rsa-pkcs1-sha256");
  EXPECT_EQ(signature.at("certificate").at("issuer").as_string(), "CN=Test CA");
  EXPECT_THAT(std::string(signature.at("certificate").at("subject").as_string()), HasSubstr("株式会社ラッカン"));
  EXPECT_FALSE(signature.at("certificate").at("serial_number").as_string().empty());
  EXPECT_THAT(std::string(signature.at("reason").as_string()), HasSubstr("山田太郎 の指示に基づき署名"));
  EXPECT_EQ(signature.at("name").as_string(), "株式会社ラッカン 立会人");
  EXPECT_EQ(signature.at("signature_id").as_string(), made_.at("signature").as_string());
  const auto& timestamp = signature.at("timestamps").at(0);
  EXPECT_EQ(timestamp.at("imprint").at("outcome").as_string(), "passed");
  EXPECT_EQ(timestamp.at("signature").at("outcome").as_string(), "passed");
  EXPECT_EQ(timestamp.at("time"), made_.at("timestamp").at("time"));
  EXPECT_THAT(std::string(timestamp.at("tsa").at("subject").as_string()), HasSubstr("Test TSU"));

  const std::string lines = text(path("inspected.pdf"));
  for (const char* expected : {"未検証", "not verified", "B-T", "CN=Test CA", "serial number", "SHA-256", "TSA",
                               "digest and signature match"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  EXPECT_THAT(lines, HasSubstr(std::string(made_.at("signature").as_string())));
}

TEST_F(Inspect, ATamperedDocumentIsBrokenForUsAndForPdfsig) {
  const std::string file = changed("tampered.pdf", "0 0 m 10 10 l S");
  const Verdict seen = inspect(file);
  EXPECT_EQ(seen.exit_code, 1);
  EXPECT_EQ(seen.signature().at("integrity").as_string(), "broken");
  EXPECT_EQ(seen.signature().at("checks").at("digest").at("outcome").as_string(), "failed");
  EXPECT_EQ(seen.signature().at("checks").at("signature").at("outcome").as_string(), "passed");
  EXPECT_FALSE(seen.signature().at("verified").as_bool());
  const CommandOutcome people = rakkan({"inspect", file});
  EXPECT_EQ(people.exit_code, 1);
  EXPECT_THAT(people.output, HasSubstr("BROKEN: digest: the document is not what was signed"));
  EXPECT_THAT(people.output, HasSubstr("not verified"));
  EXPECT_THAT(run_command({"pdfsig", "-nocert", file}).output, HasSubstr("Digest Mismatch"));
}

TEST_F(Inspect, ATamperedReasonOrIdIsBrokenToo) {
  for (const char* mark : {"/Reason", "/RKKN_SignatureID (sig_"}) {
    const std::string file = changed("words.pdf", mark, 22);
    EXPECT_EQ(inspect(file).exit_code, 1) << mark;
    EXPECT_THAT(run_command({"pdfsig", "-nocert", file}).output, Not(HasSubstr("Signature is Valid"))) << mark;
  }
}

// The signature's value stands in the CMS behind the certificates; the last octets of the hexadecimal are the
// timestamp.
TEST_F(Inspect, ATamperedTimestampIsBroken) {
  Bytes document = read_file(path("inspected.pdf"), 1U << 20).value();
  const std::string_view whole = text_of(document);
  const std::size_t contents = whole.find("/Contents <") + 11;
  const std::size_t last = whole.find_last_not_of('0', whole.find('>', contents) - 1);
  document.at(last) = document.at(last) == '1' ? '2' : '1';
  const Verdict seen = inspect(write("stamp.pdf", text_of(document)));
  EXPECT_EQ(seen.exit_code, 1);
  EXPECT_EQ(seen.signature().at("checks").at("signature").at("outcome").as_string(), "passed");
  EXPECT_EQ(seen.signature().at("timestamps").at(0).at("signature").at("outcome").as_string(), "failed");
}

TEST_F(Inspect, WordsOfAFileCannotMoveTheTerminalsCursor) {
  answer(sign(contract(), path("escape.pdf"),
              {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B", "--reason",
               "x\x1b[2Jy"}));
  EXPECT_THAT(text(path("escape.pdf")), Not(HasSubstr("\x1b")));
  const Verdict seen = inspect(path("escape.pdf"));
  EXPECT_EQ(seen.exit_code, 0);
  EXPECT_EQ(seen.signature().at("level").as_string(), "B-B");
}

TEST_F(Inspect, ADocumentWithoutSignaturesIsNothingToJudge) {
  const CommandOutcome seen = rakkan({"inspect", contract()});
  EXPECT_EQ(seen.exit_code, 0);
  EXPECT_THAT(seen.output, HasSubstr("no signatures"));
}

}  // namespace
}  // namespace rakkan::test
