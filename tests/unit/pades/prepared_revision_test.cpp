#include "rakkan/pades/prepared_revision.hpp"

#include <gmock/gmock.h>

#include <regex>

#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using test::FailsWith;
using test::IsOk;
using test::prepared;
using test::sample_pdf;
using test::signed_document;
using test::tail_of;
using test::XrefForm;
using testing::HasSubstr;
using testing::Not;

// The numbers of the objects that an update writes.
std::vector<std::string> objects_in(const std::string& tail) {
  static const std::regex kHeader("(?:^|\n)([0-9]+ [0-9]+) obj\n");
  std::vector<std::string> numbers;
  for (auto at = std::sregex_iterator(tail.begin(), tail.end(), kHeader); at != std::sregex_iterator(); ++at) {
    numbers.push_back((*at)[1]);
  }
  return numbers;
}

TEST(Prepare, RoundTripHoldsInEveryFormTwiceInARow) {
  for (const XrefForm form : test::kXrefForms) {
    const Bytes once = signed_document(sample_pdf({.form = form}));
    const Bytes twice = signed_document(once);
    EXPECT_GT(twice.size(), once.size());
  }
}

TEST(Prepare, WritesSignatureFieldAppearanceFormPageAndCatalogAndNoMore) {
  const std::string tail = tail_of(sample_pdf());
  EXPECT_THAT(objects_in(tail), testing::ElementsAre("12 0", "13 0", "14 0", "15 0", "1 0", "10 0"));
  EXPECT_THAT(tail,
              HasSubstr("\n13 0 obj\n<<\n/Type/Annot\n/Subtype/Widget\n/FT/Sig\n/T (Signature1)\n/V 12 0 R\n/F 132\n"
                        "/Rect [0 0 0 0]\n/P 10 0 R\n/AP <</N 14 0 R>>\n>>\nendobj\n"));
  EXPECT_THAT(tail, HasSubstr("\n/Fields[13 0 R]\n/SigFlags 3\n"));
  EXPECT_THAT(tail, HasSubstr("/MediaBox[0 0 595.303937007874 842]/Resources<<>>/Contents 3 0 R\n/Annots [13 0 R]>>"));
}

TEST(Prepare, SecondSignatureTouchesFormAndPageOnly) {
  const std::string tail = tail_of(signed_document(sample_pdf()));
  EXPECT_THAT(objects_in(tail), testing::ElementsAre("17 0", "18 0", "19 0", "10 0", "15 0"));
  EXPECT_THAT(tail, HasSubstr("/T (Signature2)"));
}

TEST(Prepare, IndirectArraysAreRewrittenAlone) {
  const std::string tail = tail_of(sample_pdf({.version = "2.0",
                                               .catalog = "/AcroForm<</Fields 20 0 R/SigFlags 3/DA(/Helv 0 Tf)>>",
                                               .page = "/Annots 21 0 R",
                                               .objects = {{20, "[]"}, {21, "[ ]"}}}));
  EXPECT_THAT(objects_in(tail), testing::ElementsAre("23 0", "24 0", "25 0", "20 0", "21 0"));
}

TEST(Prepare, OneArrayForFieldsAndAnnotationsGetsOneElement) {
  const std::string tail = tail_of(sample_pdf(
      {.catalog = "/AcroForm<</Fields 20 0 R/SigFlags 3>>", .page = "/Annots 20 0 R", .objects = {{20, "[]"}}}));
  EXPECT_THAT(tail, HasSubstr("\n20 0 obj\n[ 23 0 R]\nendobj"));
}

TEST(Prepare, RaisesSignatureFlagsWhereTheyStand) {
  EXPECT_THAT(tail_of(sample_pdf({.catalog = "/AcroForm<</Fields[]/SigFlags 1>>"})), HasSubstr("/SigFlags 3>>"));
  EXPECT_THAT(tail_of(sample_pdf({.catalog = "/AcroForm<</Fields[]>>"})), HasSubstr("\n/SigFlags 3>>"));
  EXPECT_THAT(tail_of(sample_pdf({.catalog = "/AcroForm 20 0 R", .objects = {{20, "<</Fields[]/SigFlags 7>>"}}})),
              HasSubstr("/SigFlags 7>>"));
}

