#include "rakkan/pdf/document.hpp"

#include <gmock/gmock.h>

#include <string>

#include "rakkan/pdf/page_tree.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::SamplePdf;
using test::XrefForm;
using ::testing::SizeIs;

// The smallest document, without its cross-reference section.
PdfBuilder minimal() {
  return PdfBuilder()
      .object(1, "<</Type/Catalog/Pages 2 0 R>>")
      .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
      .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
}

class DocumentInEveryForm : public ::testing::TestWithParam<XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, DocumentInEveryForm, ::testing::ValuesIn(test::kXrefForms));

TEST_P(DocumentInEveryForm, FindsTheSameObjects) {
  SamplePdf sample;
  sample.form = GetParam();
  sample.pages = 3;
  sample.objects = {{20, "(twenty)"}};
  const Bytes pdf = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_EQ(document.catalog().number(), 1U);
  ASSERT_OK_AND_ASSIGN(const std::size_t pages, page_count(document));
  EXPECT_EQ(pages, 3U);
  ASSERT_OK_AND_ASSIGN(const Object* const twenty, document.load(20));
  ASSERT_NE(twenty, nullptr);
  EXPECT_EQ(text_of(twenty->value().bytes()), "(twenty)");
  ASSERT_OK_AND_ASSIGN(const Object* const content, document.load(Reference{3, 0}));
  ASSERT_NE(content, nullptr);
  ASSERT_OK_AND_ASSIGN(const Bytes data, document.decoded_stream(*content));
  EXPECT_EQ(text_of(data), "0 0 m 10 10 l S");
  ASSERT_OK_AND_ASSIGN(const Object* const unknown, document.load(4711));
  EXPECT_EQ(unknown, nullptr);
  EXPECT_EQ(document.next_object_number(), 21U);
}

TEST_P(DocumentInEveryForm, SaysWhereAnObjectLives) {
  SamplePdf sample;
  sample.form = GetParam();
  const Bytes pdf = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  const Object& catalog = document.catalog();
  const bool packed = GetParam() == XrefForm::object_streams || GetParam() == XrefForm::hybrid;
  EXPECT_EQ(catalog.in_base(), !packed);
  if (packed) {
    EXPECT_EQ(catalog.location().object_stream, 4U);
    EXPECT_EQ(catalog.location().index, 0U);
  } else {
    const std::string_view text = text_of(pdf);
    EXPECT_EQ(catalog.location().offset, text.find("1 0 obj"));
    EXPECT_EQ(catalog.value().offset(), text.find("<</Type/Catalog"));
  }
  EXPECT_EQ(text_of(catalog.value().bytes()), "<</Type/Catalog/Pages 2 0 R>>");
}

TEST_P(DocumentInEveryForm, DescribesItsSection) {
  SamplePdf sample;
  sample.form = GetParam();
  const PdfBuilder builder = test::sample_builder(sample);
  const Bytes pdf = builder.bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_THAT(document.sections(), SizeIs(1));
  const Section& section = document.newest();
  EXPECT_EQ(section.kind, GetParam() == XrefForm::table    ? SectionKind::table
                          : GetParam() == XrefForm::hybrid ? SectionKind::hybrid
                                                           : SectionKind::stream);
  EXPECT_EQ(section.offset, builder.last_section());
  EXPECT_EQ(section.end, pdf.size());
  EXPECT_EQ(section.previous, std::nullopt);
  EXPECT_EQ(text_of(document.trailer().find("Root").bytes()), "1 0 R");
  EXPECT_TRUE(document.trailer().find("ID").is(Kind::array));
  if (GetParam() == XrefForm::hybrid) {
    EXPECT_EQ(section.hybrid_stream, text_of(pdf).find("5 0 obj"));
  }
}

