#include "rakkan/pades/coverage.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "support/result_matchers.hpp"
#include "support/signed_pdf.hpp"

namespace rakkan::pades {
namespace {

using test::PdfBuilder;
using test::SignedPdf;
using test::XrefForm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<CoverageFault> faults(const Coverage& coverage) {
  std::vector<CoverageFault> found;
  for (const CoverageFinding& finding : coverage.findings) {
    found.push_back(finding.fault);
  }
  return found;
}

// The signatures of a text, with the history that their values live in.
struct Judged {
  explicit Judged(std::string_view text) : bytes(copy_of(bytes_of(text))) {
    auto opened = pdf::History::open(bytes);
    EXPECT_THAT(opened, test::IsOk());
    if (!opened) {
      return;
    }
    history.emplace(*std::move(opened));
    auto found = file_signatures(*history);
    EXPECT_THAT(found, test::IsOk());
    if (found) {
      all = *std::move(found);
    }
  }
  explicit Judged(const Bytes& pdf) : Judged(text_of(pdf)) {}
  [[nodiscard]] const Coverage& coverage(std::size_t index = 0) const { return all.at(index).coverage; }

  Bytes bytes;
  std::optional<pdf::History> history;
  std::vector<FileSignature> all;
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string signed_text(const SignedPdf& pdf = {}) { return std::string(text_of(pdf.bytes())); }

TEST(Coverage, OfTheWholeFile) {
  for (const XrefForm form : {XrefForm::table, XrefForm::stream}) {
    const Judged judged(SignedPdf{.form = form}.bytes());
    ASSERT_THAT(judged.all, SizeIs(1));
    EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_file);
    EXPECT_THAT(faults(judged.coverage()), IsEmpty());
    EXPECT_TRUE(judged.coverage().counts());
    EXPECT_EQ(judged.coverage().end, judged.bytes.size());
    EXPECT_EQ(judged.coverage().revision, 0U);
    EXPECT_EQ(judged.all[0].contents, (Bytes{0x30, 3, 2, 1, 1}));
  }
}

TEST(Coverage, OfARevisionThatAnotherOneFollows) {
  const Bytes pdf = test::updated(SignedPdf().bytes(), [](PdfBuilder& update) { update.object(40, "(new)"); });
  const Judged judged(pdf);
  ASSERT_THAT(judged.all, SizeIs(1));
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_revision);
  EXPECT_EQ(judged.coverage().revision, 0U);
  EXPECT_EQ(judged.all[0].revision, 0U);
  EXPECT_TRUE(judged.coverage().counts());
}

// The line end behind %%EOF may be left out, and nothing else.
TEST(Coverage, MayLeaveOutTheLastLineEnd) {
  const std::string text = SignedPdf().builder().text();
  const std::string short_by_one = test::fill_byte_range(text, text.size() - 1);
  const Judged judged(short_by_one);
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_revision);
  EXPECT_EQ(judged.coverage().uncovered_line_end, 1U);
  EXPECT_TRUE(judged.coverage().counts());
  const Judged two(test::fill_byte_range(text, text.size() - 2));
  EXPECT_EQ(two.coverage().coverage, CoverageClass::contiguous_block);
  EXPECT_THAT(faults(two.coverage()), ElementsAre(CoverageFault::revision_end));
}

TEST(Coverage, NeedsAByteRangeOfFourNumbers) {
  const std::string text = signed_text();
  const std::size_t at = text.find("/ByteRange") + 10;
  const std::size_t size = test::kNoRange.size();
  for (const std::string_view wrong :
       {" null", "[]", "[0 10]", "[0 10 20 30 40]", "[0 10 20 -1]", "[0 0 20 30]", "[1 10 20 30]", "[0 30 20 10]",
        "[0 10.0 20 30]", "[0 (10) 20 30]", "[0 10 20 30 0 0 0 0]", " 3 0 R", "[0 99999999999999999999 1 1]"}) {
    std::string range(wrong);
    range.resize(size, ' ');
    std::string changed = text;
    changed.replace(at, size, range);
    const Judged judged(changed);
    ASSERT_THAT(judged.all, SizeIs(1)) << wrong;
    EXPECT_EQ(judged.coverage().coverage, CoverageClass::unclear) << wrong;
    EXPECT_TRUE(judged.coverage().has(CoverageFault::byte_range_shape)) << wrong;
  }
}

