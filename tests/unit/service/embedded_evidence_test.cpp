// Signatures that carry revocation data in their CMS are raised with these, and what is used of them is written into
// the document's store.
#include <boost/json.hpp>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/pki/ocsp_response_builder.hpp"
#include "rakkan/service/augmentation.hpp"
#include "support/archivist.hpp"
#include "support/handmade_cms.hpp"
#include "support/handmade_revocation.hpp"
#include "support/ocsp_responder.hpp"
#include "unit/service/evidenced_service.hpp"

namespace rakkan::service {
namespace {

using pades::BaselineLevel;
using test::AuthorityBehaviour;
using test::FailsWith;
using ::testing::HasSubstr;

class EmbeddedEvidenceRaised : public test::EvidencedService {
 protected:
  using Change = std::function<void(test::HandmadeCms&)>;

  // The sample document signed with a CMS of the test's own.
  Bytes signed_document(const Change& change) {
    const Bytes base = test::sample_pdf();
    pades::Augmentation document = test::Archivist::start(base);
    const auto open = test::value_or_throw(document.open());
    auto prepared = test::value_or_throw(pades::prepare(open, {}, 16'384, fixture_.random));
    const auto digest = test::value_or_throw(document.document().byte_range_digest(prepared, suite_.digest));
    test::HandmadeCms cms(signer_, suite_, {});
    cms.certificates.push_back(copy_of(authority_.certificate().der()));
    cms.replace_attribute(cms::kIdMessageDigest,
                          test::attribute(cms::kIdMessageDigest, {test::tagged(0x04, {digest.view()})}));
    change(cms);
    std::sort(cms.attributes.begin(), cms.attributes.end());
    cms.sign();
    auto revision = test::value_or_throw(pades::SignedRevision::embed(std::move(prepared), cms.encode()));
    Bytes whole = base;
    append(whole, std::move(revision).take_tail());
    return whole;
  }
  static Bytes archive(std::initializer_list<ByteView> responses) {
    return test::attribute(cms::kAdbeRevocationInfoArchival,
                           {test::sequence({test::tagged(0xA1, {test::sequence(responses)})})});
  }
  // The statement of a responder of another key than the authority's own: the server never says this.
  Bytes response_about_signer() {
    pki::OcspResponseTemplate content = test::good_response(signer_.certificate, authority_.certificate());
    content.certificates = {responder_.certificate};
    content.produced_at = fixture_.clock.time - std::chrono::minutes(10);
    content.responses[0].this_update = content.produced_at;
    content.responses[0].next_update = content.produced_at + std::chrono::hours(24);
    return test::value_or_throw(pki::issue_ocsp_response(content, responder_.certificate, suite_, *responder_.key));
  }

  Result<AugmentedDocument> augment(const Bytes& document, BaselineLevel level = BaselineLevel::b_lt) {
    AugmentCommand command{.principal = {"tester"}, .document = document, .level = level, .tsa = "archive"};
    return async::block_on(assembly_->signing().augment(std::move(command)));
  }
  static bool store_holds(const Bytes& document, const AugmentedDocument& made, ByteView response) {
    Bytes whole = document;
    append(whole, made.tail);
    const auto open = test::value_or_throw(pdf::Document::open(whole));
    const auto store = test::value_or_throw(pades::Dss::read(open));
    return store && std::any_of(store->ocsp_responses.begin(), store->ocsp_responses.end(),
                                [&](std::size_t i) { return equal(store->streams[i].bytes, response); });
  }
  static test::Identity identity(const std::shared_ptr<crypto::SoftwareSigner>& key, pki::Certificate certificate) {
    return {key, std::move(certificate)};
  }
  static std::shared_ptr<crypto::SoftwareSigner> new_key() {
    return std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
  }
  // The signer's certificate names no server, so that its CMS alone can prove it.
  test::Identity make_signer() {
    auto key = new_key();
    pki::Certificate certificate =
        authority_.certify("Suzuki", key->public_key().spki(), [](pki::CertificateTemplate& content) {
          content.crl_url.clear();
          content.ocsp_url.clear();
        });
    return {std::move(key), std::move(certificate)};
  }
  test::Identity make_responder() {
    auto key = new_key();
    pki::Certificate certificate =
        authority_.certify("OCSP 2", key->public_key().spki(), [](pki::CertificateTemplate& content) {
          content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
          content.ocsp_no_check = true;
        });
    return {std::move(key), std::move(certificate)};
  }

  test::Identity signer_ = make_signer();
  test::Identity responder_ = make_responder();
};

TEST_F(EmbeddedEvidenceRaised, NothingElseProvesTheSigner) {
  const auto made = augment(signed_document([](test::HandmadeCms&) {}));
  ASSERT_THAT(made, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(to_string(made.error()), HasSubstr("Suzuki"));
}

TEST_F(EmbeddedEvidenceRaised, TheArchiveOfAdobeProvesItAndIsWrittenIntoTheStore) {
  const Bytes response = response_about_signer();
  const Bytes document =
      signed_document([&](test::HandmadeCms& cms) { cms.attributes.push_back(archive({response})); });
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document, BaselineLevel::b_lta));
  EXPECT_TRUE(store_holds(document, made, response));
  const auto facts = boost::json::parse(made.facts).as_object();
  EXPECT_FALSE(facts.contains("unreadable"));
  EXPECT_EQ(facts.at("level").as_string(), "B-LTA");
}

TEST_F(EmbeddedEvidenceRaised, SoDoesTheRevocationInformationOfTheMessage) {
  const Bytes response = response_about_signer();
  const Bytes document = signed_document([&](test::HandmadeCms& cms) {
    cms.revocation =
        test::tagged(0xA1, {test::tagged(0xA1, {test::tagged(0x06, {cms::kIdRiOcspResponse.content()}), response})});
  });
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document));
  EXPECT_TRUE(store_holds(document, made, response));
}

// RevocationValues hold BasicOCSPResponses, a store holds them in their envelope (EN 319 142-1 §5.4.2.2).
TEST_F(EmbeddedEvidenceRaised, ABareResponseGetsItsEnvelopeInTheStore) {
  const Bytes response = response_about_signer();
  const Bytes bare = copy_of(test::value_or_throw(pki::OcspResponse::parse(response)).basic_response());
  const Bytes document = signed_document([&](test::HandmadeCms& cms) {
    cms.unsigned_attributes = {test::attribute(cms::kIdAaEtsRevocationValues,
                                               {test::sequence({test::tagged(0xA1, {test::sequence({bare})})})})};
  });
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document));
  EXPECT_TRUE(store_holds(document, made, response));
  EXPECT_FALSE(store_holds(document, made, bare));
}

