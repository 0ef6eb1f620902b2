// A base with updates apart from it reads as the two joined, or not at all.
#include "rakkan/pdf/document_bytes.hpp"

#include <gmock/gmock.h>

#include "rakkan/pdf/document.hpp"
#include "rakkan/pdf/incremental_writer.hpp"
#include "support/document_facts.hpp"
#include "support/fixed_random.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::XrefForm;

ByteView text(std::string_view text) { return bytes_of(text); }

std::string joined(const DocumentBytes& bytes) {
  std::string all;
  bytes.for_each(0, bytes.size(), [&all](ByteView part) { all += text_of(part); });
  return all;
}

TEST(DocumentBytes, OffsetsRunOnThroughTheUpdates) {
  const std::vector<ByteView> updates{text("45"), text(""), text("6789")};
  const DocumentBytes bytes(text("0123"), updates);
  EXPECT_EQ(bytes.size(), 10U);
  EXPECT_EQ(bytes.updates().size(), 2U) << "an empty update is none";
  for (std::uint64_t offset = 0; offset < bytes.size(); ++offset) {
    const auto& piece = bytes.piece_at(offset);
    EXPECT_EQ(piece.bytes[static_cast<std::size_t>(offset - piece.begin)], '0' + offset);
  }
  EXPECT_EQ(bytes.piece_at(10).begin, 6U);
  EXPECT_EQ(bytes.piece_at(1'000'000).begin, 6U);
}

TEST(DocumentBytes, PrefixIsAnEarlierState) {
  const std::vector<ByteView> updates{text("45"), text("6789")};
  const DocumentBytes bytes(text("0123"), updates);
  const std::string all = "0123456789";
  for (std::size_t end = 0; end <= 12; ++end) {
    EXPECT_EQ(joined(bytes.prefix(end)), all.substr(0, end)) << end;
  }
}

TEST(DocumentBytes, AWindowIsCopiedOnlyWhereItCrossesACut) {
  const std::vector<ByteView> updates{text("45"), text("6789")};
  const DocumentBytes bytes(text("0123"), updates);
  Bytes storage;
  EXPECT_EQ(text_of(bytes.joined(1, 4, storage)), "123");
  EXPECT_TRUE(storage.empty());
  EXPECT_EQ(text_of(bytes.joined(3, 8, storage)), "34567");
  EXPECT_EQ(text_of(bytes.joined(8, 100, storage)), "89");
  EXPECT_TRUE(bytes.joined(100, 200, storage).empty());
}

// A document of several revisions in that form, and where each of them ends.
struct Grown {
  std::string text;
  std::vector<std::size_t> ends;

  [[nodiscard]] DocumentBytes in_pieces() const {
    DocumentBytes bytes(bytes_of(text).first(ends.front()));
    for (std::size_t i = 1; i < ends.size(); ++i) {
      bytes.append(bytes_of(text).subspan(ends[i - 1], ends[i] - ends[i - 1]));
    }
    return bytes;
  }
};

Grown grown(XrefForm form, std::size_t updates = 3) {
  PdfBuilder builder = test::sample_builder({.form = form,
                                             .pages = 2,
                                             .catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 3>>",
                                             .objects = {{20, "<</T(s)/FT/Sig/V 21 0 R/Subtype/Widget>>"},
                                                         {21, "<</Type/Sig/ByteRange[0 9 20 30]/Contents<00>>>"}}});
  Grown document{.text = {}, .ends = {builder.text().size()}};
  for (std::uint32_t i = 0; i < updates; ++i) {
    const std::string number = std::to_string(i);
    builder.object(30 + i, "(update " + number + ")").stream(40 + i, "", "data " + number);
    builder.object(21, "<</Type/Sig/ByteRange[0 9 20 3" + number + "]/Contents<0" + number + ">>>");
    const bool table = form == XrefForm::table || form == XrefForm::hybrid;
    table ? builder.table("/Root 1 0 R") : builder.xref_stream(50 + i, "/Root 1 0 R");
    document.ends.push_back(builder.text().size());
  }
  document.text = builder.text();
  return document;
}

class InPieces : public testing::TestWithParam<XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, InPieces, testing::ValuesIn(test::kXrefForms));

TEST_P(InPieces, ReadAsTheWhole) {
  const Grown document = grown(GetParam());
  ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(document.text)));
  ASSERT_OK_AND_ASSIGN(const Document pieces, Document::open(document.in_pieces()));
  EXPECT_EQ(pieces.bytes().updates().size(), 3U);
  EXPECT_EQ(pieces.sections().size(), 4U);
  EXPECT_EQ(test::document_facts(pieces), test::document_facts(whole));
}

