// Revisions on revisions: signature, validation data and document timestamp over a base that is never copied.
#include "rakkan/pades/augmentation.hpp"

#include <gmock/gmock.h>

#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/document_facts.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using test::Archivist;
using test::FailsWith;
using test::IsOk;
using testing::ElementsAre;

struct Augmenting : testing::Test {
  // B-LTA, renewed once: signature, store, timestamp, store, timestamp.
  Augmentation archived(ByteView base) {
    Augmentation augmentation = Archivist::start(base);
    EXPECT_THAT(archivist.sign(augmentation), IsOk());
    for (const std::uint32_t round : {0U, 1U}) {
      const test::Evidence evidence = archivist.evidence(round);
      EXPECT_THAT(augmentation.add_validation_data(evidence.data(), archivist.random), IsOk());
      EXPECT_THAT(archivist.timestamp(augmentation, crypto::DigestAlgorithm::sha512), IsOk());
    }
    return augmentation;
  }
  Archivist archivist;
};
struct AugmentingForms : Augmenting, testing::WithParamInterface<test::XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, AugmentingForms, testing::ValuesIn(test::kXrefForms));

TEST_P(AugmentingForms, EverySignatureAndTimestampStaysIntactAndTheLevelIsBLta) {
  const Bytes base = test::sample_pdf({.form = GetParam()});
  const Augmentation augmentation = archived(base);
  EXPECT_EQ(augmentation.tails().size(), 5U);
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, augmentation.open());
  const auto signatures = test::signatures_of(document);
  ASSERT_EQ(signatures.size(), 3U);
  for (const pdf::Signature& signature : signatures) {
    EXPECT_EQ(check_integrity(document, signature).outcome(), Check::passed) << signature.field_name;
  }
  const SignatureIntegrity integrity = check_integrity(document, signatures.front());
  EXPECT_EQ(level_of_structure(document, signatures.front(), integrity, signatures), BaselineLevel::b_lta);
  EXPECT_EQ(covered_end(signatures.back()), document.size());
}

TEST_P(AugmentingForms, PiecesAndWholeAreOneDocument) {
  const Bytes base = test::sample_pdf({.form = GetParam()});
  const Augmentation augmentation = archived(base);
  const Bytes whole = Archivist::joined(augmentation);
  ASSERT_OK_AND_ASSIGN(const pdf::Document pieces, augmentation.open());
  ASSERT_OK_AND_ASSIGN(const pdf::Document joined, pdf::Document::open(whole));
  EXPECT_EQ(test::document_facts(pieces), test::document_facts(joined));
  EXPECT_EQ(pieces.revisions().size(), 6U);
}

TEST_P(AugmentingForms, TheUpdatesAsOneFollowTheBase) {
  const Bytes base = test::sample_pdf({.form = GetParam()});
  Augmentation augmentation = archived(base);
  const Bytes whole = Archivist::joined(augmentation);
  const std::size_t added = augmentation.bytes_added();
  const Bytes tail = std::move(augmentation).take_tail();
  EXPECT_EQ(tail.size(), added);
  EXPECT_EQ(std::string(text_of(base)) + std::string(text_of(tail)), text_of(whole));
}

// A later call goes on from the tails that an earlier one has given, without joining them to the base.
TEST_F(Augmenting, GoesOnFromABaseWithTails) {
  const Bytes base = test::sample_pdf();
  Augmentation first = archived(base);
  const std::vector<Bytes> tails = first.tails();
  const std::vector<ByteView> views(tails.begin(), tails.end());
  Augmentation second(HashedDocument::hash(pdf::DocumentBytes(base, views), test::kAllDigests), {});
  const test::Evidence evidence = archivist.evidence(2);
  ASSERT_OK_AND_ASSIGN(const auto added, second.add_validation_data(evidence.data(), archivist.random));
  EXPECT_EQ(added.streams_added, 3U);
  EXPECT_EQ(added.streams_reused, 3U) << "the certificates";
  EXPECT_GT(added.bytes, 0U);
  ASSERT_THAT(archivist.timestamp(second), IsOk());
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, second.open());
  const auto signatures = test::signatures_of(document);
  ASSERT_EQ(signatures.size(), 4U);
  for (const pdf::Signature& signature : signatures) {
    EXPECT_EQ(check_integrity(document, signature).outcome(), Check::passed) << signature.field_name;
  }
}

TEST_F(Augmenting, DataThatAreThereAlreadyAppendNothing) {
  const Bytes base = test::sample_pdf();
  Augmentation augmentation = archived(base);
  const std::size_t before = augmentation.bytes_added();
  const test::Evidence evidence = archivist.evidence(1);
  ASSERT_OK_AND_ASSIGN(const auto added, augmentation.add_validation_data(evidence.data(), archivist.random));
  EXPECT_EQ(added.bytes, 0U);
  EXPECT_EQ(augmentation.bytes_added(), before);
  EXPECT_EQ(augmentation.tails().size(), 5U);
}

TEST_F(Augmenting, AllUpdatesTogetherHaveACap) {
  const Bytes base = test::sample_pdf();
  const std::size_t needed = archived(base).bytes_added();
  const auto with = [&](std::size_t most) -> Result<void> {
    Augmentation augmentation = Archivist::start(base, {.max_added = most});
    RAKKAN_CHECK(archivist.sign(augmentation));
    for (const std::uint32_t round : {0U, 1U}) {
      const test::Evidence evidence = archivist.evidence(round);
      RAKKAN_TRY(auto added, augmentation.add_validation_data(evidence.data(), archivist.random));
      static_cast<void>(added);
      RAKKAN_CHECK(archivist.timestamp(augmentation, crypto::DigestAlgorithm::sha512));
    }
    return {};
  };
  EXPECT_THAT(with(needed), IsOk());
  EXPECT_THAT(with(needed - 1), FailsWith(ErrorCode::validation_data_too_large));
  EXPECT_THAT(with(10), FailsWith(ErrorCode::validation_data_too_large));
}

