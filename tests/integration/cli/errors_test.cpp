// Both programs tell an error in one form, as text and as JSON, in English and in Japanese.
#include "integration/cli/own_folder.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Errors : public OwnFolder {
 protected:
  Errors() { write_text(wrong_, "[http]\nprot = 1\nthreads = 0\n"); }

  // The text of the program on one of its streams ("1" or "2") when the configuration is wrong.
  [[nodiscard]] std::string said(const std::string& program, const std::string& arguments, const std::string& stream,
                                 const std::string& language) const {
    const CommandOutcome outcome = shell("LC_ALL=" + language + " \"$0\" --config \"$1\" " + arguments +
                                             (stream == "1" ? " 2>/dev/null" : " 2>&1 >/dev/null"),
                                         {program, wrong_.string()});
    EXPECT_EQ(outcome.exit_code, 3) << outcome.output;
    return outcome.output;
  }

  const Path wrong_ = path("wrong.toml");
};

TEST_F(Errors, AreOneDocumentInBothPrograms) {
  for (const char* language : {"C.UTF-8", "ja_JP.UTF-8"}) {
    const std::string of_rakkan = said(RAKKAN_PROGRAM, "config print --json", "1", language);
    EXPECT_EQ(of_rakkan, said(RAKKAND_PROGRAM, "--json", "1", language));
    const boost::json::value error = boost::json::parse(of_rakkan).at("error");
    EXPECT_EQ(error.at("type").as_string(), "/problems/configuration-invalid");
    EXPECT_EQ(error.at("code").as_string(), "configuration-invalid");
    EXPECT_EQ(error.at("causes").as_array().size(), 2U);
    EXPECT_EQ(error.at("causes").at(0).at("type").as_string(), "/problems/configuration-invalid");
  }
  EXPECT_EQ(said(RAKKAND_PROGRAM, "", "1", "C.UTF-8"), "") << "JSON only where it was asked for";
}

TEST_F(Errors, AreOneTextInBothPrograms) {
  for (const char* language : {"C.UTF-8", "ja_JP.UTF-8"}) {
    const std::string of_rakkan = said(RAKKAN_PROGRAM, "config print", "2", language);
    const std::string of_rakkand = said(RAKKAND_PROGRAM, "", "2", language);
    ASSERT_THAT(of_rakkan, StartsWith("rakkan: "));
    ASSERT_THAT(of_rakkand, StartsWith("rakkand: "));
    EXPECT_EQ(of_rakkan.substr(7), of_rakkand.substr(8));
    EXPECT_THAT(of_rakkan, HasSubstr(" [configuration-invalid]\n"));
  }
}

TEST_F(Errors, AreJapaneseWhereTheLocaleIs) {
  const std::string text = said(RAKKAND_PROGRAM, "", "2", "ja_JP.UTF-8");
  EXPECT_THAT(text, HasSubstr("設定が正しくありません: 2件の設定が正しくありません"));
  EXPECT_THAT(text, HasSubstr("原因: この設定キーはありません"));
  EXPECT_THAT(text, HasSubstr("原因: 1から256までの整数を指定してください"));
  const CommandOutcome usage = shell("LC_ALL= LC_MESSAGES= LANG=ja_JP.UTF-8 \"$0\" sign x.pdf", {RAKKAN_PROGRAM});
  EXPECT_EQ(usage.exit_code, 3);
  EXPECT_THAT(usage.output, HasSubstr("--outputを指定してください"));
}

TEST_F(Errors, OfUsageAreDocumentsToo) {
  for (const char* program : {RAKKAN_PROGRAM, RAKKAND_PROGRAM}) {
    const CommandOutcome outcome = shell("\"$0\" --json frobnicate 2>/dev/null", {program});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_EQ(boost::json::parse(outcome.output).at("error").at("type").as_string(), "/problems/invalid-argument");
  }
}

}  // namespace
}  // namespace rakkan::test