TEST(Coverage, EndsInTheFile) {
  const std::string text = signed_text();
  const std::size_t at = text.find("/ByteRange[0 ") + 13;
  std::string changed = text;
  const std::uint64_t length = std::stoull(changed.substr(at + 22, 10));
  changed.replace(at + 22, 10, test::ten_digits(length + 1));
  const Judged judged(changed);
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::byte_range_outside));
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::unclear);
}

TEST(Coverage, LeavesOutContentsAlone) {
  const std::string text = signed_text();
  const std::size_t at = text.find("/ByteRange[0 ") + 13;
  for (const int moved : {0, 1}) {  // the first span ends early, the second begins late
    std::string changed = text;
    const std::size_t number = at + static_cast<std::size_t>(moved) * 11;
    const std::uint64_t value = std::stoull(changed.substr(number, 10));
    changed.replace(number, 10, test::ten_digits(moved == 0 ? value - 1 : value + 1));
    if (moved == 1) {
      changed.replace(at + 22, 10, test::ten_digits(std::stoull(changed.substr(at + 22, 10)) - 1));
    }
    const Judged judged(changed);
    EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::gap)) << moved;
    EXPECT_EQ(judged.coverage().coverage, CoverageClass::unclear);
    EXPECT_TRUE(judged.coverage().byte_range.has_value());
  }
}

TEST(Coverage, NeedsContentsInHexadecimal) {
  const std::string text = signed_text();
  const std::string contents = "<" + std::string(test::kSomeContents) + ">";
  std::string literal = contents;
  literal.front() = '(';
  literal.back() = ')';
  const Judged as_literal(replaced(text, contents, literal));
  EXPECT_THAT(faults(as_literal.coverage()), ElementsAre(CoverageFault::contents_no_hex));
  EXPECT_EQ(as_literal.coverage().coverage, CoverageClass::unclear);
  const Judged blank(replaced(text, contents, replaced(contents, "0000000000", "000000 000")));
  EXPECT_THAT(faults(blank.coverage()), ElementsAre(CoverageFault::contents_digits));
  EXPECT_FALSE(blank.coverage().counts());
  const Judged reference(replaced(text, contents, " 3 0 R                "));
  EXPECT_THAT(faults(reference.coverage()), ElementsAre(CoverageFault::contents_no_hex));
  EXPECT_EQ(reference.coverage().coverage, CoverageClass::unclear);
}

TEST(Coverage, OfAnOddNumberOfDigits) {
  SignedPdf pdf;
  pdf.signature = test::signature_body("300302010100000000000");
  const Judged judged(pdf.bytes());
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::contents_digits));
}

TEST(Coverage, TellsWhatStandsBehindTheCms) {
  SignedPdf pdf;
  pdf.signature = test::signature_body("30030201010000000100");
  const Judged padded(pdf.bytes());
  EXPECT_THAT(faults(padded.coverage()), ElementsAre(CoverageFault::contents_padding));
  EXPECT_EQ(padded.all[0].contents, (Bytes{0x30, 3, 2, 1, 1}));
  EXPECT_TRUE(padded.coverage().counts());
  // BER of indefinite length, two levels deep: its end is found by parsing.
  pdf.signature = test::signature_body("30802480040101000000000000000000");
  const Judged ber(pdf.bytes());
  EXPECT_THAT(faults(ber.coverage()), IsEmpty());
  EXPECT_EQ(ber.all[0].contents.size(), 11U);
  for (const std::string_view none : {"", "30", "3080", "30050201", "308400000001", "1f"}) {
    pdf.signature = test::signature_body(none);
    const Judged judged(pdf.bytes());
    EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::contents_encoding)) << none;
    EXPECT_FALSE(judged.coverage().counts());
  }
}

TEST(Coverage, OfKeysThatStandTwice) {
  SignedPdf pdf;
  pdf.signature = test::signature_body(test::kSomeContents, "/Type/Sig/SubFilter/ETSI.CAdES.detached",
                                       "/SubFilter/adbe.pkcs7.sha1");
  const Judged judged(pdf.bytes());
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::duplicate_keys));
  EXPECT_FALSE(judged.coverage().counts());
}

