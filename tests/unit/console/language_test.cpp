#include "rakkan/console/language.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>
#include <string>

namespace rakkan::console {
namespace {

TEST(Language, IsJapaneseWhereTheLocaleIs) {
  for (const char* locale : {"ja_JP.UTF-8", "ja_JP.utf8", "ja", "ja_JP", "ja_JP.UTF-8@modifier"}) {
    EXPECT_EQ(language_of(locale), Language::ja) << locale;
  }
  for (const char* locale : {"C", "POSIX", "C.UTF-8", "en_US.UTF-8", "jam_JM.UTF-8", "", "de@ja"}) {
    EXPECT_EQ(language_of(locale), Language::en) << locale;
  }
}

TEST(Language, IsEnglishWhereTheTerminalCannotShowUtf8) {
  EXPECT_EQ(language_of("ja_JP.eucJP"), Language::en);
  EXPECT_EQ(language_of("ja_JP.SJIS"), Language::en);
}

class LanguageOfTheEnvironment : public ::testing::Test {
 protected:
  static void set(const char* all, const char* messages, const char* lang) {
    ::setenv("LC_ALL", all, 1);
    ::setenv("LC_MESSAGES", messages, 1);
    ::setenv("LANG", lang, 1);
  }
  void TearDown() override {
    for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
      ::unsetenv(variable);
    }
  }
};

TEST_F(LanguageOfTheEnvironment, TheFirstThatIsSetDecides) {
  set("", "", "ja_JP.UTF-8");
  EXPECT_EQ(language(), Language::ja);
  set("", "C", "ja_JP.UTF-8");
  EXPECT_EQ(language(), Language::en);
  set("", "ja_JP.UTF-8", "C");
  EXPECT_EQ(language(), Language::ja);
  set("C.UTF-8", "ja_JP.UTF-8", "ja_JP.UTF-8");
  EXPECT_EQ(language(), Language::en);
}

}  // namespace
}  // namespace rakkan::console