TEST(Prepare, DanglingAnnotsAreAbsentAnnots) {
  EXPECT_THAT(tail_of(sample_pdf({.page = "/Annots 9 0 R"})), HasSubstr("/Annots [13 0 R]>>"));
}

TEST(Prepare, RefusesAnnotsThatAreNoArray) {
  EXPECT_THAT(prepared(sample_pdf({.page = "/Annots 3"})), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Prepare, SignsADocumentWithoutPages) { EXPECT_FALSE(signed_document(sample_pdf({.pages = 0})).empty()); }

TEST(Prepare, FirstSignatureOfPdf1DeclaresEsic) {
  const Bytes base = sample_pdf();
  EXPECT_THAT(tail_of(base), HasSubstr("/Extensions <</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>"));
  EXPECT_THAT(tail_of(signed_document(base)), Not(HasSubstr("Extensions")));
  EXPECT_THAT(tail_of(sample_pdf({.version = "2.0"})), Not(HasSubstr("Extensions")));
  EXPECT_THAT(tail_of(sample_pdf({.catalog = "/Version/2.0"})), Not(HasSubstr("ESIC")));
}

TEST(Prepare, DeclaresNoExtensionUnderAForeignSignature) {
  const Bytes base = sample_pdf({.catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 3>>",
                                 .objects = {{20, "<</FT/Sig/T(Theirs)/V 21 0 R>>"}, {21, "<</Type/Sig>>"}}});
  EXPECT_THAT(tail_of(base), Not(HasSubstr("Extensions")));
}

TEST(Prepare, EsicLevelsRiseAndNeverSink) {
  const auto with_level = [](std::string_view level) {
    return tail_of(sample_pdf(
        {.catalog = "/Extensions<</ADBE 3 0 R/ESIC<</BaseVersion/1.7/ExtensionLevel " + std::string(level) + ">>>>"}));
  };
  EXPECT_THAT(with_level("2"), HasSubstr("/Extensions<</ADBE 3 0 R/ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>"));
  EXPECT_THAT(with_level("8"), HasSubstr("/ExtensionLevel 8"));
  EXPECT_THAT(tail_of(sample_pdf({.catalog = "/Extensions<</ADBE 3 0 R>>"})), HasSubstr("<</ADBE 3 0 R\n/ESIC <<"));
}

TEST(Prepare, WritesTheTextsOfTheSignatureDictionary) {
  using namespace std::chrono;
  SignatureFieldSpec spec;
  spec.signing_time = Instant(sys_days(year(2026) / 11 / 24) + 1h);
  spec.name = "Rakkan (Test)";
  spec.reason = "山田の指示";
  const std::string tail = tail_of(sample_pdf(), spec);
  EXPECT_THAT(tail, HasSubstr("/Type/Sig\n/Filter/Adobe.PPKLite\n/SubFilter/ETSI.CAdES.detached\n"));
  EXPECT_THAT(tail, HasSubstr("\n/M (D:20261124010000Z)\n/Name (Rakkan \\(Test\\))\n/Reason <FEFF5C717530306E6307793A>"
                              "\n/Prop_Build <</App<</Name/Rakkan/REx("));
  EXPECT_THAT(tail, Not(HasSubstr("/Location")));
}

TEST(Prepare, WritesTheIdOfTheSignatureWhereNobodyShowsIt) {
  SignatureFieldSpec spec;
  spec.signature_id = "sig_0123456789abcdef0123456789abcdef";
  const std::string with = tail_of(sample_pdf(), spec);
  EXPECT_THAT(with, HasSubstr("\n/RKKN_SignatureID (sig_0123456789abcdef0123456789abcdef)\n>>\nendobj\n"));
  EXPECT_THAT(tail_of(sample_pdf()), Not(HasSubstr("RKKN_")));
  const Bytes base = sample_pdf();
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(base, spec));
  EXPECT_EQ(revision.reserve(), 64U);
  const std::size_t id = text_of(revision.tail()).find("RKKN_");
  EXPECT_GE(base.size() + id, revision.byte_range().second_offset) << "behind /Contents, in the second span";
}