TEST_F(EmbeddedEvidenceRaised, ADamagedObjectIsToldAndHindersNothing) {
  const Bytes response = response_about_signer();
  const Bytes document = signed_document(
      [&](test::HandmadeCms& cms) { cms.attributes.push_back(archive({test::hex("3003020101"), response})); });
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document));
  EXPECT_TRUE(store_holds(document, made, response));
  const auto facts = boost::json::parse(made.facts).as_object();
  ASSERT_TRUE(facts.contains("unreadable")) << made.facts;
  const auto& told = facts.at("unreadable").at(0);
  EXPECT_EQ(told.at("where").as_string(), "signature Signature1, adbe-revocationInfoArchival, OCSP response 1");
  EXPECT_EQ(told.at("code").as_string(), "malformed-ocsp-response");
}

TEST_F(EmbeddedEvidenceRaised, DamagedEvidenceThatWasNeededIsNamedByTheRefusal) {
  const Bytes document =
      signed_document([&](test::HandmadeCms& cms) { cms.attributes.push_back(archive({test::hex("3003020101")})); });
  const auto made = augment(document);
  ASSERT_THAT(made, FailsWith(ErrorCode::evidence_incomplete));
  const auto& causes = made.error().causes;
  EXPECT_TRUE(std::any_of(causes.begin(), causes.end(), [](const Error& each) {
    return each.code == ErrorCode::malformed_ocsp_response && each.where.starts_with("signature Signature1");
  })) << to_string(made.error());
}

// A forged statement is material like any other: what is in a CMS is believed no more than what a server says.
TEST_F(EmbeddedEvidenceRaised, AResponseOfNoAuthorityProvesNothing) {
  pki::Authority impostor("Loopback Root");
  const pki::OcspResponse forged = test::answer_by_issuer(impostor, signer_.certificate, [&](auto& content) {
    content.responses[0].certificate_id =
        test::value_or_throw(pki::encode_ocsp_certificate_id(signer_.certificate, authority_.certificate()));
    content.produced_at = content.responses[0].this_update = fixture_.clock.time - std::chrono::minutes(10);
    content.responses[0].next_update = fixture_.clock.time + std::chrono::hours(1);
  });
  const Bytes document =
      signed_document([&](test::HandmadeCms& cms) { cms.attributes.push_back(archive({forged.der()})); });
  EXPECT_THAT(augment(document), FailsWith(ErrorCode::evidence_incomplete));
}

}  // namespace
}  // namespace rakkan::service