TEST(Coverage, CountsASignatureThatIsNone) {
  SignedPdf pdf;
  pdf.fields = "[30 0 R 32 0 R 33 0 R 34 0 R]";
  pdf.objects = {{32, "<</FT/Sig/T(b)/V 99 0 R>>"}, {33, "<</FT/Sig/T(c)/V(text)>>"}, {34, "<</FT/Sig/T(d)/V<<>>>>"}};
  const Judged judged(pdf.bytes());
  ASSERT_THAT(judged.all, SizeIs(4));
  EXPECT_TRUE(judged.coverage(0).counts());
  EXPECT_THAT(faults(judged.coverage(1)), ElementsAre(CoverageFault::no_dictionary));
  EXPECT_THAT(faults(judged.coverage(2)), ElementsAre(CoverageFault::no_dictionary));
  EXPECT_TRUE(judged.coverage(3).has(CoverageFault::byte_range_shape));
  EXPECT_TRUE(judged.coverage(3).has(CoverageFault::contents_no_hex));
}

TEST(Coverage, OfADictionaryThatTwoFieldsHave) {
  SignedPdf pdf;
  pdf.fields = "[30 0 R 32 0 R]";
  pdf.objects = {{32, "<</FT/Sig/T(b)/V 31 0 R>>"}};
  const Judged judged(pdf.bytes());
  ASSERT_THAT(judged.all, SizeIs(2));
  for (const std::size_t index : {0U, 1U}) {
    EXPECT_TRUE(judged.coverage(index).has(CoverageFault::shared_dictionary));
    EXPECT_TRUE(judged.coverage(index).has(CoverageFault::copied_contents));
    EXPECT_FALSE(judged.coverage(index).counts());
  }
}

// The ByteRange of a copy frames the original's /Contents.
TEST(Coverage, OfTwoDictionariesWithOneByteRange) {
  SignedPdf pdf;
  pdf.fields = "[30 0 R 32 0 R]";
  pdf.objects = {{32, "<</FT/Sig/T(b)/V 33 0 R>>"},
                 {33, test::signature_body("30030201030000000000", "/Type/Sig/SubFilter/ETSI.CAdES.detached")}};
  std::string text = signed_text(pdf);  // fills the range of 33, the last one
  const std::string range = text.substr(text.rfind("/ByteRange"), 10 + test::kNoRange.size());
  text = replaced(text, "/ByteRange" + std::string(test::kNoRange), range);
  const Judged judged(text);
  ASSERT_THAT(judged.all, SizeIs(2));
  EXPECT_THAT(faults(judged.coverage(0)), ElementsAre(CoverageFault::gap, CoverageFault::shared_byte_range));
  EXPECT_THAT(faults(judged.coverage(1)), ElementsAre(CoverageFault::shared_byte_range));
  EXPECT_EQ(judged.coverage(1).coverage, CoverageClass::entire_file);
  EXPECT_FALSE(judged.coverage(1).counts());
}

TEST(Coverage, TellsContentsThatWereCopied) {
  const Bytes first = SignedPdf().bytes();
  const Bytes pdf = test::updated(first, [](PdfBuilder& update) {
    update.object(1, test::catalog_body("/AcroForm<</Fields[30 0 R 50 0 R]/SigFlags 3>>"))
        .object(50, "<</FT/Sig/T(second)/V 51 0 R>>")
        .object(51, test::signature_body());
  });
  const Judged judged(test::fill_byte_range(std::string(text_of(pdf))));
  ASSERT_THAT(judged.all, SizeIs(2));
  EXPECT_THAT(faults(judged.coverage(0)), ElementsAre(CoverageFault::copied_contents));
  EXPECT_THAT(faults(judged.coverage(1)), ElementsAre(CoverageFault::copied_contents));
  EXPECT_TRUE(judged.coverage(0).counts());
}

TEST(Coverage, OfADictionaryThatALaterRevisionDefines) {
  const Bytes first = SignedPdf().bytes();
  std::string body = signed_text();
  body = body.substr(body.find("31 0 obj\n") + 9);
  body = body.substr(0, body.find("\nendobj"));
  body.insert(body.size() - 2, "/Reason(another)");
  const Judged judged(test::updated(first, [&](PdfBuilder& update) { update.object(31, body); }));
  ASSERT_THAT(judged.all, SizeIs(1));
  EXPECT_FALSE(judged.coverage().counts());
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::contiguous_block);
  EXPECT_TRUE(judged.coverage().has(CoverageFault::changed_later));
}