TEST_F(Augmenting, AFailedStepLeavesTheDocumentAsItWas) {
  const Bytes base = test::sample_pdf();
  Augmentation augmentation = archived(base);
  const Bytes before = Archivist::joined(augmentation);
  test::Evidence evidence = archivist.evidence(9);
  evidence.crls.push_back(test::der_like(1, 17UL << 20));
  EXPECT_THAT(augmentation.add_validation_data(evidence.data(), archivist.random),
              FailsWith(ErrorCode::validation_data_too_large));
  ASSERT_OK_AND_ASSIGN(PreparedTimestamp prepared,
                       augmentation.prepare_timestamp(
                           {.largest_token = archivist.tsu.tsu->max_token_size(), .field_name = {}}, archivist.random));
  ASSERT_OK_AND_ASSIGN(const auto wrong, archivist.token_over(crypto::digest(crypto::DigestAlgorithm::sha256, base)));
  EXPECT_THAT(augmentation.add_timestamp(prepared, wrong), FailsWith(ErrorCode::tsa_response_mismatch));
  EXPECT_EQ(Archivist::joined(augmentation), before);

  ASSERT_OK_AND_ASSIGN(const auto token, archivist.token_over(prepared.digest));
  ASSERT_THAT(augmentation.add_timestamp(prepared, token), IsOk());
  EXPECT_THAT(augmentation.add_timestamp(std::move(prepared), token), FailsWith(ErrorCode::internal))
      << "it was prepared for the state before";
}

// --- What earlier signatures allow -----------------------------------------------------------------------------------

Bytes signed_with(std::string_view signature, std::string_view field = "", std::string_view catalog = "") {
  return test::sample_pdf({.catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 3>>" + std::string(catalog),
                           .objects = {{20, "<</FT/Sig/T(Seal)/V 22 0 R" + std::string(field) + ">>"},
                                       {22, "<</Type/Sig" + std::string(signature) + ">>"}}});
}
std::string transform(std::string_view method, std::string_view parameters) {
  return "/Reference[<</TransformMethod/" + std::string(method) + "/TransformParams<<" + std::string(parameters) +
         ">>>>]";
}

// The outcomes of validation data and of a document timestamp on top of the base.
std::vector<std::string> outcomes(Archivist& archivist, ByteView base, bool iso_docmdp = false) {
  const auto text = [](const auto& result) {
    return result ? std::string("ok") : std::string(row(result.error().code).slug);
  };
  Augmentation augmentation = Archivist::start(base, {.iso_docmdp = iso_docmdp});
  const test::Evidence evidence = archivist.evidence(0);
  std::vector<std::string> all{text(augmentation.add_validation_data(evidence.data(), archivist.random)),
                               text(archivist.timestamp(augmentation))};
  for (const Warning warning : augmentation.warnings()) {
    all.emplace_back(name(warning));
  }
  return all;
}

TEST_F(Augmenting, OnlyPermissionOneStopsValidationDataAndTimestamps) {
  const std::string catalog = "/Perms<</DocMDP 22 0 R>>";
  for (const Bytes& base :
       {signed_with(transform("DocMDP", "/P 1"), "", catalog), signed_with(transform("DocMDP", "/P 1")),
        signed_with(transform("FieldMDP", "/Action/Include/Fields[]/P 1")), signed_with("", "/Lock<</P 1>>"),
        signed_with("", "/Lock<</Action/Include/Fields[(Other)]/P 1>>")}) {
    EXPECT_THAT(outcomes(archivist, base), ElementsAre("docmdp-acrobat", "docmdp-acrobat"));
    EXPECT_THAT(outcomes(archivist, base, true), ElementsAre("ok", "ok", "docmdp-acrobat"))
        << "asked for, with one warning";
  }
  for (const Bytes& base :
       {signed_with(transform("DocMDP", "/P 2"), "", catalog), signed_with(transform("DocMDP", "")),
        signed_with(transform("DocMDP", "/P 3")), signed_with(transform("FieldMDP", "/Action/All")),
        signed_with(transform("FieldMDP", "/Action/Exclude/Fields[(Other)]")), signed_with("", "/Lock<</Action/All>>"),
        signed_with("", "/Lock<</Action/Exclude/Fields[]/P 2>>")}) {
    EXPECT_THAT(outcomes(archivist, base), ElementsAre("ok", "ok"));
    EXPECT_THAT(outcomes(archivist, base, true), ElementsAre("ok", "ok")) << "nothing to warn of";
  }
}

TEST_F(Augmenting, ALockOfAnEmptyFieldDoesNotActYet) {
  const Bytes base = test::sample_pdf(
      {.catalog = "/AcroForm<</Fields[20 0 R]>>", .objects = {{20, "<</FT/Sig/T(Seal)/Lock<</P 1>>>>"}}});
  EXPECT_THAT(outcomes(archivist, base), ElementsAre("ok", "ok"));
}

// For a signature nothing has changed: the switch is for what archives add.
TEST_F(Augmenting, TheSwitchDoesNotLetASignatureFollowPermissionOne) {
  const Bytes base = signed_with(transform("DocMDP", "/P 1"));
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  SignatureFieldSpec spec;
  spec.iso_docmdp = true;
  EXPECT_THAT(prepare(document, spec, 64, archivist.random), FailsWith(ErrorCode::pdf_certified_no_changes));
}

}  // namespace
}  // namespace rakkan::pades
