// The field of a document timestamp, its dictionary, and the token that goes in.
#include "rakkan/pades/document_timestamp.hpp"

#include <gmock/gmock.h>

#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using crypto::DigestAlgorithm;
using test::FailsWith;
using test::IsOk;
using test::kAllDigests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct DocumentTimestamp : testing::Test {
  Result<PreparedTimestamp> prepared(ByteView base, const DocumentTimestampSpec& spec) {
    RAKKAN_TRY(const pdf::Document document, pdf::Document::open(base));
    return prepare_timestamp(document, HashedDocument::hash(pdf::DocumentBytes(base), kAllDigests), spec,
                             archivist.random);
  }
  Result<PreparedTimestamp> prepared(ByteView base, std::string field_name = {}) {
    return prepared(base, DocumentTimestampSpec{.largest_token = largest, .field_name = std::move(field_name)});
  }
  std::string tail_of(ByteView base) {
    const auto made = prepared(base);
    EXPECT_THAT(made, IsOk());
    return made ? std::string(text_of(made->revision.tail())) : std::string();
  }

  test::Archivist archivist;
  std::size_t largest = archivist.tsu.tsu->max_token_size();
};
struct DocumentTimestampForms : DocumentTimestamp, testing::WithParamInterface<test::XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, DocumentTimestampForms, testing::ValuesIn(test::kXrefForms));

std::vector<std::string> keys(pdf::Value dictionary) {
  std::vector<std::string> names;
  for (const pdf::Entry entry : dictionary.entries()) {
    names.push_back(entry.key.name().value());
  }
  return names;
}

TEST_P(DocumentTimestampForms, IsIntactWithEveryImprintAndHasNothingElseInIt) {
  for (const DigestAlgorithm algorithm : kAllDigests) {
    Bytes base = test::sample_pdf({.form = GetParam()});
    ASSERT_OK_AND_ASSIGN(
        PreparedTimestamp made,
        prepared(base, DocumentTimestampSpec{.algorithm = algorithm, .largest_token = largest, .field_name = {}}));
    EXPECT_EQ(made.digest.algorithm(), algorithm);
    EXPECT_EQ(made.revision.kind(), FieldKind::document_timestamp);
    EXPECT_TRUE(made.revision.warnings().empty());
    ASSERT_OK_AND_ASSIGN(const auto token, archivist.token_over(made.digest));
    ASSERT_OK_AND_ASSIGN(const SignedRevision revision, embed_token(std::move(made), token));
    append(base, revision.tail());

    ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
    const auto signatures = test::signatures_of(document);
    ASSERT_EQ(signatures.size(), 1U);
    const pdf::Signature& timestamp = signatures.front();
    EXPECT_EQ(check_integrity(document, timestamp).outcome(), Check::passed);
    EXPECT_EQ(covered_end(timestamp), base.size());
    EXPECT_EQ(timestamp.field_name, "Timestamp1");
    EXPECT_THAT(keys(timestamp.dictionary), ElementsAre("Type", "Filter", "SubFilter", "ByteRange", "Contents"));
    EXPECT_EQ(timestamp.type, "DocTimeStamp");
    EXPECT_EQ(timestamp.sub_filter, "ETSI.RFC3161");
    const pdf::Value widget = timestamp.field->value();
    EXPECT_EQ(text_of(widget.find("Rect").bytes()), "[0 0 0 0]") << "invisible";
    EXPECT_EQ(widget.find("F").integer(), 132);
    EXPECT_EQ(widget.find("P").reference(), (pdf::Reference{10, 0}));
    ASSERT_OK_AND_ASSIGN(const pdf::Value appearance, document.lookup(widget.find("AP"), "N"));
    EXPECT_TRUE(appearance.object()->is_stream()) << "PDF/A-1 wants an appearance of invisible widgets, too";
  }
}

