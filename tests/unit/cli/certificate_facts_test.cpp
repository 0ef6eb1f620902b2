#include "cli/certificate_facts.hpp"

#include <gtest/gtest.h>

namespace rakkan::cli {
namespace {

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable("Signature1 山田太郎 \xC2\xA5 <x>"), "Signature1 山田太郎 \xC2\xA5 <x>");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ReplacesWhatMovesACursor) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  const auto around = [&](std::string_view control) {
    std::string text("a");
    text += control;
    return printable(text + "b");
  };
  for (const std::string_view control :
       {std::string_view("\x1b"), std::string_view("\n"), std::string_view("\r"), std::string_view("\0", 1),
        std::string_view("\x7f"), std::string_view("\xC2\x9b"), std::string_view("\xC2\x80")}) {
    EXPECT_EQ(around(control), "a" + std::string(kReplacement) + "b");
  }
}

}  // namespace
}  // namespace rakkan::cli
