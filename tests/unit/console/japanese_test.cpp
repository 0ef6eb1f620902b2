#include "console/japanese.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "rakkan/console/error_report.hpp"

namespace rakkan::console {
namespace {

// The text with "<1>" for "{1}" and so on.
std::string sample(std::string_view pattern) {
  std::string text(pattern);
  for (const char index : {'1', '2', '3', '4'}) {
    const std::string from{'{', index, '}'};
    const std::string to{'<', index, '>'};
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

TEST(Japanese, EveryRowIsFound) {
  for (const Translation& row : translations()) {
    EXPECT_EQ(japanese(sample(row.english)), sample(row.japanese))
        << "a row before it takes what is for " << row.english;
  }
}

TEST(Japanese, NoRowHasPartsThatItsDetailLacks) {
  for (const Translation& row : translations()) {
    for (const char index : {'1', '2', '3', '4'}) {
      const std::string part{'{', index, '}'};
      EXPECT_TRUE(row.japanese.find(part) == std::string_view::npos || row.english.find(part) != std::string_view::npos)
          << row.english;
    }
    EXPECT_FALSE(row.japanese.empty());
  }
}

TEST(Japanese, PartsKeepWhatTheyAre) {
  EXPECT_EQ(japanese("must be integer, 1 to 64"), "1から64までの整数を指定してください");
  EXPECT_EQ(japanese("it belongs to user root and has to be user rakkan's: chown rakkan '/x y'"),
            "所有者がユーザーrootです。ユーザーrakkanのものにしてください: chown rakkan '/x y'");
  EXPECT_EQ(japanese("must be path with {token} in it, and {data_dir} only at its start"),
            "{token}を含むパスを指定してください。{data_dir}は先頭だけで使えます");
  EXPECT_EQ(japanese("a sentence that is in no row"), "");
  EXPECT_EQ(japanese(""), "");
}

}  // namespace
}  // namespace rakkan::console
