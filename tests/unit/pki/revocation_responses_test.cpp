// RFC 6960 §3.2 in revocation processing: responders with paths of their own, at a control time and as facts.
#include <gmock/gmock.h>

#include "rakkan/pki/revocation_processing.hpp"
#include "support/result_matchers.hpp"
#include "support/revocation_world.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

std::string flaws_of(const RevocationVerdict& verdict) {
  std::string flaws;
  for (const RevocationObjection& each : verdict.objections) {
    flaws += std::string(flaws.empty() ? "" : " ") + std::string(to_string(each.flaw));
  }
  return flaws;
}

void no_check(CertificateTemplate& content) { content.ocsp_no_check = true; }

// A world with a responder to which the CA has delegated its responses.
struct OcspWorld : RevocationWorld {
  explicit OcspWorld(const Change& of_responder = no_check, const Change& of_leaf = {})
      : RevocationWorld({}, of_leaf), responder_certificate(responder_certificate_of(of_responder)) {}
  [[nodiscard]] Certificate responder_certificate_of(const Change& change) {
    return RevocationWorld::responder_certificate(ca, responder, change);
  }
  [[nodiscard]] OcspResponse answer(const OcspChange& change = {}) {
    return response(leaf, ca_certificate, responder_certificate, responder, change);
  }
  Authority responder{"Responder"};
  Certificate responder_certificate;
};

void revoked(OcspResponseTemplate& content) {
  content.responses[0].status = OcspCertificateStatus::revoked;
  content.responses[0].revocation_time = kControl - 24h;
  content.responses[0].reason = CrlReason::superseded;
}

TEST(RevocationResponses, AGoodResponseMakesTheCertificateGood) {
  OcspWorld world;
  world.responses = {world.answer()};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::good) << flaws_of(verdict);
  const auto facts = world.facts();
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_TRUE(facts[0].is_conclusive());
  EXPECT_EQ(facts[0].source, RevocationSource::ocsp);
  EXPECT_EQ(facts[0].right, RevocationRight::delegated_responder);
  EXPECT_EQ(facts[0].signature, RevocationSignature::verified);
  EXPECT_TRUE(facts[0].no_check);
  EXPECT_EQ(facts[0].times.produced_at, kControl - 1h);
  ASSERT_EQ(facts[0].signer_paths.size(), 1U);
  EXPECT_THAT(facts[0].signer_paths[0].certificates, ElementsAre(world.ca_certificate, world.responder_certificate));
}

TEST(RevocationResponses, TheIssuerMayAnswerItself) {
  RevocationWorld world;
  world.responses = {world.response(world.leaf, world.ca_certificate, world.ca_certificate, world.ca)};
  EXPECT_EQ(world.status().state, RevocationState::good);
  EXPECT_EQ(world.facts().at(0).right, RevocationRight::issuer);
}

TEST(RevocationResponses, ARevocationCountsFromItsTimeOn) {
  OcspWorld world;
  world.responses = {world.answer(revoked)};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  EXPECT_EQ(world.status().revocation->reason, CrlReason::superseded);
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::good);
}

TEST(RevocationResponses, ARevocationInAnyObjectCounts) {
  OcspWorld world;
  world.responses = {world.answer()};
  world.lists = {world.list(world.ca, RevocationWorld::revoking(kLeaf))};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  world.lists.clear();
  world.responses = {world.answer(), world.answer(revoked)};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
}

TEST(RevocationResponses, UnknownProvesNothing) {
  OcspWorld world;
  world.responses = {world.answer(
      [](OcspResponseTemplate& content) { content.responses[0].status = OcspCertificateStatus::unknown; })};
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  EXPECT_EQ(flaws_of(world.status()), "status_unknown");
  world.lists = {world.list(world.ca)};
  EXPECT_EQ(world.status().state, RevocationState::good) << "the list knows it";
}

TEST(RevocationResponses, OfSeveralAnswersInOneResponseEachIsAFact) {
  OcspWorld world;
  world.responses = {world.answer([](OcspResponseTemplate& content) {
    content.responses.push_back(content.responses[0]);
    content.responses[0].status = OcspCertificateStatus::revoked;
    content.responses[0].revocation_time = kControl - 24h;
    content.responses[0].reason = CrlReason::certificate_hold;
    content.responses[0].this_update = kControl - 2h;
  })};
  EXPECT_EQ(world.facts().size(), 2U);
  EXPECT_EQ(world.status().state, RevocationState::good) << "the later answer takes the hold back";
}

