#include "manual/roff.hpp"

#include <gmock/gmock.h>

namespace rakkan::manual {
namespace {

using testing::HasSubstr;

TEST(RoffPage, TextIsNoRequestAndNoEscape) {
  RoffPage page("X", 1, "1", "t");
  page.paragraph(".so /etc/passwd");
  page.paragraph("'nr x");
  page.paragraph("back\\slash");
  const std::string text = std::move(page).finish();
  EXPECT_THAT(text, HasSubstr("\n\\&.so /etc/passwd\n"));
  EXPECT_THAT(text, HasSubstr("\n\\(aqnr x\n"));
  EXPECT_THAT(text, HasSubstr("back\\(rsslash"));
}

TEST(RoffPage, HyphensCanBeCopiedAndOtherScriptsAreNamed) {
  EXPECT_EQ(RoffPage::escaped("--pin-file"), "\\-\\-pin\\-file");
  EXPECT_EQ(RoffPage::escaped("立会人"), "\\[u7ACB]\\[u4F1A]\\[u4EBA]");
  EXPECT_EQ(RoffPage::escaped("…"), "\\[u2026]");
  EXPECT_EQ(RoffPage::escaped("𠮷"), "\\[u20BB7]");
}

TEST(RoffPage, WordsBetweenBackticksAreBold) {
  RoffPage page("X", 1, "1", "t");
  page.item("--set KEY=VALUE", "as `config check` says");
  EXPECT_THAT(std::move(page).finish(), HasSubstr(".TP\n\\fB\\-\\-set KEY=VALUE\\fR\nas \\fBconfig check\\fR says\n"));
}

TEST(RoffPage, LinesStayLines) {
  RoffPage page("X", 1, "1", "t");
  page.lines("one\n\n.two");
  EXPECT_THAT(std::move(page).finish(), HasSubstr(".nf\none\n\\&\n\\&.two\n.fi\n"));
}

}  // namespace
}  // namespace rakkan::manual
