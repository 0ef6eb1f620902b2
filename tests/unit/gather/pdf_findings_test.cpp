// A fault in the form of a PDF signature reaches the facts, each one under the code by which policies know
// it; and what does not count covers nothing and is covered by nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/pades/coverage.hpp"
#include "rakkan/validation/decide.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "support/signed_pdf.hpp"
#include "support/signed_world.hpp"

namespace rakkan::gather {
namespace {

using test::IsOk;
using test::kDay;
using test::kSigned;
using test::PdfBuilder;
using test::signature_body;
using test::SignedPdf;
using test::SignedWorld;
using test::Stamped;
using testing::Contains;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

class PdfFindings : public testing::Test {
 protected:
  static SignedWorld& world() {
    static SignedWorld one;
    return one;
  }
  static validation::Facts facts(ByteView file) {
    auto gathered = facts_of(file, {.trust = &world().everybody});
    EXPECT_THAT(gathered, IsOk());
    return gathered ? std::move(gathered->facts) : validation::Facts{};
  }
  static std::multiset<std::string> codes(const std::vector<validation::StructureFinding>& findings) {
    std::multiset<std::string> all;
    for (const validation::StructureFinding& each : findings) {
      all.insert(each.code);
    }
    return all;
  }
  // The codes of the first signature of the file.
  static std::multiset<std::string> of_signature(ByteView file) {
    const validation::Facts found = facts(file);
    EXPECT_FALSE(found.signatures.empty());
    return found.signatures.empty() ? std::multiset<std::string>() : codes(found.signatures.front().structure);
  }
  static std::multiset<std::string> of_document(ByteView file) { return codes(facts(file).document.findings); }