TEST(Prepare, NamesOfFields) {
  const Bytes base = sample_pdf(
      {.catalog = "/AcroForm<</Fields[20 0 R 21 0 R]>>",
       .objects = {{20, "<</FT/Tx/T(Signature1)>>"}, {21, "<</FT/Sig/T(Old)/V 22 0 R>>"}, {22, "<</Type/Sig>>"}}});
  const auto named = [&base](std::string name) { return prepared(base, {.field_name = std::move(name)}); };
  EXPECT_EQ(named("")->field_name(), "Signature2");
  EXPECT_EQ(named("印影")->field_name(), "印影");
  EXPECT_THAT(named("Signature1"), FailsWith(ErrorCode::pdf_field_exists));
  EXPECT_THAT(named("Old"), FailsWith(ErrorCode::pdf_field_signed));
  EXPECT_THAT(named("a.b"), FailsWith(ErrorCode::pdf_field_not_found));
  EXPECT_THAT(named("a\nb"), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(named("\xC3("), FailsWith(ErrorCode::invalid_argument));
}

// ISO 32000-2 table 15: objects numbered at or above /Size are missing to a strict reader, until an update raises
// /Size.
TEST(Prepare, RefusesObjectsThatAReaderMayTakeForMissing) {
  const Bytes whole = sample_pdf({.objects = {{11, "<</Never/Seen>>"}}});
  EXPECT_FALSE(signed_document(whole).empty());
  const std::string_view right = "/Size 12";
  std::string text(text_of(whole));
  const std::size_t at = text.rfind(right);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, right.size(), "/Size 11");
  EXPECT_THAT(prepared(bytes_of(text)), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Prepare, RefusesXfa) {
  EXPECT_THAT(prepared(sample_pdf({.catalog = "/AcroForm<</Fields[]/XFA[]>>"})), FailsWith(ErrorCode::pdf_xfa));
}

TEST(Prepare, RefusesAReserveOfNothing) {
  const Bytes base = sample_pdf();
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  test::FixedRandom random;
  EXPECT_THAT(prepare(document, {}, 0, random), FailsWith(ErrorCode::invalid_argument));
}

TEST(Embed, RefusesCmsLargerThanReserved) {
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(sample_pdf()));
  EXPECT_THAT(SignedRevision::embed(revision, Bytes(64, 1)), IsOk());
  EXPECT_THAT(SignedRevision::embed(revision, Bytes(65, 1)), FailsWith(ErrorCode::cms_larger_than_reserved));
}

TEST(Digest, IsThatOfTheDocumentWithoutContents) {
  const Bytes base = sample_pdf();
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(base));
  Bytes covered = base;
  append(covered, revision.tail());
  const pdf::ByteRange& range = revision.byte_range();
  covered.erase(covered.begin() + static_cast<std::ptrdiff_t>(range.first_length),
                covered.begin() + static_cast<std::ptrdiff_t>(range.second_offset));
  const auto expected = crypto::digest(crypto::DigestAlgorithm::sha256, covered);
  EXPECT_EQ(digest_byte_range(base, revision, crypto::DigestAlgorithm::sha256), expected);
  crypto::Hasher state(crypto::DigestAlgorithm::sha256);
  state.update(base);
  EXPECT_EQ(digest_byte_range(state, revision), expected);
}

}  // namespace
}  // namespace rakkan::pades