TEST_P(InPieces, EarlierRevisionsReadFromThePrefix) {
  const Grown document = grown(GetParam());
  const DocumentBytes bytes = document.in_pieces();
  for (const std::size_t end : document.ends) {
    ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(document.text).first(end)));
    ASSERT_OK_AND_ASSIGN(const Document earlier, Document::open(bytes.prefix(end)));
    EXPECT_EQ(test::document_facts(earlier), test::document_facts(whole)) << end;
  }
}

// A document that goes on with its updates reads as the whole, whatever was read of it before.
TEST_P(InPieces, ExtendedReadAsTheWhole) {
  const Grown document = grown(GetParam());
  const DocumentBytes bytes = document.in_pieces();
  ASSERT_OK_AND_ASSIGN(Document extended, Document::open(bytes.base().bytes));
  for (std::size_t i = 0; i < bytes.updates().size(); ++i) {
    test::document_facts(extended);
    ASSERT_THAT(extended.load(31 + static_cast<std::uint32_t>(i)), IsOk()) << "a number that the next update defines";
    ASSERT_THAT(extended.extend(bytes.updates()[i].bytes), IsOk());
    ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(document.text).first(document.ends[i + 1])));
    EXPECT_EQ(test::document_facts(extended), test::document_facts(whole)) << i;
  }
}

TEST_P(InPieces, ExtendedRemembersReferencesToNumbersNotYetInUse) {
  PdfBuilder builder = test::sample_builder({.form = GetParam(), .objects = {{20, "[60 0 R 65 0 R]"}}});
  const std::size_t end = builder.text().size();
  builder.object(60, "(now in use)");
  const bool table = GetParam() == XrefForm::table || GetParam() == XrefForm::hybrid;
  table ? builder.table("/Root 1 0 R") : builder.xref_stream(61, "/Root 1 0 R");
  const ByteView all = bytes_of(builder.text());
  ASSERT_OK_AND_ASSIGN(Document extended, Document::open(all.first(end)));
  ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(all));
  ASSERT_THAT(extended.load(20), IsOk());
  ASSERT_THAT(whole.load(20), IsOk());
  ASSERT_TRUE(extended.is_dangling(60));
  ASSERT_THAT(extended.extend(all.subspan(end)), IsOk());
  for (std::uint32_t number = 60; number < 140; ++number) {
    EXPECT_EQ(extended.is_dangling(number), number == 65) << number;
    EXPECT_EQ(extended.is_dangling(number), whole.is_dangling(number)) << number;
  }
}

// The update brings the line end of the base's last line where it has none, or half of one.
TEST_P(InPieces, ExtendedFromAnUnfinishedLineReadAsTheWhole) {
  for (const std::string_view line_end : {"", "\r", "\n", "\r\n", "\n\n"}) {
    std::string base = grown(GetParam(), 0).text;
    base.replace(base.size() - 1, 1, line_end);
    ASSERT_OK_AND_ASSIGN(Document extended, Document::open(bytes_of(base)));
    test::FixedRandom random;
    IncrementalWriter writer(extended);
    writer.begin_object(writer.allocate().value()).raw("(new)");
    writer.end_object();
    const Bytes update = std::move(writer).finish(random).value();
    ASSERT_THAT(extended.extend(update), IsOk());
    const std::string all = base + std::string(text_of(update));
    ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(all)));
    EXPECT_EQ(test::document_facts(extended), test::document_facts(whole));
  }
}

TEST_P(InPieces, AnUpdateOfAnotherDocumentDoesNotExtend) {
  const Grown document = grown(GetParam());
  const DocumentBytes bytes = document.in_pieces();
  ASSERT_OK_AND_ASSIGN(Document extended, Document::open(bytes.base().bytes));
  EXPECT_THAT(extended.extend(bytes.updates()[1].bytes), FailsWith(ErrorCode::pdf_malformed));
}

// A base whose %%EOF has no line end behind it: the update brings the line end, which belongs to the base's revision.
TEST_P(InPieces, ABaseWithoutALastLineEndReadsAsTheWhole) {
  const Grown document = grown(GetParam());
  DocumentBytes bytes(bytes_of(document.text).first(document.ends.front() - 1));
  bytes.append(bytes_of(document.text).subspan(document.ends.front() - 1));
  ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(document.text)));
  ASSERT_OK_AND_ASSIGN(const Document pieces, Document::open(std::move(bytes)));
  EXPECT_EQ(test::document_facts(pieces), test::document_facts(whole));
}