  static Bytes cms(const std::function<void(test::HandmadeCms&)>& change = {}) {
    static const test::Identity signer{std::make_shared<crypto::SoftwareSigner>(world().signer_key), world().signer};
    test::HandmadeCms made(signer, world().suite, bytes_of("content"));
    if (change) {
      change(made);
    }
    made.sign();
    return made.encode();
  }
  static SignedPdf with(ByteView contents, std::string_view names = "/Type/Sig/SubFilter/ETSI.CAdES.detached") {
    SignedPdf pdf;
    pdf.signature = signature_body(to_hex(contents), names);
    return pdf;
  }
  static Bytes replaced(const Bytes& pdf, std::string_view what, std::string_view with) {
    std::string text(text_of(pdf));
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return copy_of(bytes_of(at == std::string::npos ? text : text.replace(at, what.size(), with)));
  }
};

TEST_F(PdfFindings, OfTheSignatureDictionary) {
  const Bytes good = with(cms()).bytes();
  EXPECT_THAT(of_signature(good), IsEmpty());
  const std::string text(text_of(good));
  const std::string range = text.substr(text.find("/ByteRange"), 10 + test::kNoRange.size());

  EXPECT_THAT(of_signature(replaced(good, range, "/ByteRange" + std::string(test::kNoRange.size(), ' '))),
              Contains("signature-dictionary-unusable"));
  std::string shorter = range;
  shorter.replace(shorter.size() - 11, 10, "9999999999");
  EXPECT_THAT(of_signature(replaced(good, range, shorter)), Contains("byte-range-malformed")) << "outside";
  std::string gap = range;
  gap.replace(13, 10, test::ten_digits(std::stoull(range.substr(13, 10)) - 1));
  EXPECT_THAT(of_signature(replaced(good, range, gap)), Contains("contents-gap"));

  SignedPdf twice = with(cms());
  twice.signature = signature_body(to_hex(cms()), "/Type/Sig/SubFilter/ETSI.CAdES.detached", "/SubFilter/another");
  EXPECT_THAT(of_signature(twice.bytes()), Contains("duplicate-key"));
  SignedPdf padded;
  padded.signature = signature_body(to_hex(cms()) + "0001");
  EXPECT_THAT(of_signature(padded.bytes()), Contains("contents-padding"));
  SignedPdf odd;
  odd.signature = signature_body(to_hex(cms()) + "0");
  EXPECT_THAT(of_signature(odd.bytes()), Contains("signature-dictionary-unusable")) << "digits";
  SignedPdf none;
  none.signature = signature_body("31");
  EXPECT_THAT(of_signature(none.bytes()),
              IsSupersetOf({std::string("signature-dictionary-unusable"), std::string("cms-malformed")}));
  SignedPdf empty;
  empty.signature = "(text)";
  const std::string no_dictionary = empty.builder().text();
  EXPECT_THAT(of_signature(bytes_of(no_dictionary)), Contains("signature-dictionary-unusable"));
}

TEST_F(PdfFindings, OfWhatStandsAroundIt) {
  const Bytes good = with(cms()).bytes();
  const Bytes tail = copy_of(bytes_of(std::string(text_of(good)) + "(evil)\n"));
  EXPECT_THAT(of_signature(tail), Contains("unsigned-tail"));
  const std::string before = test::fill_byte_range("mail\r\n" + with(cms()).builder().text());
  EXPECT_THAT(of_signature(bytes_of(before)), Contains("header-offset"));
  EXPECT_THAT(of_document(bytes_of(before)), Contains("header-offset"));
  const std::string text = with(cms()).builder().text();
  EXPECT_THAT(of_signature(bytes_of(test::fill_byte_range(text, text.size() - 3))),
              Contains("coverage-not-a-revision"));
  const Bytes removed =
      test::updated(good, [](PdfBuilder& update) { update.object(1, test::catalog_body("/AcroForm<</Fields[]>>")); });
  EXPECT_THAT(of_signature(removed), Contains("signature-dictionary-changed"));
  SignedPdf shared = with(cms());
  shared.fields = "[30 0 R 32 0 R]";
  shared.objects = {{32, "<</FT/Sig/T(b)/V 31 0 R>>"}};
  EXPECT_THAT(of_signature(shared.bytes()),
              IsSupersetOf({std::string("signature-shared"), std::string("signature-copied"),
                            std::string("byte-range-overlap")}));
}

TEST_F(PdfFindings, OfTheCms) {
  EXPECT_THAT(of_signature(with(cms(), "/SubFilter/ETSI.CAdES.detached").bytes()), Contains("type-absent"));
  EXPECT_THAT(of_signature(with(cms(), "/Type/Sig/SubFilter/another").bytes()), Contains("sub-filter-unknown"));
  EXPECT_THAT(of_signature(with(cms([](test::HandmadeCms& made) { made.signer_count = 2; })).bytes()),
              Contains("signer-info-count"));
  EXPECT_THAT(of_signature(with(cms([](test::HandmadeCms& made) { made.signer_count = 0; })).bytes()),
              Contains("signer-info-count"));
  const Bytes content = test::encoded([](der::Writer& w) { w.octet_string(bytes_of("content")); });
  EXPECT_THAT(of_signature(with(cms([&](test::HandmadeCms& made) { made.content = content; })).bytes()),
              Contains("content-present"));
  // A length in a form that is longer than it must be.
  Bytes ber = cms();
  ASSERT_EQ(ber.at(1), 0x82U);
  ber.at(1) = 0x83;
  ber.insert(ber.begin() + 2, 0x00);
  EXPECT_THAT(of_signature(with(ber).bytes()), Contains("not-der"));
}

TEST_F(PdfFindings, OfATimestampThatCannotBeRead) {
  SignedPdf pdf;
  pdf.signature = test::timestamp_body(to_hex(cms()));
  const validation::Facts found = facts(pdf.bytes());
  EXPECT_TRUE(found.signatures.empty());
  ASSERT_EQ(found.timestamps.size(), 1U);
  EXPECT_THAT(codes(found.timestamps.front().structure), Contains("token-malformed"));
  EXPECT_NE(found.timestamps.front().imprint.match, validation::Match::match);
  pdf.signature = test::timestamp_body();
  const validation::Facts none = facts(pdf.bytes());
  ASSERT_EQ(none.timestamps.size(), 1U);
  EXPECT_THAT(codes(none.timestamps.front().structure), Contains("token-malformed"));
  EXPECT_EQ(none.timestamps.front().imprint.match, validation::Match::mismatch);
}

TEST_F(PdfFindings, OfTheFilesStructure) {
  const Bytes good = with(cms()).bytes();
  EXPECT_THAT(of_document(good), IsEmpty());
  const auto update = [&](const auto& change, std::string_view trailer = "/Root 1 0 R") {
    return of_document(test::updated(good, change, trailer));
  };
  EXPECT_THAT(update([](PdfBuilder& more) { more.object(60, "(x)"); }, "/Root 1 0 R/Root 1 0 R"),
              IsSupersetOf({std::string("xref-confusion"), std::string("later-change")}));
  EXPECT_THAT(update([](PdfBuilder& more) {
                more.object(1, test::catalog_body("/AcroForm<</Fields[30 0 R 30 0 R]/SigFlags 3>>"));
              }),
              Contains("form-damaged"));
  std::string above = with(cms()).builder().text();
  above.replace(above.find("/Size 32"), 8, "/Size 31");
  EXPECT_THAT(of_document(bytes_of(test::fill_byte_range(above))), Contains("object-above-size"));
  // Faults that show when the objects of a revision are compared.
  const Bytes missing = test::updated(good, [](PdfBuilder& more) { more.entry(60, 1, 20, 0); });
  EXPECT_THAT(of_document(test::updated(missing, [](PdfBuilder& more) { more.object(61, "(x)"); })),
              Contains("object-missing"));
}

TEST_F(PdfFindings, OfAStoreThatIsNone) {
  SignedPdf pdf = with(cms());
  pdf.catalog = "/DSS[1]";
  EXPECT_THAT(of_document(pdf.bytes()), Contains("dss-malformed"));
}

// Some programs put an object into the wrong array.
TEST_F(PdfFindings, EvidenceOfAStoreIsToldByItsContent) {
  const pki::CertificateList list = SignedWorld::crl(world().root, kSigned + kDay);
  SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::no);
  const std::vector<Bytes> certificates{copy_of(list.der()), world().response(kSigned + kDay).response_der()};
  const pades::ValidationData data{{certificates.begin(), certificates.end()}, {}, {}};
  ASSERT_THAT(draft.augmentation->add_validation_data(data, world().random), IsOk());
  const validation::Facts found = facts(draft.bytes());
  EXPECT_EQ(found.revocations.size(), 2U);
}

// The timestamp of an archived document, whose dictionary a later update writes anew, proves nothing any more.
TEST_F(PdfFindings, ATimestampThatDoesNotCountCoversNothing) {
  SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::no);
  world().add_evidence(draft, kSigned + kDay);
  world().add_timestamp(draft, kSigned + kDay);
  const Bytes archived = draft.bytes();
  const validation::Facts honest = facts(archived);
  ASSERT_EQ(honest.timestamps.size(), 1U);
  EXPECT_THAT(honest.timestamps.front().covers, Contains(honest.signatures.front().id));
  EXPECT_THAT(honest.signatures.front().timestamps, Contains(honest.timestamps.front().id));
  const auto history = pdf::History::open(archived);
  ASSERT_THAT(history, IsOk());
  const auto all = pades::file_signatures(*history);
  ASSERT_THAT(all, IsOk());
  const auto stamp = std::find_if(all->begin(), all->end(), [](const pades::FileSignature& each) {
    return each.signature.sub_filter == "ETSI.RFC3161";
  });
  ASSERT_NE(stamp, all->end());
  const std::uint32_t number = stamp->signature.object->number();
  std::string body(text_of(stamp->signature.dictionary.bytes()));
  body.insert(body.size() - 2, "/Reason(another)");
  const validation::Facts changed =
      facts(test::updated(archived, [&](PdfBuilder& update) { update.object(number, body); }));
  ASSERT_EQ(changed.timestamps.size(), 1U);
  EXPECT_THAT(changed.timestamps.front().covers, IsEmpty());
  EXPECT_THAT(changed.signatures.front().timestamps, IsEmpty());
}