TEST(RevocationResponses, AResponseAboutAnotherIssuersCertificateIsNone) {
  OcspWorld world;
  Authority other("CA");  // another CA of that name
  const Certificate other_certificate = world.root.certify_ca(other, numbered({0x22}));
  world.responses = {world.answer([&](OcspResponseTemplate& content) {
    content.responses[0].certificate_id = encode_ocsp_certificate_id(world.leaf, other_certificate).value();
  })};
  EXPECT_EQ(flaws_of(world.status()), "certificate_id");
}

TEST(RevocationResponses, CertHashHasToBeThatOfTheCertificate) {
  OcspWorld world;
  const auto with_hash_of = [](const Certificate& certificate) {
    return [&certificate](OcspResponseTemplate& content) {
      content.responses[0].cert_hash = crypto::digest(crypto::DigestAlgorithm::sha256, certificate.der());
    };
  };
  world.responses = {world.answer(with_hash_of(world.ca_certificate))};
  EXPECT_EQ(flaws_of(world.status()), "cert_hash");
  world.responses = {world.answer(with_hash_of(world.leaf))};
  EXPECT_EQ(world.status().state, RevocationState::good);
  EXPECT_EQ(world.facts().at(0).cert_hash, OcspCertHashMatch::match);
}

TEST(RevocationResponses, AfterTheCertificatesEndOnlyWhoKnowsItCounts) {
  OcspWorld world(no_check, [](CertificateTemplate& content) { content.validity.not_after = kControl - 24h; });
  world.responses = {world.answer()};
  EXPECT_EQ(flaws_of(world.status(kControl - 25h)), "certificate_ended");
  world.responses = {
      world.answer([](OcspResponseTemplate& content) { content.responses[0].archive_cutoff = kControl - 48h; })};
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::good);
  world.responses = {world.answer([&](OcspResponseTemplate& content) {
    content.responses[0].cert_hash = crypto::digest(crypto::DigestAlgorithm::sha256, world.leaf.der());
  })};
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::good);
}

// ---- Responders

TEST(RevocationResponses, AResponderHasToBeCertifiedForIt) {
  const auto flaw_with = [](const Change& change) {
    OcspWorld world(change);
    world.responses = {world.answer()};
    return flaws_of(world.status());
  };
  EXPECT_EQ(flaw_with([](CertificateTemplate& content) {
              content.extended_key_usage = ExtendedKeyUsage{{kEkuEmailProtection}, false};
            }),
            "not_delegated");
  EXPECT_EQ(flaw_with([](CertificateTemplate& content) { content.key_usage = {KeyUsage::key_encipherment}; }),
            "responder_key_usage");
  EXPECT_EQ(flaw_with([](CertificateTemplate& content) {
              content.other_extensions = {{{1, 2, 392, 99999, 1}, true, Bytes{0x05, 0x00}}};
            }),
            "responder_extension");
  EXPECT_EQ(flaw_with([](CertificateTemplate& content) { content.validity.not_after = kControl - 2h; }),
            "responder_validity");
}

TEST(RevocationResponses, AResponderOfAnotherCaHasNoRight) {
  OcspWorld world;
  world.responder_certificate = world.RevocationWorld::responder_certificate(world.root, world.responder, no_check);
  world.responses = {world.answer()};
  EXPECT_EQ(flaws_of(world.status()), "not_delegated");
  Authority impostor("CA");
  world.responder_certificate = world.RevocationWorld::responder_certificate(impostor, world.responder, no_check);
  world.responses = {world.answer()};
  EXPECT_EQ(flaws_of(world.status()), "not_delegated");
}

