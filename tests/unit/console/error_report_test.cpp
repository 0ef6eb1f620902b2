#include "rakkan/console/error_report.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace rakkan::console {
namespace {

using testing::HasSubstr;
using testing::Not;

Error wrong_setting() {
  return Error{ErrorCode::configuration_invalid, "2 settings are wrong", "rakkan.toml", {}, {}}
      .because({ErrorCode::configuration_invalid, "unknown key", "rakkan.toml:3: http.prot", {}, {}})
      .because({ErrorCode::file_unreadable, "is a folder", "rakkan.toml:5: http.tls.key", {}, {}});
}

TEST(ErrorReport, ALineForTheErrorAndOneForEachCause) {
  EXPECT_EQ(to_text("rakkand", wrong_setting(), Language::en),
            "rakkand: The configuration is not valid: 2 settings are wrong (rakkan.toml) [configuration-invalid]\n"
            "  because: unknown key (rakkan.toml:3: http.prot) [configuration-invalid]\n"
            "  because: is a folder (rakkan.toml:5: http.tls.key) [file-unreadable]\n");
}

TEST(ErrorReport, InJapaneseTitlesAndDetailsAre) {
  EXPECT_EQ(to_text("rakkan", wrong_setting(), Language::ja),
            "rakkan: 設定が正しくありません: 2件の設定が正しくありません (rakkan.toml) [configuration-invalid]\n"
            "  原因: この設定キーはありません (rakkan.toml:3: http.prot) [configuration-invalid]\n"
            "  原因: フォルダーです (rakkan.toml:5: http.tls.key) [file-unreadable]\n");
}

TEST(ErrorReport, ADetailWithoutATranslationStaysAndOneThatIsEmptyLeavesNothing) {
  const Error strange{ErrorCode::internal, "a detail that nobody translated", "", {}, {}};
  EXPECT_THAT(to_text("rakkan", strange, Language::ja), HasSubstr(": a detail that nobody translated [internal]"));
  const Error bare = Error{ErrorCode::overloaded, "", "", {}, {}}.because({ErrorCode::internal, "", "", {}, {}});
  EXPECT_EQ(to_text("rakkan", bare, Language::en),
            "rakkan: " + std::string(row(ErrorCode::overloaded).title_en) +
                " [overloaded]\n  because: " + std::string(row(ErrorCode::internal).title_en) + " [internal]\n");
}

TEST(ErrorReport, TheDocumentHasTheMembersOfAProblemDocument) {
  Error error = wrong_setting();
  error.retry_after = std::chrono::milliseconds(1'500);
  const auto json = boost::json::parse(to_json(error, Language::en)).as_object();
  EXPECT_EQ(json.at("type").as_string(), "/problems/configuration-invalid");
  EXPECT_EQ(json.at("code").as_string(), "configuration-invalid");
  EXPECT_EQ(json.at("title").as_string(), json.at("title_en").as_string());
  EXPECT_EQ(json.at("title_ja").as_string(), "設定が正しくありません");
  EXPECT_EQ(json.at("detail").as_string(), "2 settings are wrong");
  EXPECT_EQ(json.at("where").as_string(), "rakkan.toml");
  EXPECT_FALSE(json.at("retryable").as_bool());
  EXPECT_EQ(json.at("retry_after_ms").to_number<int>(), 1'500);
  EXPECT_EQ(json.at("causes").at(1).at("type").as_string(), "/problems/file-unreadable");
  EXPECT_FALSE(json.contains("detail_ja"));
}

TEST(ErrorReport, TheDocumentKeepsTheEnglishDetailForPrograms) {
  const auto json = boost::json::parse(to_json(wrong_setting(), Language::ja)).as_object();
  EXPECT_EQ(json.at("title").as_string(), "設定が正しくありません");
  EXPECT_EQ(json.at("detail").as_string(), "2 settings are wrong");
  EXPECT_EQ(json.at("detail_ja").as_string(), "2件の設定が正しくありません");
}

}  // namespace
}  // namespace rakkan::console