// The field's value became a copy of the signature dictionary with another reason.
TEST(Coverage, TakesTheDictionaryFromTheRevisionThatItCovers) {
  const Bytes first = SignedPdf().bytes();
  const std::string text = signed_text();
  const std::string range = text.substr(text.find("/ByteRange"), 10 + test::kNoRange.size());
  const Judged judged(test::updated(first, [&](PdfBuilder& update) {
    update.object(30, "<</FT/Sig/T(first)/V 40 0 R>>")
        .object(40, "<</Type/Sig/SubFilter/ETSI.CAdES.detached/Filter/Adobe.PPKLite" + range + "/Contents<" +
                        std::string(test::kSomeContents) + ">/Reason(another)>>");
  }));
  // The copy frames the original's /Contents, not its own, so the original is what is judged.
  ASSERT_THAT(judged.all, SizeIs(1));
  EXPECT_EQ(judged.all[0].signature.object->number(), 31U);
  EXPECT_EQ(judged.all[0].revision, 0U);
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::changed_later));
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_revision);
  EXPECT_FALSE(judged.coverage().counts());
}

TEST(Coverage, CountsASignatureThatWasRemoved) {
  const Bytes pdf = test::updated(
      SignedPdf().bytes(), [](PdfBuilder& update) { update.object(1, test::catalog_body("/AcroForm<</Fields[]>>")); });
  const Judged judged(pdf);
  ASSERT_THAT(judged.all, SizeIs(1));
  EXPECT_FALSE(judged.all[0].in_newest);
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::removed_later));
  EXPECT_FALSE(judged.coverage().counts());
}

TEST(Coverage, OfAFileWithBytesBehindItsLastRevision) {
  const Judged blank(signed_text() + "\r\n\r\n");
  EXPECT_EQ(blank.coverage().coverage, CoverageClass::entire_revision);
  EXPECT_TRUE(blank.coverage().counts());
  const Judged tail(signed_text() + "40 0 obj (evil) endobj\n");
  EXPECT_EQ(tail.coverage().coverage, CoverageClass::entire_revision);
  EXPECT_THAT(faults(tail.coverage()), ElementsAre(CoverageFault::file_tail));
  EXPECT_FALSE(tail.coverage().counts());
}

// The ByteRange counts from the file's first byte, and so do the offsets of what it leaves out.
TEST(Coverage, CountsFromTheFirstByteOfTheFile) {
  const std::string before = "mail\r\n";
  const std::string text = test::fill_byte_range(before + SignedPdf().builder().text());
  const Judged judged(text);
  ASSERT_THAT(judged.all, SizeIs(1));
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_file);
  EXPECT_EQ(judged.coverage().end, text.size());
  EXPECT_THAT(faults(judged.coverage()), ElementsAre(CoverageFault::header_offset));
}

// A ByteRange that ends with an earlier revision than the one that has the signature.
TEST(Coverage, OfAnEarlierRevisionThanItsOwn) {
  const SignedPdf base;
  const std::string text = base.builder().text();
  PdfBuilder builder = base.builder();
  builder.object(60, "(second revision)").table("/Root 1 0 R");
  const Judged judged(test::fill_byte_range(builder.text(), text.size()));
  EXPECT_EQ(judged.coverage().coverage, CoverageClass::entire_revision);
  PdfBuilder late = base.builder();
  late.object(31, test::signature_body("30030201070000000000")).table("/Root 1 0 R");
  // The second revision's dictionary says that it covers the first one alone: its own /Contents is not in there.
  std::string filled = test::fill_byte_range(late.text());
  const Judged own(filled);
  EXPECT_EQ(own.coverage().coverage, CoverageClass::entire_file);
}

TEST(Coverage, NamesEveryFault) {
  for (int fault = 0; fault <= static_cast<int>(CoverageFault::header_offset); ++fault) {
    EXPECT_FALSE(to_string(static_cast<CoverageFault>(fault)).empty());
  }
  EXPECT_EQ(to_string(CoverageFault::header_offset), "header-offset");
  EXPECT_EQ(to_string(CoverageClass::entire_revision), "ENTIRE_REVISION");
}

}  // namespace
}  // namespace rakkan::pades