TEST_P(DocumentInEveryForm, TakesTheNewestRevisionOfAnObject) {
  SamplePdf sample;
  sample.form = GetParam();
  PdfBuilder builder = test::sample_builder(sample);
  const std::uint64_t first_end = builder.position();
  const std::uint64_t first_section = builder.last_section();
  builder.object(2, "<</Type/Pages/Kids[]/Count 0>>").object(30, "(new)");
  if (GetParam() == XrefForm::table || GetParam() == XrefForm::hybrid) {
    builder.table("/Root 1 0 R");
  } else {
    builder.xref_stream(31, "/Root 1 0 R");
  }
  const Bytes pdf = builder.bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_THAT(document.sections(), SizeIs(2));
  EXPECT_EQ(document.newest().previous, first_section);
  ASSERT_OK_AND_ASSIGN(const std::size_t pages, page_count(document));
  EXPECT_EQ(pages, 0U);
  ASSERT_OK_AND_ASSIGN(const auto entry, document.xref_entry(2));
  EXPECT_EQ(entry->section, 0U);
  ASSERT_OK_AND_ASSIGN(const auto old_entry, document.xref_entry(1));
  EXPECT_EQ(old_entry->section, 1U);

  const auto revisions = document.revisions();
  ASSERT_THAT(revisions, SizeIs(2));
  EXPECT_EQ(revisions[0].end, first_end);
  EXPECT_EQ(revisions[1].end, pdf.size());
}

TEST(Document, ReadsCrossReferenceStreamsInEveryCoding) {
  for (const auto coding :
       {PdfBuilder::Coding::plain, PdfBuilder::Coding::flate_png_up, PdfBuilder::Coding::ascii_hex}) {
    const Bytes pdf = minimal().xref_stream(4, "/Root 1 0 R", coding).bytes();
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    EXPECT_THAT(page_count(document), IsOk());
  }
}

TEST(Document, TakesFreedObjectsAsNull) {
  const Bytes pdf = minimal().object(4, "(x)").table("/Root 1 0 R").free(4).table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const freed, document.load(4));
  EXPECT_EQ(freed, nullptr);
}

TEST(Document, TakesAReferenceToAnotherGenerationAsNull) {
  const Bytes pdf = minimal().object(4, "(x)", 2).object(5, "[4 2 R 4 0 R]").table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const holder, document.load(5));
  auto element = holder->value().elements().begin();
  ASSERT_OK_AND_ASSIGN(const Value same, document.resolve(*element));
  EXPECT_TRUE(same.is(Kind::string));
  ASSERT_OK_AND_ASSIGN(const Value other, document.resolve(*++element));
  EXPECT_FALSE(static_cast<bool>(other));
}

TEST(Document, LooksIntoTheHybridStreamWhereTheTableSaysFree) {
  SamplePdf sample;
  sample.form = XrefForm::hybrid;
  const Bytes pdf = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const auto entry, document.xref_entry(1));
  EXPECT_EQ(entry->type, XrefEntry::Type::in_object_stream);
}

TEST(Document, ReadsTablesWithOtherLineEnds) {
  for (const std::string_view line_end : {" \r", "\r\n", " \n", "\n", "\r", "  \r\n"}) {
    const Bytes pdf = minimal().table("/Root 1 0 R", line_end).bytes();
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    EXPECT_THAT(page_count(document), IsOk()) << line_end.size();
  }
}

// Where object `number` is by a reader that goes by lines, with these ends of the rows in turn.
void expect_rows_are_read(const std::vector<std::string_view>& row_ends) {
  PdfBuilder builder("1.7");
  std::vector<std::uint64_t> offsets{0};
  const std::vector<std::string> bodies{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>", "(three)",
                                        "(four)", "(five)"};
  for (std::uint32_t number = 1; number <= bodies.size(); ++number) {
    offsets.push_back(builder.position());
    builder.object(number, bodies[number - 1]);
  }
  const std::uint64_t section = builder.position();
  std::string table = "xref\n0 6\n";
  for (std::size_t row = 0; row < offsets.size(); ++row) {
    std::string offset = std::to_string(offsets[row]);
    offset.insert(0, 10 - offset.size(), '0');
    table += offset + (row == 0 ? " 65535 f" : " 00000 n") + std::string(row_ends[row % row_ends.size()]);
  }
  const std::string text = builder.raw(table + "trailer\n<</Root 1 0 R/Size 6>>\n").startxref(section).text();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(bytes_of(text)));
  for (std::uint32_t number = 1; number <= bodies.size(); ++number) {
    ASSERT_OK_AND_ASSIGN(const auto entry, document.xref_entry(number));
    EXPECT_EQ(entry->offset, offsets[number]) << number;
    ASSERT_OK_AND_ASSIGN(const Object* const object, document.load(number));
    EXPECT_EQ(text_of(object->value().bytes()), bodies[number - 1]);
  }
}

