#include "rakkan/pdf/history.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>

#include "rakkan/pdf/acro_form.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::SamplePdf;
using test::XrefForm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<StructureFault> faults(const History& history) {
  std::vector<StructureFault> found;
  for (const StructureFinding& finding : history.findings()) {
    found.push_back(finding.fault);
  }
  return found;
}

std::map<std::uint32_t, XrefEntry> entries(const History& history, std::size_t revision) {
  std::map<std::uint32_t, XrefEntry> found;
  EXPECT_THAT(history.for_each_entry(revision,
                                     [&](const DeclaredEntry& declared) -> Result<void> {
                                       EXPECT_TRUE(found.emplace(declared.number, declared.entry).second)
                                           << declared.number << " twice";
                                       return {};
                                     }),
              IsOk());
  return found;
}

std::string text_at(const History& history, std::size_t revision, std::uint32_t number) {
  const auto document = history.document(revision);
  EXPECT_THAT(document, IsOk());
  const auto object = (*document)->load(number);
  EXPECT_THAT(object, IsOk());
  return *object == nullptr ? "undefined" : std::string(text_of((*object)->value().bytes()));
}

// Three revisions: object 20 says which one.
PdfBuilder three_revisions(XrefForm form = XrefForm::table) {
  SamplePdf sample;
  sample.form = form;
  sample.objects = {{20, "(one)"}};
  PdfBuilder builder = test::sample_builder(sample);
  for (const char* text : {"(two)", "(three)"}) {
    if (form == XrefForm::object_streams) {
      builder.object_stream(builder.size(), {{20, text}}).xref_stream(builder.size(), "/Root 1 0 R");
      continue;
    }
    builder.object(20, text);
    form == XrefForm::stream ? builder.xref_stream(builder.size(), "/Root 1 0 R") : builder.table("/Root 1 0 R");
  }
  return builder;
}

class HistoryInEveryForm : public ::testing::TestWithParam<XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, HistoryInEveryForm, ::testing::ValuesIn(test::kXrefForms));

TEST_P(HistoryInEveryForm, OpensEachRevisionAsItWas) {
  const Bytes pdf = three_revisions(GetParam()).bytes();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  ASSERT_THAT(history.revisions(), SizeIs(3));
  EXPECT_EQ(text_at(history, 0, 20), "(one)");
  EXPECT_EQ(text_at(history, 1, 20), "(two)");
  EXPECT_EQ(text_at(history, 2, 20), "(three)");
  EXPECT_EQ(text_of(history.newest().load(20).value()->value().bytes()), "(three)");
  EXPECT_THAT(faults(history), IsEmpty());
}

// A revision shows the same as its bytes show to a reader who has no more.
TEST_P(HistoryInEveryForm, ReadsARevisionAsItsPrefixAlone) {
  const Bytes pdf = three_revisions(GetParam()).bytes();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  for (std::size_t revision = 0; revision < 3; ++revision) {
    const FileRevision& one = history.revisions()[revision];
    ASSERT_OK_AND_ASSIGN(const Document alone, Document::open(ByteView(pdf).first(one.end)));
    ASSERT_OK_AND_ASSIGN(const Document* const shared, history.document(revision));
    EXPECT_EQ(shared->size(), alone.size());
    EXPECT_EQ(shared->next_object_number(), alone.next_object_number());
    EXPECT_EQ(shared->sections().size(), alone.sections().size());
    for (std::uint32_t number = 0; number < alone.next_object_number(); ++number) {
      const Object* const expected = alone.load(number).value();
      const Object* const found = shared->load(number).value();
      ASSERT_EQ(expected == nullptr, found == nullptr) << number;
      if (expected != nullptr) {
        EXPECT_EQ(text_of(expected->value().bytes()), text_of(found->value().bytes())) << number;
      }
    }
  }
}

