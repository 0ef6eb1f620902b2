// Filling an empty signature field: its seed values and its lock (ISO 32000-2 §12.7.5.5).
#include <gmock/gmock.h>

#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using test::FailsWith;
using test::IsOk;
using test::prepared;
using test::sample_pdf;
using testing::HasSubstr;
using testing::Not;

Bytes with_field(std::string_view entries) {
  return sample_pdf(
      {.catalog = "/AcroForm<</Fields[20 0 R]>>",
       .page = "/Annots[20 0 R]",
       .objects = {{20, "<</FT/Sig/T(Seal)/Subtype/Widget/Rect[1 2 3.10 4]" + std::string(entries) + ">>"}}});
}

Result<PreparedRevision> filled(std::string_view seed_value, SignatureFieldSpec spec = {}) {
  spec.field_name = "Seal";
  return prepared(with_field("/SV<<" + std::string(seed_value) + ">>"), spec);
}

TEST(ExistingField, GetsItsValueAndKeepsTheRest) {
  const std::string tail = test::tail_of(with_field("/MK<</BC[0.5]>>"), {.field_name = "Seal"});
  EXPECT_THAT(tail,
              HasSubstr("\n20 0 obj\n<</FT/Sig/T(Seal)/Subtype/Widget/Rect[1 2 3.10 4]/MK<</BC[0.5]>>\n/V 22 0 R>>"));
  EXPECT_THAT(tail, Not(HasSubstr("\n10 0 obj"))) << "the page was touched";
  test::signed_document(with_field(""), {.field_name = "Seal"});
}

TEST(ExistingField, IsLeftAloneWithoutItsName) {
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(with_field("")));
  EXPECT_EQ(revision.field_name(), "Signature1");
}

TEST(ExistingField, NullIsNoValue) {
  EXPECT_FALSE(test::signed_document(with_field("/V null"), {.field_name = "Seal"}).empty());
}

TEST(ExistingField, LockBecomesAFieldMdpReference) {
  const std::string tail =
      test::tail_of(with_field("/Lock<</Type/SigFieldLock/Action/Include/Fields[(a)(b)]>>"), {.field_name = "Seal"});
  EXPECT_THAT(tail,
              HasSubstr("/Reference [<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams"
                        "/V/1.2/Action /Include/Fields [(a)(b)]>>/Data 1 0 R>>]"));
}

TEST(SeedValue, RecommendationsAreNoConstraints) {
  EXPECT_THAT(filled("/Filter/Other/SubFilter[/adbe.x509.rsa_sha1]/Reasons[(x)]/DigestMethod[(MD5)]"), IsOk());
}

TEST(SeedValue, RequiredConstraintsMustBeMet) {
  const auto unmet = FailsWith(ErrorCode::pdf_seed_value_unmet);
  EXPECT_THAT(filled("/Ff 1/Filter/Adobe.PPKLite"), IsOk());
  EXPECT_THAT(filled("/Ff 1/Filter/Other"), unmet);
  EXPECT_THAT(filled("/Ff 2/SubFilter[/adbe.pkcs7.detached/ETSI.CAdES.detached]"), IsOk());
  EXPECT_THAT(filled("/Ff 2/SubFilter[/adbe.pkcs7.detached]"), unmet);
  EXPECT_THAT(filled("/Ff 4/V 3"), IsOk());
  EXPECT_THAT(filled("/Ff 4/V 4"), unmet);
  EXPECT_THAT(filled("/Ff 64/DigestMethod[(SHA1)(SHA256)]"), IsOk());
  EXPECT_THAT(filled("/Ff 64/DigestMethod[(SHA384)]"), unmet);
  EXPECT_THAT(filled("/Ff 32/AddRevInfo true"), unmet);
  EXPECT_THAT(filled("/Ff 16/LegalAttestation[(x)]"), unmet);
  EXPECT_THAT(filled("/Ff 128/LockDocument/true"), unmet);
  EXPECT_THAT(filled("/Ff 256/AppearanceFilter(x)"), unmet);
  EXPECT_THAT(filled("/MDP<</P 2>>"), unmet);
  EXPECT_THAT(filled("/MDP<</P 0>>"), IsOk());
  EXPECT_THAT(filled("/Cert<</Ff 1/Subject[(x)]>>"), unmet);
  EXPECT_THAT(filled("/TimeStamp<</URL(x)/Ff 1>>"), unmet);
  EXPECT_THAT(filled("/TimeStamp<</URL(x)/Ff 1>>", {.timestamped = true}), IsOk());
}

TEST(SeedValue, RequiredReasons) {
  const auto unmet = FailsWith(ErrorCode::pdf_seed_value_unmet);
  EXPECT_THAT(filled("/Ff 8/Reasons[(Agreed)]", {.reason = "Agreed"}), IsOk());
  EXPECT_THAT(filled("/Ff 8/Reasons[(Agreed)]", {.reason = "Other"}), unmet);
  EXPECT_THAT(filled("/Ff 8/Reasons[(.)]", {.reason = "Agreed"}), unmet);
  EXPECT_THAT(filled("/Ff 8/Reasons[(.)]"), IsOk());
}

}  // namespace
}  // namespace rakkan::pades