// A signature whose ByteRange ends where no revision ends may have been put into the file at any time.
TEST_F(PdfFindings, ASignatureThatDoesNotCountIsCoveredByNothing) {
  const std::string text = with(cms()).builder().text();
  const Bytes base = copy_of(bytes_of(test::fill_byte_range(text, text.size() - 3)));
  SignedWorld::Draft draft(base);
  world().add_timestamp(draft, kSigned + kDay);
  const validation::Facts found = facts(draft.bytes());
  ASSERT_EQ(found.signatures.size(), 1U);
  ASSERT_EQ(found.timestamps.size(), 1U);
  EXPECT_THAT(found.timestamps.front().covers, Not(Contains(found.signatures.front().id)));
  EXPECT_THAT(found.signatures.front().timestamps, IsEmpty());
}

// The time in the signature timestamp proves what the signature value covers, when there is one that verifies.
TEST_F(PdfFindings, ATimestampOverASignatureThatDoesNotVerifyCoversNothingElse) {
  SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::yes);
  const Bytes file = draft.bytes();
  const validation::Facts honest = facts(file);
  EXPECT_THAT(honest.timestamps.front().covers, Contains(to_hex(world().signer.fingerprint().view())));
  // One bit of messageDigest: the value verifies no more.
  const auto gathered = facts_of(file, {.trust = &world().everybody});
  const Bytes message = gathered->parts.front().message;
  const std::string digits = to_hex(message);
  const std::size_t digest = digits.find("2a864886f70d010904");
  ASSERT_NE(digest, std::string::npos);
  std::string other = digits;
  const std::size_t at = digest + 30;
  other[at] = other[at] == '0' ? '1' : '0';
  const validation::Facts broken = facts(replaced(file, digits, other));
  ASSERT_EQ(broken.signatures.front().signer.signature, validation::Check::bad);
  EXPECT_THAT(broken.timestamps.front().covers, testing::ElementsAre(broken.signatures.front().id));
}

}  // namespace
}  // namespace rakkan::gather