TEST_P(HistoryInEveryForm, CutsRevisionsAtTheirEnds) {
  const Bytes pdf = three_revisions(GetParam()).bytes();
  const std::string_view text = text_of(pdf);
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  std::uint64_t begin = 0;
  for (const FileRevision& one : history.revisions()) {
    EXPECT_EQ(one.begin, begin);
    EXPECT_EQ(text.substr(one.marker_end - 5, 6), "%%EOF\n");
    EXPECT_EQ(one.end, one.marker_end + 1);
    EXPECT_TRUE(one.complete);
    begin = one.end;
  }
  EXPECT_EQ(begin, pdf.size());
  EXPECT_EQ(history.tail_size(), 0U);
  EXPECT_TRUE(history.tail_is_blank());
  EXPECT_EQ(history.revision_at(0), 0U);
  EXPECT_EQ(history.revision_at(history.revisions()[1].begin), 1U);
  EXPECT_EQ(history.revision_at(pdf.size()), 2U);
}

TEST_P(HistoryInEveryForm, ListsWhatEachRevisionDeclares) {
  const Bytes pdf = three_revisions(GetParam()).bytes();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  const auto first = entries(history, 0);
  EXPECT_TRUE(first.contains(1));
  EXPECT_TRUE(first.contains(20));
  const auto second = entries(history, 1);
  ASSERT_TRUE(second.contains(20));
  EXPECT_FALSE(second.contains(1));
  const bool packed = GetParam() == XrefForm::object_streams;
  EXPECT_EQ(second.at(20).type, packed ? XrefEntry::Type::in_object_stream : XrefEntry::Type::in_base);
  EXPECT_EQ(history.revision_of_section(second.at(20).section), 1U);
  for (const auto& [number, entry] : first) {
    ASSERT_OK_AND_ASSIGN(const Document* const document, history.document(0));
    const auto looked_up = document->xref_entry(number).value();
    ASSERT_TRUE(looked_up.has_value());
    EXPECT_EQ(looked_up->type, entry.type) << number;
    EXPECT_EQ(looked_up->offset, entry.offset) << number;
  }
}

TEST_P(HistoryInEveryForm, PassesOverEachObjectOnce) {
  const Bytes pdf = three_revisions(GetParam()).bytes();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  std::map<std::uint32_t, std::string> seen;
  ASSERT_THAT(history.for_each_object(0,
                                      [&](const Object& object) -> Result<void> {
                                        seen[object.number()] += text_of(object.value().bytes());
                                        return {};
                                      }),
              IsOk());
  EXPECT_EQ(seen.at(20), "(one)");
  EXPECT_EQ(seen.at(1), "<</Type/Catalog/Pages 2 0 R>>");
  seen.clear();
  ASSERT_THAT(history.for_each_object(2,
                                      [&](const Object& object) -> Result<void> {
                                        seen[object.number()] += text_of(object.value().bytes());
                                        return {};
                                      }),
              IsOk());
  EXPECT_EQ(seen.at(20), "(three)");
  EXPECT_FALSE(seen.contains(1));
}

TEST(History, StopsAPassAtTheFirstError) {
  const Bytes pdf = test::sample_pdf();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  int calls = 0;
  EXPECT_THAT(history.for_each_object(0,
                                      [&](const Object&) -> Result<void> {
                                        ++calls;
                                        return fail(ErrorCode::invalid_argument, "enough");
                                      }),
              FailsWith(ErrorCode::invalid_argument));
  EXPECT_EQ(calls, 1);
}

