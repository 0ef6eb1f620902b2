#include "rakkan/pdf/incremental_writer.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "support/fixed_random.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::sample_pdf;
using test::XrefForm;

struct Updated {
  Bytes base;
  std::string tail;

  [[nodiscard]] Bytes whole() const {
    Bytes all = base;
    append(all, tail);
    return all;
  }
};

// The base with what `edit` does to it.
template <class Edit>
Updated updated(Bytes base, Edit edit) {
  const Result<Document> document = Document::open(base);
  EXPECT_THAT(document, IsOk());
  IncrementalWriter writer(*document);
  EXPECT_THAT(edit(writer, *document), IsOk());
  test::FixedRandom random;
  const Result<Bytes> tail = std::move(writer).finish(random);
  EXPECT_THAT(tail, IsOk());
  return {std::move(base), std::string(text_of(*tail))};
}

Result<void> touch_catalog(IncrementalWriter& writer, const Document& document) {
  return writer.set(document.catalog().value(), "Lang", "(ja)");
}

TEST(IncrementalWriter, AddsAKeyBehindTheOriginalBytes) {
  const Bytes base = sample_pdf({.catalog = "/Odd  [1.50 +2 .3] % note\n/Name#20x(a\\\nb)"});
  const Updated update = updated(base, touch_catalog);
  EXPECT_NE(update.tail.find("1 0 obj\n<</Type/Catalog/Pages 2 0 R/Odd  [1.50 +2 .3] % note\n/Name#20x(a\\\nb)"
                             "\n/Lang (ja)>>\nendobj\n"),
            std::string::npos)
      << update.tail;
}

TEST(IncrementalWriter, ReplacesAValueInPlace) {
  const Updated update = updated(sample_pdf({.catalog = "/Lang(en)/X 1"}), touch_catalog);
  EXPECT_NE(update.tail.find("/Pages 2 0 R/Lang(ja)/X 1>>"), std::string::npos) << update.tail;
}

TEST(IncrementalWriter, SeparatesANewValueFromItsNeighbours) {
  const auto edit = [](IncrementalWriter& writer, const Document& document) {
    return writer.set(document.catalog().value(), "Flags", "3");
  };
  const Updated update = updated(sample_pdf({.catalog = "/Flags[]/X 1"}), edit);
  EXPECT_NE(update.tail.find("/Flags 3/X 1"), std::string::npos) << update.tail;
}

TEST(IncrementalWriter, EditsOfOneObjectAreWrittenTogether) {
  const auto edit = [](IncrementalWriter& writer, const Document& document) -> Result<void> {
    const Value catalog = document.catalog().value();
    RAKKAN_CHECK(writer.set(catalog, "A", "1"));
    RAKKAN_CHECK(writer.append(catalog.find("List"), {7, 0}));
    return writer.set(catalog, "B", "2");
  };
  const Updated update = updated(sample_pdf({.catalog = "/List[3 0 R]"}), edit);
  EXPECT_NE(update.tail.find("/List[3 0 R 7 0 R]\n/A 1\n/B 2>>"), std::string::npos) << update.tail;
}

TEST(IncrementalWriter, RefusesAKeyThatStandsTwice) {
  const Bytes base = sample_pdf({.catalog = "/Lang(a)/Lang(b)"});
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(base));
  IncrementalWriter writer(document);
  EXPECT_THAT(touch_catalog(writer, document), FailsWith(ErrorCode::pdf_malformed));
}

TEST(IncrementalWriter, RefusesToChangeOneValueTwice) {
  const Bytes base = sample_pdf({.catalog = "/Lang(a)"});
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(base));
  IncrementalWriter writer(document);
  ASSERT_THAT(touch_catalog(writer, document), IsOk());
  EXPECT_THAT(touch_catalog(writer, document), FailsWith(ErrorCode::internal));
}

TEST(IncrementalWriter, RefusesToEditATrailer) {
  const Bytes base = sample_pdf();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(base));
  IncrementalWriter writer(document);
  EXPECT_THAT(writer.set(document.trailer(), "Info", "null"), FailsWith(ErrorCode::pdf_malformed));
}

