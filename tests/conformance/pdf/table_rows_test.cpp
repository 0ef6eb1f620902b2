// Cross-reference tables whose rows are not 20 bytes long, or have text behind them: qpdf reads them without a word,
// and so do we, the same; signed, they are the same with one revision more.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "rakkan/pdf/document.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/sign_round_trip.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pdf {
namespace {

using test::run_command;

struct Rows {
  const char* name;
  std::vector<std::string_view> ends;  // of the rows, in turn
  bool lengths_differ = false;
};

std::ostream& operator<<(std::ostream& out, const Rows& rows) { return out << rows.name; }

class TableRows : public ::testing::TestWithParam<Rows> {
 protected:
  // The sample document with these ends of its rows.
  static std::string document() {
    std::string text(text_of(test::sample_pdf()));
    const std::size_t table = text.rfind("xref\n0 ");
    const std::size_t section = text.rfind("\nxref\n", table + 1) + 1;
    const std::size_t trailer = text.find("trailer", section);
    std::istringstream lines(text.substr(section, trailer - section));
    std::string changed;
    std::size_t row = 0;
    for (std::string line; std::getline(lines, line);) {
      const bool is_row = line.size() == 19 && (line[17] == 'n' || line[17] == 'f');
      const auto& ends = GetParam().ends;
      changed += is_row ? line.substr(0, 18) + std::string(ends[row++ % ends.size()]) : line + "\n";
    }
    EXPECT_GT(row, 3U);
    return text.replace(section, trailer - section, changed);
  }

  // 0: content. 3: content after a look for the objects: from version 12 on qpdf takes rows of 19 and of 21 bytes in
  // one table for damage. Anything else is an error.
  static int content_of_qpdf(const std::filesystem::path& file) {
    const test::CommandOutcome check = run_command({"qpdf", "--check", file});
    const bool may_look = GetParam().lengths_differ && check.output.find("invalid xref entry") != std::string::npos;
    EXPECT_TRUE(check.exit_code == 0 || (check.exit_code == 3 && may_look)) << check.output;
    return check.exit_code;
  }

  // "N/G: uncompressed; offset = O" by number.
  static std::map<std::uint32_t, std::uint64_t> seen_by_qpdf(const std::filesystem::path& file) {
    const test::CommandOutcome shown = run_command({"qpdf", "--show-xref", file});
    std::map<std::uint32_t, std::uint64_t> offsets;
    std::istringstream lines(shown.output);
    for (std::string line; std::getline(lines, line);) {
      constexpr std::string_view kOffset = "offset = ";
      if (const std::size_t at = line.find(kOffset); at != std::string::npos) {
        offsets[static_cast<std::uint32_t>(std::stoul(line))] = std::stoull(line.substr(at + kOffset.size()));
      }
    }
    return offsets;
  }

  test::TemporaryFolder folder_;
};

TEST_P(TableRows, AreReadAsQpdfReadsThem) {
  const std::string text = document();
  const auto file = test::write_bytes(folder_.path() / "rows.pdf", bytes_of(text));
  static_cast<void>(content_of_qpdf(file));
  ASSERT_OK_AND_ASSIGN(const Document ours, Document::open(bytes_of(text)));
  const auto theirs = seen_by_qpdf(file);
  EXPECT_GT(theirs.size(), 3U);
  for (std::uint32_t number = 1; number < ours.next_object_number(); ++number) {
    ASSERT_OK_AND_ASSIGN(const auto entry, ours.xref_entry(number));
    const bool in_use = entry && entry->type == XrefEntry::Type::in_base;
    EXPECT_EQ(in_use, theirs.contains(number)) << number;
    if (in_use && theirs.contains(number)) {
      EXPECT_EQ(entry->offset, theirs.at(number)) << number;
    }
  }
}

TEST_P(TableRows, AreSignedAndQpdfIsContentWithTheResult) {
  const std::string text = document();
  const test::RoundTrip trip = test::sign_round_trip(bytes_of(text));
  ASSERT_FALSE(trip.refused.has_value()) << to_string(*trip.refused);
  EXPECT_EQ(trip.violation, "");
  const auto base = test::write_bytes(folder_.path() / "base.pdf", bytes_of(text));
  const auto file = test::write_bytes(folder_.path() / "signed.pdf", trip.document);
  EXPECT_EQ(content_of_qpdf(file), content_of_qpdf(base));
}

INSTANTIATE_TEST_SUITE_P(Kinds, TableRows,
                         ::testing::Values(Rows{"regular", {" \n"}}, Rows{"nineteen", {"\n"}},
                                           Rows{"nineteen_and_twentyone", {"\n", " \r\n"}, true},
                                           Rows{"twentyone_and_nineteen", {" \r\n", "\n"}, true},
                                           Rows{"nineteen_twentyone_twenty", {"\n", " \r\n", " \n"}, true},
                                           Rows{"comments", {" % in use\n", " \n"}}, Rows{"text", {" abc\n"}},
                                           Rows{"text_behind_the_last", {" \n", " \n", " \n", " \n", " text\n"}},
                                           Rows{"rows_behind_rows", {"  0000000009 00000 n \n"}}),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace rakkan::pdf