TEST(History, HasNoMoreRevisionsThanItHas) {
  const Bytes pdf = test::sample_pdf();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  EXPECT_THAT(history.document(1), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(history.for_each_entry(1, [](const DeclaredEntry&) -> Result<void> { return {}; }),
              FailsWith(ErrorCode::invalid_argument));
}

TEST(History, ReadsBehindBytesBeforeTheHeader) {
  const std::string pdf = "some mail header\r\n" + test::sample_builder({}).text();
  EXPECT_THAT(Document::open(bytes_of(pdf)), FailsWith(ErrorCode::pdf_header_offset));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  EXPECT_EQ(history.header_offset(), 18U);
  EXPECT_EQ(history.file().size(), pdf.size());
  EXPECT_EQ(history.bytes().size(), pdf.size() - 18);
  EXPECT_THAT(faults(history), ElementsAre(StructureFault::header_offset));
}

// The offsets of this file count from its first byte, not from the header.
TEST(History, ReadsOffsetsFromTheFirstByteAsWell) {
  std::string pdf = test::sample_builder({}).text();
  pdf.replace(0, 9, "\n%PDF-1.7");  // one byte more at the beginning, one less behind
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  EXPECT_EQ(history.header_offset(), 0U);
  EXPECT_THAT(faults(history), ElementsAre(StructureFault::header_offset));
}

TEST(History, TellsBytesBehindTheLastRevision) {
  const std::string base = test::sample_builder({}).text();
  const std::string blank = base + "\r\n  ";
  ASSERT_OK_AND_ASSIGN(const History white, History::open(bytes_of(blank)));
  EXPECT_EQ(white.tail_size(), 4U);
  EXPECT_TRUE(white.tail_is_blank());
  // Longer than the window in which a strict reader looks for startxref.
  const std::string tail = base + std::string(5000, 'x');
  EXPECT_THAT(Document::open(bytes_of(tail)), FailsWith(ErrorCode::pdf_malformed));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(tail)));
  EXPECT_EQ(history.tail_size(), 5000U);
  EXPECT_FALSE(history.tail_is_blank());
  EXPECT_EQ(history.revisions().back().end, base.size());
}

TEST(History, ReadsAnObjectStreamWhoseIndexNamesAnotherObject) {
  PdfBuilder builder;
  builder.object(1, "<</Type/Catalog/Pages 2 0 R>>")
      .object_stream(4, {{2, "<</Type/Pages/Kids[]/Count 0>>"}, {6, "(six)"}, {7, "(seven)"}})
      .entry(6, 2, 4, 2)
      .xref_stream(5, "/Root 1 0 R");
  const Bytes pdf = builder.bytes();
  ASSERT_OK_AND_ASSIGN(const Document strict, Document::open(pdf));
  EXPECT_THAT(strict.load(6), FailsWith(ErrorCode::pdf_malformed));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  EXPECT_EQ(text_at(history, 0, 6), "(six)");
  ASSERT_THAT(faults(history), ElementsAre(StructureFault::object_stream_index));
  EXPECT_EQ(history.findings()[0].object, 6U);
}

TEST(History, NotesNumbersAtOrAboveSize) {
  const std::string text = test::sample_builder({.objects = {{20, "(x)"}}}).text();
  std::string pdf = text;
  pdf.replace(pdf.find("/Size 21"), 8, "/Size 20");
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  ASSERT_THAT(faults(history), ElementsAre(StructureFault::entry_above_size));
  EXPECT_EQ(history.findings()[0].object, 20U);
  std::vector<std::uint32_t> above;
  ASSERT_THAT(history.for_each_entry(0,
                                     [&](const DeclaredEntry& declared) -> Result<void> {
                                       if (declared.above_size) {
                                         above.push_back(declared.number);
                                       }
                                       return {};
                                     }),
              IsOk());
  EXPECT_THAT(above, ElementsAre(20U));
}

TEST(History, NotesKeysThatStandTwiceInATrailer) {
  PdfBuilder builder = test::sample_builder({});
  builder.object(20, "(x)").table("/Root 1 0 R/Root 1 0 R");
  const Bytes pdf = builder.bytes();
  EXPECT_THAT(Document::open(pdf), FailsWith(ErrorCode::pdf_malformed));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  ASSERT_THAT(faults(history), ElementsAre(StructureFault::duplicate_trailer_key));
  EXPECT_EQ(history.findings()[0].revision, 1U);
}