TEST(IncrementalWriter, TableEntriesHaveTwentyBytesInSortedSubsections) {
  const auto edit = [](IncrementalWriter& writer, const Document& document) -> Result<void> {
    RAKKAN_TRY(const Reference id, writer.allocate());
    writer.begin_object(id).raw("null");
    writer.end_object();
    return touch_catalog(writer, document);
  };
  const Updated update = updated(sample_pdf(), edit);
  // Object 1 and, one number left out, 12: nothing of object 0, whose free list is the base's.
  std::smatch section;
  const std::regex form(
      "\nxref\n1 1\n([0-9]{10}) 00000 n \n12 1\n([0-9]{10}) 00000 n \ntrailer\n<<[^>]*<[^>]*><[^>]*>\\]\n>>\n"
      "startxref\n([0-9]+)\n%%EOF\n$");
  ASSERT_TRUE(std::regex_search(update.tail, section, form)) << update.tail;
  const std::string whole(text_of(update.whole()));
  EXPECT_EQ(whole.substr(std::stoul(section[1]), 7), "1 0 obj");
  EXPECT_EQ(whole.substr(std::stoul(section[2]), 8), "12 0 obj");
  EXPECT_EQ(whole.substr(std::stoul(section[3]), 5), "xref\n");
}

TEST(IncrementalWriter, StreamListsItselfInTheFormOfTheBase) {
  const Updated update = updated(sample_pdf({.form = XrefForm::object_streams}), touch_catalog);
  const Bytes whole = update.whole();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(whole));
  EXPECT_EQ(document.newest().kind, SectionKind::stream);
  const std::uint32_t own = document.trailer().object()->number();
  ASSERT_OK_AND_ASSIGN(const auto entry, document.xref_entry(own));
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->offset, document.newest().offset);
  EXPECT_EQ(document.trailer().find("Size").integer(), own + 1);
  ASSERT_OK_AND_ASSIGN(const auto catalog, document.xref_entry(1));
  EXPECT_EQ(catalog->type, XrefEntry::Type::in_base) << "the catalog stood in an object stream";
}

TEST(IncrementalWriter, UpdateOfAHybridIsATableWithoutXrefStm) {
  const Updated update = updated(sample_pdf({.form = XrefForm::hybrid}), touch_catalog);
  EXPECT_EQ(update.tail.find("XRefStm"), std::string::npos);
  const Bytes whole = update.whole();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(whole));
  EXPECT_EQ(document.newest().kind, SectionKind::table);
}

TEST(IncrementalWriter, TrailerKeepsWhatIsTheDocumentsAndRenewsTheSecondHalfOfId) {
  for (const XrefForm form : test::kXrefForms) {
    const Bytes base = sample_pdf({.form = form, .trailer = "/Info 3 0 R/Own(x\\\n)/ID[(first)<AA>]"});
    const Updated update = updated(base, touch_catalog);
    EXPECT_NE(update.tail.find("/Info 3 0 R"), std::string::npos) << update.tail;
    EXPECT_NE(update.tail.find("/Own (x\\\n)"), std::string::npos) << update.tail;
    EXPECT_NE(update.tail.find("/ID[(first)<0102030405060708090A0B0C0D0E0F10>]"), std::string::npos) << update.tail;
  }
}

TEST(IncrementalWriter, StartsOnANewLine) {
  Bytes base = sample_pdf();
  base.pop_back();
  EXPECT_EQ(updated(base, touch_catalog).tail.substr(0, 9), "\n1 0 obj\n");
  EXPECT_EQ(updated(sample_pdf(), touch_catalog).tail.substr(0, 8), "1 0 obj\n");
}

TEST(IncrementalWriter, TakesNoNumberThatTheDocumentRefersTo) {
  // 11 is left out anyway; 12 is named by the catalog, 13 by the trailer.
  const Bytes base = sample_pdf({.catalog = "/Missing[11 0 R 12 0 R]", .trailer = "/Own 13 0 R"});
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(base));
  IncrementalWriter writer(document);
  ASSERT_OK_AND_ASSIGN(const Reference id, writer.allocate());
  EXPECT_EQ(id, (Reference{14, 0}));
}

TEST(IncrementalWriter, KeepsTheGenerationOfARewrittenObject) {
  PdfBuilder builder;
  builder.object(1, "<</Type/Catalog/Pages 2 0 R>>", 7).object(2, "<</Type/Pages/Kids[]/Count 0>>");
  const Bytes base = builder.table("/Root 1 7 R").bytes();
  const Updated update = updated(base, touch_catalog);
  EXPECT_NE(update.tail.find("1 7 obj\n"), std::string::npos) << update.tail;
  EXPECT_NE(update.tail.find(" 00007 n \n"), std::string::npos) << update.tail;
}

}  // namespace
}  // namespace rakkan::pdf
