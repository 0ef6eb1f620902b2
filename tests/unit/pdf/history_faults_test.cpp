// Each fault of a file's structure that History notes and reads over, and the bounds of what it reads.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/history.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::SamplePdf;
using test::XrefForm;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto kNoVisit = [](const Object&) -> Result<void> { return {}; };

// The faults of the file, once the objects of all revisions and the form have been read.
std::vector<StructureFault> all_faults(std::string_view pdf) {
  std::vector<StructureFault> found;
  const auto history = History::open(bytes_of(pdf));
  EXPECT_THAT(history, IsOk());
  if (!history) {
    return found;
  }
  for (std::size_t revision = 0; revision < history->revisions().size(); ++revision) {
    EXPECT_THAT(history->for_each_object(revision, kNoVisit), IsOk());
  }
  EXPECT_THAT(AcroForm::read(history->newest()), IsOk());
  for (const StructureFinding& finding : history->findings()) {
    found.push_back(finding.fault);
  }
  return found;
}

// A section of these rows behind the document.
std::string with_section(const PdfBuilder& base, const std::string& rows, const std::string& more = "") {
  std::string text = base.text();
  const std::size_t offset = text.size();
  return text + "xref\n" + rows + "trailer\n<</Root 1 0 R/Size 99" + more + "/Prev " +
         std::to_string(base.last_section()) + ">>\nstartxref\n" + std::to_string(offset) + "\n%%EOF\n";
}

std::string ten(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(10 - digits.size(), '0') + digits;
}

TEST(HistoryFaults, TwoEntriesOfOneNumber) {
  const PdfBuilder base = test::sample_builder({});
  EXPECT_THAT(all_faults(with_section(base, "70 1\n0000000000 00001 f \n70 1\n0000000000 00002 f \n")),
              ElementsAre(StructureFault::entry_twice));
  EXPECT_THAT(all_faults(with_section(base, "70 1\n0000000000 00001 f \n71 1\n0000000000 00002 f \n")), IsEmpty());
}

TEST(HistoryFaults, AHybridStreamInAnotherRevision) {
  PdfBuilder base = test::sample_builder({});
  const std::uint64_t stream = base.position();
  base.raw("70 0 obj\n<</Type/XRef/W[1 4 2]/Index[71 1]/Size 72/Length 7>>\nstream\n")
      .raw(std::string("\0\0\0\0\0\0\1", 7))
      .raw("\nendstream\nendobj\n")
      .table("/Root 1 0 R");
  const std::string pdf = with_section(base, "0 0\n", "/XRefStm " + std::to_string(stream));
  EXPECT_THAT(all_faults(pdf), ElementsAre(StructureFault::hybrid_stream_outside));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  EXPECT_FALSE(history.revisions().back().complete);
}

TEST(HistoryFaults, ASectionWithoutAnEnd) {
  PdfBuilder builder = test::sample_builder({});
  const std::size_t first_end = builder.text().size();
  std::string text = builder.object(20, "(two)").table("/Root 1 0 R").object(20, "(three)").table("/Root 1 0 R").text();
  EXPECT_THAT(all_faults(text), IsEmpty());
  text.replace(text.find("startxref", first_end), 9, "startxxxx");
  EXPECT_THAT(all_faults(text), ElementsAre(StructureFault::section_without_end));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(text)));
  EXPECT_FALSE(history.revisions()[1].complete);
}

TEST(HistoryFaults, AnEntryThatLeadsIntoAnotherRevision) {
  PdfBuilder base = test::sample_builder({});
  const std::uint64_t hidden = base.position();
  base.raw("60 0 obj\n(hidden)\nendobj\n").object(20, "(two)").table("/Root 1 0 R");
  EXPECT_THAT(all_faults(with_section(base, "60 1\n" + ten(hidden) + " 00000 n \n")),
              ElementsAre(StructureFault::object_outside));
}

// An update that writes the table whole again declares nothing anew.
TEST(HistoryFaults, AnEntryThatIsRepeatedIsNone) {
  const PdfBuilder base = test::sample_builder({.objects = {{20, "(x)"}}});
  const std::uint64_t place = base.text().find("20 0 obj");
  EXPECT_THAT(all_faults(with_section(base, "20 1\n" + ten(place) + " 00000 n \n")), IsEmpty());
}

TEST(HistoryFaults, AnEntryWithoutItsObject) {
  const PdfBuilder base = test::sample_builder({.objects = {{20, "(x)"}}});
  EXPECT_THAT(all_faults(with_section(base, "20 1\n" + ten(base.text().size()) + " 00000 n \n")),
              ElementsAre(StructureFault::object_missing));
  PdfBuilder packed = test::sample_builder({.form = XrefForm::stream});
  packed.entry(60, 2, 3, 0).xref_stream(61, "/Root 1 0 R");
  EXPECT_THAT(all_faults(packed.text()), ElementsAre(StructureFault::object_missing)) << "3 is no object stream";
}

TEST(HistoryFaults, AFormOfTheWrongKind) {
  EXPECT_THAT(all_faults(test::sample_builder({.catalog = "/AcroForm[]"}).text()),
              ElementsAre(StructureFault::form_damaged));
  EXPECT_THAT(all_faults(test::sample_builder({.catalog = "/AcroForm<</Fields 1>>"}).text()),
              ElementsAre(StructureFault::form_damaged));
  EXPECT_THAT(all_faults(test::sample_builder({.catalog = "/AcroForm<</Fields[]>>"}).text()), IsEmpty());
}

TEST(HistoryFaults, AreNoneWhenStartxrefLeadsToBlanksBeforeItsSection) {
  const auto with_blanks = [](std::size_t blanks) {
    PdfBuilder builder = test::sample_builder({});
    const std::string text = builder.object(20, "(two)").text();
    const std::string more = builder.table("/Root 1 0 R").text().substr(text.size());
    return text + std::string(blanks, ' ') + more;
  };
  EXPECT_THAT(all_faults(with_blanks(0)), IsEmpty());
  EXPECT_THAT(all_faults(with_blanks(4000)), IsEmpty());
  EXPECT_THAT(History::open(bytes_of(with_blanks(5000))), FailsWith(ErrorCode::pdf_malformed));
}

TEST(HistoryFaults, AreToldUpToAThousand) {
  SamplePdf sample;
  for (std::uint32_t number = 2000; number < 3100; ++number) {
    sample.objects.emplace_back(number, "0");
  }
  std::string text = test::sample_builder(sample).text();
  text.replace(text.find("/Size 3100"), 10, "/Size 2000");
  EXPECT_EQ(all_faults(text).size(), History::kMaxFindings);
}

}  // namespace
}  // namespace rakkan::pdf