TEST_F(DocumentTimestamp, ItsNameIsTheFirstFreeOne) {
  const Bytes base = test::sample_pdf(
      {.catalog = "/AcroForm<</Fields[20 0 R 21 0 R]>>",
       .objects = {{20, "<</FT/Tx/T(Timestamp1)>>"}, {21, "<</FT/Sig/T(Timestamp2)/Lock<</Action/All>>>>"}}});
  EXPECT_EQ(prepared(base).value().revision.field_name(), "Timestamp3");
  EXPECT_EQ(prepared(base, "Archive").value().revision.field_name(), "Archive");
  EXPECT_THAT(prepared(base, "Timestamp2"), FailsWith(ErrorCode::pdf_field_exists)) << "an empty field of a signer";
  EXPECT_THAT(prepared(base, "Timestamp1"), FailsWith(ErrorCode::pdf_field_exists));
  EXPECT_THAT(prepared(base, "a.b"), FailsWith(ErrorCode::pdf_field_not_found));
}

TEST_F(DocumentTimestamp, RaisesTheFlagsAndLeavesPermissionsAlone) {
  const Bytes base = test::sample_pdf({.catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 1>>/Perms<</DocMDP 21 0 R>>",
                                       .objects = {{20, "<</FT/Sig/T(Seal)/V 21 0 R>>"},
                                                   {21,
                                                    "<</Type/Sig/Reference[<</TransformMethod/DocMDP"
                                                    "/TransformParams<</P 2>>>>]>>"}}});
  const std::string tail = tail_of(base);
  EXPECT_THAT(tail, HasSubstr("/SigFlags 3"));
  EXPECT_THAT(tail, HasSubstr("/Perms<</DocMDP 21 0 R>>"));
  EXPECT_THAT(tail, Not(HasSubstr("Extensions"))) << "not behind a signature";
  EXPECT_THAT(tail, Not(HasSubstr("/Reference")));
}

TEST_F(DocumentTimestamp, DeclaresEsicWhenItIsTheFirst) {
  EXPECT_THAT(tail_of(test::sample_pdf()), HasSubstr("/ESIC<</BaseVersion/1.7/ExtensionLevel 5>>"));
  EXPECT_THAT(tail_of(test::sample_pdf({.version = "2.0"})), Not(HasSubstr("ESIC")));
}

TEST_F(DocumentTimestamp, TheLargestTokenFitsExactlyAndOneByteLessIsTooSmall) {
  const Bytes base = test::sample_pdf();
  ASSERT_OK_AND_ASSIGN(const PreparedTimestamp roomy, prepared(base));
  EXPECT_EQ(roomy.revision.reserve(), largest);
  for (const std::size_t size : {largest, largest / 4}) {
    ASSERT_OK_AND_ASSIGN(PreparedTimestamp made,
                         prepared(base, DocumentTimestampSpec{.largest_token = size, .field_name = {}}));
    ASSERT_OK_AND_ASSIGN(const auto token, archivist.token_over(made.digest));
    const bool fits = token.der().size() <= size;
    EXPECT_EQ(fits, size == largest);
    const auto embedded = embed_token(std::move(made), token);
    if (fits) {
      EXPECT_THAT(embedded, IsOk());
    } else {
      EXPECT_THAT(embedded, FailsWith(ErrorCode::cms_larger_than_reserved));
    }
  }
  EXPECT_THAT(prepared(base, DocumentTimestampSpec{}), FailsWith(ErrorCode::invalid_argument)) << "no room at all";
}

TEST_F(DocumentTimestamp, ATokenOverSomethingElseIsRefused) {
  const Bytes base = test::sample_pdf();
  ASSERT_OK_AND_ASSIGN(PreparedTimestamp made, prepared(base));
  ASSERT_OK_AND_ASSIGN(const auto token, archivist.token_over(crypto::digest(DigestAlgorithm::sha256, base)));
  EXPECT_THAT(embed_token(made, token), FailsWith(ErrorCode::tsa_response_mismatch));
  ASSERT_OK_AND_ASSIGN(const auto other_algorithm, archivist.token_over(crypto::digest(DigestAlgorithm::sha384, base)));
  EXPECT_THAT(embed_token(std::move(made), other_algorithm), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(DocumentTimestamp, IsNotPreparedFromTheHashOfAnotherDocument) {
  const Bytes base = test::sample_pdf(), other = test::sample_pdf({.pages = 3});
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  const DocumentTimestampSpec spec{.largest_token = largest, .field_name = {}};
  EXPECT_THAT(
      prepare_timestamp(document, HashedDocument::hash(pdf::DocumentBytes(other), kAllDigests), spec, archivist.random),
      FailsWith(ErrorCode::internal));
}

}  // namespace
}  // namespace rakkan::pades