TEST(History, NotesWhereTableAndStreamOfAHybridDisagree) {
  SamplePdf sample;
  sample.form = XrefForm::hybrid;
  sample.objects = {{20, "(hidden)"}};
  const PdfBuilder honest = test::sample_builder(sample);
  const Bytes agreeing = honest.bytes();
  ASSERT_OK_AND_ASSIGN(const History same, History::open(agreeing));
  EXPECT_THAT(faults(same), IsEmpty());
  // The table's row of 20 is free; now it is in use, at the content stream.
  std::string pdf = honest.text();
  const std::size_t rows = pdf.rfind("xref\n20 1\n", pdf.size());
  const std::size_t heading = rows == std::string::npos ? pdf.rfind("\n20 1\n") : rows + 4;
  ASSERT_NE(heading, std::string::npos);
  pdf.replace(heading + 6, 18, "0000000015 00000 n");
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  ASSERT_THAT(faults(history), ElementsAre(StructureFault::hybrid_disagreement));
  EXPECT_EQ(history.findings()[0].object, 20U);
}

TEST(History, NotesAStartxrefThatLeadsElsewhere) {
  std::string pdf = three_revisions().text();
  const std::size_t second = pdf.find("startxref", pdf.find("startxref") + 1);
  pdf.replace(second + 10, 1, "1");
  const std::size_t end = pdf.find('\n', second + 10);
  ASSERT_NE(pdf.substr(second + 10, end - second - 10), "");
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(pdf)));
  const auto found = faults(history);
  ASSERT_THAT(found, ElementsAre(StructureFault::startxref_mismatch));
  EXPECT_EQ(history.findings()[0].revision, 1U);
  EXPECT_FALSE(history.revisions()[1].complete);
  EXPECT_TRUE(history.revisions()[2].complete);
}

// An update whose /Prev leads forward: its section is read before the one that stands in front of it.
TEST(History, NotesSectionsOutOfOrder) {
  PdfBuilder builder = test::sample_builder({.objects = {{20, "(one)"}}});
  const std::uint64_t first = builder.last_section();
  std::string pdf = builder.text();
  const auto section = [&](std::uint32_t number, std::string_view text, std::uint64_t previous) {
    const std::uint64_t object = pdf.size();
    pdf += std::to_string(number) + " 0 obj\n" + std::string(text) + "\nendobj\n";
    const std::uint64_t offset = pdf.size();
    std::string digits = std::to_string(object);
    digits.insert(0, 10 - digits.size(), '0');
    pdf += "xref\n" + std::to_string(number) + " 1\n" + digits + " 00000 n \ntrailer\n<</Root 1 0 R/Size 22/Prev " +
           std::to_string(previous) + ">>\nstartxref\n" + std::to_string(offset) + "\n%%EOF\n";
    return offset;
  };
  const std::uint64_t second = section(20, "(two)", 1'000'000);  // is patched below
  const std::uint64_t third = section(21, "(three)", first);
  std::string patched = pdf;
  const std::string wrong = "/Prev 1000000";
  std::string right = "/Prev " + std::to_string(third);
  right.resize(wrong.size(), ' ');
  patched.replace(patched.find(wrong), wrong.size(), right);
  patched += "startxref\n" + std::to_string(second) + "\n%%EOF\n";
  ASSERT_OK_AND_ASSIGN(const History history, History::open(bytes_of(patched)));
  const auto found = faults(history);
  EXPECT_TRUE(std::find(found.begin(), found.end(), StructureFault::sections_out_of_order) != found.end());
}