TEST(Document, ReadsRowsOf19And21BytesInOneTable) {
  expect_rows_are_read({"\n", " \r\n"});
  expect_rows_are_read({" \r\n", "\n"});
  expect_rows_are_read({"\n", "\n", " \r\n", " \r\n"});
  expect_rows_are_read({" \n", "\n", " \r\n"});
  expect_rows_are_read({"\n", " \r\n", " \n"});  // the first and the last stand where rows of 20 bytes would
}

TEST(Document, ReadsNothingBehindTheLetterOfARow) {
  expect_rows_are_read({" % the first\n", " \n"});
  expect_rows_are_read({" \n", " text\n"});
  expect_rows_are_read({"x\n"});
  expect_rows_are_read({" 0000000009 00000 n\n", "\n"});
  expect_rows_are_read({" trailer\n"});
}

// 40 bytes a row: a reader that counts 20 would take what stands behind each row for the next one.
TEST(Document, IsNotMisledByTextBehindARowThatLooksLikeOne) {
  expect_rows_are_read({"  0000000009 00000 n \n"});
  expect_rows_are_read({" \t0000000009 00000 n \n"});
}

TEST(BadRows, AreNoTable) {
  const auto with_row = [](std::string_view row) {
    PdfBuilder builder = minimal();
    const std::uint64_t section = builder.position();
    return builder.raw("xref\n0 2\n0000000000 65535 f \n" + std::string(row) + "\ntrailer\n<</Root 1 0 R/Size 4>>\n")
        .startxref(section)
        .text();
  };
  for (const std::string_view row :
       {"", "n", "0000000015", "0000000015 00000", "0000000015 00000 x", "0000000015 n", "x000000015 00000 n",
        "0000000015,00000 n", "9999999999999999999 00000 n", "0000000015 9999999999 n", "-000000015 00000 n"}) {
    EXPECT_THAT(Document::open(bytes_of(with_row(row))), FailsWith(ErrorCode::pdf_malformed)) << row;
  }
}

TEST(Document, SkipsBlanksBeforeTheSection) {
  PdfBuilder builder = minimal();
  const std::uint64_t before = builder.position();
  builder.raw(" \n").table("/Root 1 0 R");
  std::string text = builder.text();
  const std::size_t at = text.rfind("startxref\n") + 10;
  text = text.substr(0, at) + std::to_string(before) + "\n%%EOF";
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(bytes_of(text)));
  EXPECT_EQ(document.newest().offset, before + 2);
  EXPECT_EQ(document.newest().end, text.size());
}

TEST(Document, MakesOneRevisionOfALinearizedFile) {
  // The first section calls a later one previous, as in Annex F; startxref names the first.
  PdfBuilder builder;
  builder.object(1, "<</Type/Catalog/Pages 2 0 R>>");
  const std::uint64_t first = builder.position();
  const std::string table = "xref\n1 1\n" + std::string("0000000015 00000 n \n");
  std::string text = builder.text() + table + "trailer\n<</Root 1 0 R/Size 4/Prev @@@@@>>\nstartxref\n0\n%%EOF\n";
  const std::size_t two = text.size();
  text += "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n";
  const std::size_t three = text.size();
  text += "3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n";
  const std::size_t second = text.size();
  const auto padded = [](std::size_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    return std::string(width - digits.size(), '0') + digits;
  };
  text.replace(text.find("@@@@@"), 5, padded(second, 5));
  text += "xref\n0 1\n0000000000 65535 f \n2 2\n" + padded(two, 10) + " 00000 n \n" + padded(three, 10) +
          " 00000 n \ntrailer\n<</Size 4>>\nstartxref\n" + std::to_string(first) + "\n%%EOF\n";
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(bytes_of(text)));
  ASSERT_THAT(document.sections(), SizeIs(2));
  ASSERT_THAT(document.revisions(), SizeIs(1));
  EXPECT_EQ(document.revisions()[0].end, text.size());
  EXPECT_EQ(document.revisions()[0].section_count, 2U);
  EXPECT_THAT(page_count(document), IsOk());
}