TEST(RevocationResponses, ASignatureByAnotherKeyIsNone) {
  OcspWorld world;
  world.responses = {world.response(world.leaf, world.ca_certificate, world.responder_certificate, world.responder,
                                    [&](OcspResponseTemplate& content) { content.certificates = {}; })};
  EXPECT_EQ(flaws_of(world.status()), "signer_unknown");
  world.certificates.push_back(world.responder_certificate);
  EXPECT_EQ(world.status().state, RevocationState::good) << "found among the certificates at hand";
  Bytes spoiled = copy_of(world.responses[0].der());
  spoiled[spoiled.size() - 1] ^= 1;
  world.responses = {OcspResponse::parse(spoiled).value()};
  EXPECT_EQ(flaws_of(world.status()), "signature");
}

TEST(RevocationResponses, AResponderWithoutNocheckIsJudgedItself) {
  OcspWorld world(Change{});
  world.responses = {world.answer()};
  EXPECT_EQ(flaws_of(world.status()), "signer_unproven");
  world.lists = {world.list(world.ca)};
  EXPECT_EQ(flaws_of(world.status()), "") << "the list proves the responder good";
  // The list says nothing against the leaf, so that it stays good by it; the response does not count any more.
  world.lists = {world.list(world.ca, RevocationWorld::revoking({0x31}))};
  EXPECT_TRUE(world.status().has(RevocationFlaw::signer_revoked));
}

TEST(RevocationResponses, ARevokedResponderHelpsNotEvenWithNocheck) {
  OcspWorld world;
  world.responses = {world.answer()};
  world.lists = {world.list(world.ca, [](CrlTemplate& content) {
    content.scope = CrlScope{.only_some_reasons = std::uint16_t{0x002}};  // it says little about the leaf
    content.revoked = {RevocationWorld::entry({0x31})};
  })};
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  EXPECT_TRUE(world.status().has(RevocationFlaw::signer_revoked));
}

TEST(RevocationResponses, AResponderIsNotGoodByItsOwnWord) {
  OcspWorld world(Change{});
  const auto about_itself =
      world.response(world.responder_certificate, world.ca_certificate, world.responder_certificate, world.responder);
  world.responses = {world.answer(), about_itself};
  EXPECT_EQ(flaws_of(world.status()), "signer_unproven");
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  const CertificationPath path{{world.root_certificate}, {world.ca_certificate, world.responder_certificate}};
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict verdict, processor.status_at(path, 1, kControl));
  EXPECT_EQ(flaws_of(verdict), "own_word");
}

TEST(RevocationResponses, RespondersThatProveOneAnotherProveNothing) {
  OcspWorld world(Change{});
  Authority second("Second");
  const Certificate second_certificate = RevocationWorld::responder_certificate(world.ca, second, numbered({0x32}));
  world.responses = {
      world.answer(), world.response(world.responder_certificate, world.ca_certificate, second_certificate, second),
      world.response(second_certificate, world.ca_certificate, world.responder_certificate, world.responder)};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_EQ(flaws_of(verdict), "circular");
  world.lists = {world.list(world.root)};
  EXPECT_EQ(flaws_of(world.status()), "circular");
  // One of them is proven by the CA itself: so are all.
  world.responses.push_back(world.response(second_certificate, world.ca_certificate, world.ca_certificate, world.ca));
  EXPECT_EQ(world.status().state, RevocationState::good) << flaws_of(world.status());
}

TEST(RevocationResponses, ALongLineOfRespondersEnds) {
  OcspWorld world(Change{});
  world.responses = {world.answer()};
  Certificate last = world.responder_certificate;
  for (Byte i = 0; i < 20; ++i) {
    Authority next("Responder " + std::to_string(i));
    const Certificate certificate = RevocationWorld::responder_certificate(
        world.ca, next, numbered({0x60, i}, i == 19 ? Change(no_check) : Change()));
    world.responses.push_back(world.response(last, world.ca_certificate, certificate, next));
    last = certificate;
  }
  EXPECT_EQ(flaws_of(world.status()), "signer_unproven");
  const RevocationSources sources = world.sources();
  RevocationLimits limits;
  limits.depth = 32;
  RevocationProcessor processor(sources, limits);
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict verdict, processor.status_at(world.path(), 1, kControl));
  EXPECT_EQ(verdict.state, RevocationState::good) << flaws_of(verdict);
}

}  // namespace
}  // namespace rakkan::pki