// The smallest limit that is enough for the last revision alone is not enough for all of them.
TEST(History, CountsAReadingOfAllRevisionsTogether) {
  const Bytes pdf = three_revisions(XrefForm::object_streams).bytes();
  const auto enough = [&pdf](std::size_t limit, std::size_t first) {
    HistoryOptions options;
    options.limits.max_inflated = limit;
    const auto history = History::open(pdf, options);
    bool read = history.has_value();
    for (std::size_t revision = first; read && revision < 3; ++revision) {
      const auto passed = history->for_each_object(revision, [](const Object&) -> Result<void> { return {}; });
      EXPECT_TRUE(passed || passed.error().code == ErrorCode::pdf_limit_exceeded);
      read = passed.has_value();
    }
    return read;
  };
  std::size_t limit = 0;
  while (limit < 10'000 && !enough(limit, 2)) {
    ++limit;
  }
  ASSERT_LT(limit, 10'000U);
  EXPECT_FALSE(enough(limit, 0));
  EXPECT_TRUE(enough(10'000, 0));
}

// A file of `size` bytes whose object 20 is that stream.
Bytes inflating_file(const std::string& deflated, std::size_t size) {
  const auto padded = [&](std::size_t padding) {
    PdfBuilder builder = test::sample_builder({});
    builder.stream(20, "/Filter/FlateDecode", deflated).raw("%" + std::string(padding, ' ') + "\n");
    return builder.table("/Root 1 0 R").bytes();
  };
  const std::size_t most = size - deflated.size();
  const Bytes largest = padded(most);  // whose offsets have as many digits
  return padded(most - (largest.size() - size));
}

// The default limits: 64 MiB and 20 times the file.
TEST(History, InflatesNoMoreThanAMultipleOfTheFile) {
  constexpr std::size_t kSize = 200'000;
  const std::string deflated = test::deflated(std::string((64UL << 20) + 20 * kSize, 'x'));
  for (const std::size_t size : {kSize, kSize - 1}) {
    const Bytes pdf = inflating_file(deflated, size);
    ASSERT_EQ(pdf.size(), size);
    ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
    ASSERT_OK_AND_ASSIGN(const Object* const stream, history.newest().load(20));
    const auto data = history.newest().decoded_stream(*stream);
    if (size == kSize) {
      EXPECT_THAT(data, IsOk());
    } else {
      EXPECT_THAT(data, FailsWith(ErrorCode::pdf_limit_exceeded));
    }
  }
}

TEST(History, HasAtMostFiveHundredRevisions) {
  PdfBuilder builder = test::sample_builder({});
  for (int revision = 2; revision <= 500; ++revision) {
    builder.object(20, "(again)").table("/Root 1 0 R");
  }
  const Bytes most = builder.bytes();
  ASSERT_OK_AND_ASSIGN(const History history, History::open(most));
  EXPECT_THAT(history.revisions(), SizeIs(500));
  const Bytes more = builder.object(20, "(once more)").table("/Root 1 0 R").bytes();
  EXPECT_THAT(History::open(more), FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(History, RefusesWhatIsNoPdf) {
  EXPECT_THAT(History::open(bytes_of("no PDF")), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(History::open(ByteView{}), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(History::open(bytes_of("%PDF-1.7\n")), FailsWith(ErrorCode::pdf_malformed));
}

TEST(History, CountsAFieldThatStandsTwiceOnce) {
  SamplePdf sample;
  sample.catalog = "/AcroForm<</Fields[20 0 R 20 0 R]>>";
  sample.objects = {{20, "<</FT/Tx/T(a)>>"}};
  const Bytes pdf = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document strict, Document::open(pdf));
  EXPECT_THAT(AcroForm::read(strict), FailsWith(ErrorCode::pdf_malformed));
  ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf));
  ASSERT_OK_AND_ASSIGN(const auto form, AcroForm::read(history.newest()));
  ASSERT_TRUE(form.has_value());
  EXPECT_THAT(form->fields, SizeIs(1));
  EXPECT_THAT(faults(history), ElementsAre(StructureFault::form_damaged));
}

TEST(History, NamesEveryFault) {
  for (int fault = 0; fault <= static_cast<int>(StructureFault::form_damaged); ++fault) {
    EXPECT_FALSE(to_string(static_cast<StructureFault>(fault)).empty());
  }
}

}  // namespace
}  // namespace rakkan::pdf