TEST(Document, TakesTheLaterOfHeaderAndCatalogVersion) {
  SamplePdf sample;
  sample.version = "1.4";
  sample.catalog = "/Version/1.6";
  const Bytes newer = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(newer));
  EXPECT_EQ(document.header_version(), (Version{1, 4}));
  EXPECT_EQ(document.version(), (Version{1, 6}));
  sample.catalog = "/Version/1.2";
  const Bytes older = test::sample_pdf(sample);
  ASSERT_OK_AND_ASSIGN(const Document other, Document::open(older));
  EXPECT_EQ(other.version(), (Version{1, 4}));
}

TEST(Document, CountsNewNumbersFromTheHighestEverSeen) {
  // /Size is too small, and the highest number stands in an older section.
  std::string text = minimal().object(40, "(x)").table("/Root 1 0 R").object(3, "(y)").table("/Root 1 0 R").text();
  for (std::size_t at = text.find("/Size 41"); at != std::string::npos; at = text.find("/Size 41")) {
    text.replace(at, 8, "/Size  4");
  }
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(bytes_of(text)));
  EXPECT_EQ(document.next_object_number(), 41U);
}

TEST(Document, CountsACrossReferenceStreamThatListsItselfNowhere) {
  std::string text = minimal().xref_stream(4, "/Root 1 0 R", PdfBuilder::Coding::plain).text();
  text.replace(text.find("/Index[0 5 ]"), 12, "/Index[0 4 ]");
  text.replace(text.find("/Size 5"), 7, "/Size 4");
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(bytes_of(text)));
  EXPECT_EQ(document.next_object_number(), 5U);
}

TEST(Document, RemembersReferencesToNumbersNotYetInUse) {
  const Bytes pdf = minimal().object(4, "[6 0 R 99999999 0 R 3 0 R]").table("/Root 1 0 R/Info 5 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_EQ(document.next_object_number(), 5U);
  EXPECT_TRUE(document.is_dangling(5));
  EXPECT_FALSE(document.is_dangling(6));
  ASSERT_THAT(document.load(4), IsOk());
  EXPECT_TRUE(document.is_dangling(6));
  EXPECT_FALSE(document.is_dangling(7));
  EXPECT_FALSE(document.is_dangling(3));
}

TEST(Document, FollowsAnIndirectLength) {
  const Bytes pdf =
      minimal().object(4, "<</Length 5 0 R>>stream\nabcdef\nendstream").object(5, "6").table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
  ASSERT_OK_AND_ASSIGN(const ByteView data, document.stream_bytes(*stream));
  EXPECT_EQ(text_of(data), "abcdef");
}

TEST(Document, AppliesFiltersInTheirOrder) {
  const Bytes pdf =
      minimal()
          .stream(4, "/Filter[/ASCIIHexDecode/RunLengthDecode]/DecodeParms[null null]", "026162 63fe78 80>")
          .table("/Root 1 0 R")
          .bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
  ASSERT_OK_AND_ASSIGN(const Bytes data, document.decoded_stream(*stream));
  EXPECT_EQ(text_of(data), "abcxxx");
}

TEST(Document, KeepsItsObjectsWhenItIsMoved) {
  const Bytes pdf = minimal().table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(Document document, Document::open(pdf));
  const Value pages = document.catalog().value().find("Pages");
  const Document moved = std::move(document);
  EXPECT_EQ(text_of(pages.bytes()), "2 0 R");
  EXPECT_EQ(moved.catalog().value().find("Pages"), pages);
}

}  // namespace
}  // namespace rakkan::pdf