// Wherever a document is cut, it reads as the whole or is refused; never as something else.
TEST_P(InPieces, NoCutMakesAnotherDocument) {
  const Grown document = grown(GetParam(), 1);
  ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(document.text)));
  const std::string facts = test::document_facts(whole);
  std::size_t read = 0;
  for (std::size_t cut = 1; cut < document.text.size(); ++cut) {
    DocumentBytes bytes(bytes_of(document.text).first(cut));
    bytes.append(bytes_of(document.text).subspan(cut));
    const auto pieces = Document::open(std::move(bytes));
    if (!pieces) {
      const bool before_header = cut < 8;
      EXPECT_TRUE(before_header || pieces.error().code == ErrorCode::pdf_malformed) << cut;
      continue;
    }
    EXPECT_EQ(test::disagreement(*pieces, whole), "") << cut;
    read += test::document_facts(*pieces) == facts ? 1U : 0U;
  }
  EXPECT_GT(read, 0U);
}

TEST(Pieces, AnUpdateBeginsOnALineOfItsOwn) {
  const std::string pdf = grown(XrefForm::table, 0).text;
  const std::string without_line_end = pdf.substr(0, pdf.size() - 1);
  const std::string comment = "% nothing\nstartxref\n" + pdf.substr(pdf.rfind("startxref\n") + 10);
  const auto open = [](std::string_view base, std::string_view update) {
    const std::vector<ByteView> updates{bytes_of(update)};
    return Document::open(DocumentBytes(bytes_of(base), updates));
  };
  EXPECT_THAT(open(pdf, comment), IsOk());
  EXPECT_THAT(open(without_line_end, "\n" + comment), IsOk());
  EXPECT_THAT(open(without_line_end, "\r" + comment), IsOk());
  EXPECT_THAT(open(without_line_end, comment), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Pieces, AnObjectThatReachesOverACutIsRefused) {
  const Grown document = grown(XrefForm::table, 1);
  const std::size_t inside = document.text.find("1 0 obj\n") + 8;
  DocumentBytes bytes(bytes_of(document.text).first(inside));
  bytes.append(bytes_of(document.text).subspan(inside));
  EXPECT_THAT(Document::open(std::move(bytes)), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Pieces, OnlyTheLastBytesOfAllPiecesAreSearchedForStartxref) {
  const std::string pdf = grown(XrefForm::table, 0).text;
  const auto open = [&pdf](std::size_t blanks) {
    const std::string update(blanks, '\n');
    const std::vector<ByteView> updates{bytes_of(update)};
    return Document::open(DocumentBytes(bytes_of(pdf), updates));
  };
  EXPECT_THAT(open(500), IsOk());
  EXPECT_THAT(open(2000), FailsWith(ErrorCode::pdf_malformed));
}

// The offsets of an update that is written on top of pieces are those of the whole.
TEST_P(InPieces, AnUpdateOnTopOfPiecesIsTheUpdateOnTopOfTheWhole) {
  const Grown document = grown(GetParam());
  const auto update = [](const Result<Document>& opened) {
    const Document& on = opened.value();
    test::FixedRandom random;
    IncrementalWriter writer(on);
    const Reference id = writer.allocate().value();
    writer.begin_object(id).raw("(new)");
    writer.end_object();
    const Object* signature = on.load(21).value();
    EXPECT_THAT(writer.set(signature->value(), "Contents", "<FF>"), IsOk());
    return std::move(writer).finish(random).value();
  };
  const Bytes on_whole = update(Document::open(bytes_of(document.text)));
  const Bytes on_pieces = update(Document::open(document.in_pieces()));
  EXPECT_EQ(text_of(on_pieces), text_of(on_whole));

  DocumentBytes five = document.in_pieces();
  five.append(on_pieces);
  ASSERT_OK_AND_ASSIGN(const Document pieces, Document::open(std::move(five)));
  const std::string all = document.text + std::string(text_of(on_pieces));
  ASSERT_OK_AND_ASSIGN(const Document whole, Document::open(bytes_of(all)));
  EXPECT_EQ(pieces.sections().size(), 5U);
  EXPECT_EQ(test::document_facts(pieces), test::document_facts(whole));
}

}  // namespace
}  // namespace rakkan::pdf
