// Where the covered bytes of a signature end: with a revision, whole and well formed, in which the signature itself
// stands. And how much of it all is looked at.
#include <gmock/gmock.h>

#include <string>

#include "rakkan/pades/coverage.hpp"
#include "support/result_matchers.hpp"
#include "support/signed_pdf.hpp"

namespace rakkan::pades {
namespace {

using test::PdfBuilder;
using test::SignedPdf;
using test::XrefForm;

// The only signature of the text.
Coverage only(std::string_view text) {
  const auto history = pdf::History::open(bytes_of(text));
  EXPECT_THAT(history, test::IsOk());
  if (!history) {
    return {};
  }
  const auto all = file_signatures(*history);
  EXPECT_THAT(all, test::IsOk());
  EXPECT_EQ(all ? all->size() : 0, 1U);
  return all && !all->empty() ? all->front().coverage : Coverage{};
}

std::string text_of_pdf(const Bytes& bytes) { return std::string(text_of(bytes)); }

std::string followed(const std::string& base) {
  return text_of_pdf(test::updated(bytes_of(base), [](PdfBuilder& update) { update.object(60, "(new)"); }));
}

TEST(CoverageEnds, MayHaveBlanksBehindTheirRevision) {
  const std::string text = SignedPdf().builder().text();
  const std::string marked = text + std::string(1023, ' ');  // with the line end behind %%EOF 1024
  const Coverage blanks = only(followed(test::fill_byte_range(marked)));
  EXPECT_EQ(blanks.coverage, CoverageClass::entire_revision);
  EXPECT_TRUE(blanks.counts());
  const Coverage too_many = only(followed(test::fill_byte_range(marked + " ")));
  EXPECT_EQ(too_many.coverage, CoverageClass::contiguous_block);
  EXPECT_TRUE(too_many.has(CoverageFault::revision_end));
}

TEST(CoverageEnds, HaveNoOtherBytesBehindTheirRevision) {
  const std::string text = SignedPdf().builder().text();
  const Coverage covered = only(followed(test::fill_byte_range(text + "%\n")));
  EXPECT_EQ(covered.coverage, CoverageClass::contiguous_block);
  EXPECT_TRUE(covered.has(CoverageFault::revision_end));
  // At the end of the file everything is covered, and still it is not the end of a revision.
  const Coverage whole = only(test::fill_byte_range(text + "%\n"));
  EXPECT_EQ(whole.coverage, CoverageClass::entire_file);
  EXPECT_TRUE(whole.has(CoverageFault::revision_end));
  EXPECT_FALSE(whole.counts());
}

TEST(CoverageEnds, OfARevisionWhoseStartxrefLeadsElsewhere) {
  const std::string text = SignedPdf().builder().text();
  const std::size_t at = text.rfind("startxref\n") + 10;
  const std::string followed_text = followed(test::fill_byte_range(text));
  std::string wrong = followed_text;
  wrong[at] = wrong[at] == '1' ? '2' : '1';
  const Coverage coverage = only(wrong);
  EXPECT_EQ(coverage.coverage, CoverageClass::contiguous_block);
  EXPECT_TRUE(coverage.has(CoverageFault::revision_structure));
  EXPECT_FALSE(coverage.revision.has_value());
  EXPECT_TRUE(only(followed_text).counts());
}

// The first revision is a hybrid whose stream stands in an update behind the signature.
TEST(CoverageEnds, CoverTheSectionsOfAllRevisionsBefore) {
  PdfBuilder first = test::sample_builder({.trailer = "/XRefStm 0000000000"});
  PdfBuilder second(bytes_of(first.text()), first.last_section(), 40);
  second.object(1, test::catalog_body("/AcroForm<</Fields[30 0 R]/SigFlags 3>>"))
      .object(30, "<</FT/Sig/T(first)/Rect[0 0 0 0]/V 31 0 R>>")
      .object(31, test::signature_body())
      .table("/Root 1 0 R");
  std::string text = second.text();
  const std::size_t end = text.size();
  const std::size_t stream = end;
  text += "70 0 obj\n<</Type/XRef/W[1 4 2]/Index[71 1]/Size 72/Length 7>>\nstream\n" +
          std::string("\0\0\0\0\0\0\1", 7) + "\nendstream\nendobj\n";
  PdfBuilder third(bytes_of(text), second.last_section(), 80);
  text = third.object(75, "(new)").table("/Root 1 0 R").text();
  text.replace(text.find("/XRefStm 0000000000") + 9, 10, test::ten_digits(stream));
  const Coverage coverage = only(test::fill_byte_range(text, end));
  EXPECT_TRUE(coverage.has(CoverageFault::sections_uncovered));
  EXPECT_FALSE(coverage.counts());
}

TEST(CoverageEnds, WithAnotherRevisionThanTheSignaturesOwn) {
  PdfBuilder builder = SignedPdf().builder();
  builder.object(60, "(second revision)").table("/Root 1 0 R");
  const Coverage coverage = only(followed(test::fill_byte_range(builder.text())));
  EXPECT_EQ(coverage.coverage, CoverageClass::contiguous_block);
  EXPECT_TRUE(coverage.has(CoverageFault::other_revision));
  EXPECT_FALSE(coverage.counts());
}

// The covered revision has the dictionary, but no field that leads to it.
TEST(CoverageEnds, WithARevisionThatHasTheSignatureInNoField) {
  SignedPdf pdf;
  pdf.fields = "[]";
  const std::string base = test::fill_byte_range(pdf.builder().text());
  const std::string text = text_of_pdf(test::updated(bytes_of(base), [](PdfBuilder& update) {
    update.object(1, test::catalog_body("/AcroForm<</Fields[30 0 R]/SigFlags 3>>"));
  }));
  const Coverage coverage = only(text);
  EXPECT_TRUE(coverage.has(CoverageFault::other_revision));
  EXPECT_FALSE(coverage.counts());
}

// Together the /Contents of all signatures are no longer than the file.
TEST(CoverageEnds, OfVeryManySignaturesInOneAreTooMuch) {
  SignedPdf pdf;
  std::string contents = std::string(test::kSomeContents) + std::string(4000, '0');
  pdf.signature = test::signature_body(contents);
  pdf.fields = "[30 0 R";
  for (std::uint32_t number = 100; number < 110; ++number) {
    pdf.objects.emplace_back(number, "<</FT/Sig/T(a" + std::to_string(number) + ")/V 31 0 R>>");
    pdf.fields += " " + std::to_string(number) + " 0 R";
  }
  pdf.fields += "]";
  const Bytes zeros = pdf.bytes();
  const auto padded = pdf::History::open(zeros);
  ASSERT_THAT(padded, test::IsOk());
  EXPECT_THAT(file_signatures(*padded), test::IsOk()) << "padding is not kept";
  contents = "30820800" + std::string(4096, '1');
  pdf.signature = test::signature_body(contents);
  const Bytes full = pdf.bytes();
  const auto history = pdf::History::open(full);
  ASSERT_THAT(history, test::IsOk());
  EXPECT_THAT(file_signatures(*history), test::FailsWith(ErrorCode::pdf_limit_exceeded));
}

}  // namespace
}  // namespace rakkan::pades
