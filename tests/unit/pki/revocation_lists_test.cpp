// RFC 5280 §6.3 on CRLs of every kind, at a control time and as facts.
#include <gmock/gmock.h>

#include "rakkan/pki/revocation_processing.hpp"
#include "support/result_matchers.hpp"
#include "support/revocation_world.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kUrl = "http://crl.example/1.crl";
constexpr std::uint16_t kCompromise = 0x006;                // keyCompromise, cACompromise
constexpr std::uint16_t kOtherReasons = 0x1FE & ~0x006;     // the other six
constexpr std::uint32_t kCompromiseMsbFirst = 0b011000000;  // the same two, as the extension has them

CrlTemplate& scoped(CrlTemplate& content, const CrlScope& scope) {
  content.scope = scope;
  return content;
}
RevocationWorld::CrlChange with_scope(const CrlScope& scope) {
  return [=](CrlTemplate& content) { content.scope = scope; };
}

std::string flaws_of(const RevocationVerdict& verdict) {
  std::string flaws;
  for (const RevocationObjection& each : verdict.objections) {
    flaws += std::string(flaws.empty() ? "" : " ") + std::string(to_string(each.flaw));
  }
  return flaws;
}

// ---- Complete lists

TEST(RevocationLists, WithoutAnyNothingIsKnown) {
  const RevocationWorld world;
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_THAT(verdict.objections, IsEmpty());
  EXPECT_EQ(verdict.detail, "no information on revocation is given");
}

TEST(RevocationLists, ACompleteListWithoutTheCertificateMakesItGood) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, RevocationWorld::revoking({0x12}))};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::good);
  ASSERT_EQ(verdict.proofs.size(), 1U);
  EXPECT_EQ(verdict.proofs[0].right, RevocationRight::issuer);
}

TEST(RevocationLists, AnEntryRevokesFromItsTimeOn) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, RevocationWorld::revoking(kLeaf))};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::revoked);
  EXPECT_EQ(verdict.revocation->time, kControl - 24h);
  EXPECT_EQ(verdict.revocation->reason, CrlReason::key_compromise);
  EXPECT_EQ(world.status(kControl - 24h).state, RevocationState::revoked) << "that second included";
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::good) << "a later list tells of earlier times";
}

TEST(RevocationLists, AStaleListTellsNoMoreThanRevocations) {
  RevocationWorld world;
  const auto stale = [](CrlTemplate& content) { content.next_update = kControl - 1min; };
  world.lists = {world.list(world.ca, stale)};
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  EXPECT_TRUE(world.status().has(RevocationFlaw::not_current));
  EXPECT_EQ(world.status(kControl - 1min).state, RevocationState::good);
  world.lists = {world.list(world.ca, [&](CrlTemplate& content) {
    RevocationWorld::revoking(kLeaf)(content);
    stale(content);
  })};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  world.lists = {world.list(world.ca, [&](CrlTemplate& content) {
    RevocationWorld::revoking(kLeaf, CrlReason::certificate_hold)(content);
    stale(content);
  })};
  EXPECT_EQ(world.status().state, RevocationState::unknown) << "a hold may have ended since";
}

TEST(RevocationLists, ALaterListTakesAHoldBackAndNothingElse) {
  RevocationWorld world;
  const auto earlier = [](CrlReason reason) {
    return [=](CrlTemplate& content) {
      RevocationWorld::revoking(kLeaf, reason)(content);
      content.this_update = kControl - 2h;
    };
  };
  world.lists = {world.list(world.ca), world.list(world.ca, earlier(CrlReason::certificate_hold))};
  EXPECT_EQ(world.status().state, RevocationState::good);
  world.lists = {world.list(world.ca), world.list(world.ca, earlier(CrlReason::superseded))};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  const auto at_the_same_time = RevocationWorld::revoking(kLeaf, CrlReason::certificate_hold);
  world.lists = {world.list(world.ca), world.list(world.ca, at_the_same_time)};
  EXPECT_EQ(world.status().state, RevocationState::revoked) << "of equal age the worse one counts";
}

TEST(RevocationLists, AListOfATimeAfterTheCertificatesEndMayHaveForgottenIt) {
  RevocationWorld world({}, [](CertificateTemplate& content) { content.validity.not_after = kControl - 24h; });
  world.lists = {world.list(world.ca)};
  EXPECT_TRUE(world.status(kControl - 25h).has(RevocationFlaw::certificate_ended));
  const auto keeps_since = [](std::string_view time) {
    return [=](CrlTemplate& content) {
      Bytes value{0x18, static_cast<Byte>(time.size())};
      append(value, time);
      content.other_extensions = {{{2, 5, 29, 60}, false, value}};
    };
  };
  world.lists = {world.list(world.ca, keeps_since("20260101000000Z"))};
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::good);
  world.lists = {world.list(world.ca, keeps_since("20260130120000Z"))};
  EXPECT_EQ(world.status(kControl - 25h).state, RevocationState::unknown) << "it ended before";
}

TEST(RevocationLists, WhatTheIssuerSignedAfterItWasRevokedDoesNotCount) {
  RevocationWorld world;
  world.lists = {world.list(world.ca),
                 world.list(world.root, RevocationWorld::revoking(kCa, CrlReason::key_compromise, kControl - 2h))};
  EXPECT_TRUE(world.status(kControl - 3h).has(RevocationFlaw::signer_revoked));
  world.lists[1] = world.list(world.root, RevocationWorld::revoking(kCa, CrlReason::key_compromise, kControl - 30min));
  EXPECT_EQ(world.status(kControl - 3h).state, RevocationState::good);
}

TEST(RevocationLists, AnUnknownCriticalExtensionMakesAListUseless) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, [](CrlTemplate& content) {
    content.other_extensions = {{{1, 2, 392, 99999, 1}, true, Bytes{0x05, 0x00}}};
  })};
  EXPECT_EQ(flaws_of(world.status()), "critical_extension");
}

TEST(RevocationLists, TheSignatureIsThatOfTheIssuer) {
  RevocationWorld world;
  Authority impostor("CA");
  world.lists = {world.list(impostor)};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(flaws_of(verdict), "signature");
  EXPECT_EQ(world.facts().at(0).signature, RevocationSignature::failed);
}

TEST(RevocationLists, TheIssuersKeyUsageHasToAllowIt) {
  RevocationWorld world;
  world.ca_certificate = world.root.certify_ca(
      world.ca, numbered(kCa, [](CertificateTemplate& content) { content.key_usage = {KeyUsage::key_cert_sign}; }));
  world.certificates = {world.ca_certificate};
  world.lists = {world.list(world.ca)};
  EXPECT_EQ(flaws_of(world.status()), "crl_sign_missing");
}

// ---- Distribution points and scope (§6.3.3 b)

TEST(RevocationLists, APartitionedListIsOfItsOwnDistributionPoint) {
  RevocationWorld world({{.url = "HTTP://CRL.Example/1.crl"}});
  world.lists = {world.list(world.ca, with_scope({.url = kUrl}))};
  EXPECT_EQ(world.status().state, RevocationState::good) << "scheme and host without regard to case";
  world.lists = {world.list(world.ca, with_scope({.url = "http://crl.example/1.CRL"}))};
  EXPECT_EQ(flaws_of(world.status()), "distribution_point");
  world.lists = {world.list(world.ca)};
  EXPECT_EQ(world.status().state, RevocationState::good) << "a list without a name is of every point";
}

TEST(RevocationLists, WithoutDistributionPointsAPartitionedListIsOfOthers) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, with_scope({.url = kUrl}))};
  EXPECT_EQ(flaws_of(world.status()), "distribution_point");
}

TEST(RevocationLists, ListsOfOneKindOfCertificates) {
  RevocationWorld world({{.url = kUrl}});
  world.lists = {world.list(world.ca, with_scope({.url = kUrl, .only_contains_user_certificates = true}))};
  EXPECT_EQ(world.status().state, RevocationState::good);
  world.lists = {world.list(world.ca, with_scope({.url = kUrl, .only_contains_ca_certificates = true}))};
  EXPECT_EQ(flaws_of(world.status()), "only_ca_certificates");
  world.lists = {world.list(world.ca, with_scope({.url = kUrl, .only_contains_attribute_certificates = true}))};
  EXPECT_EQ(flaws_of(world.status()), "only_attribute_certificates");
  world.lists = {world.list(world.root, with_scope({.only_contains_user_certificates = true}))};
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict of_ca, processor.status_at(world.path(), 0, kControl));
  EXPECT_EQ(flaws_of(of_ca), "only_user_certificates");
}

// ---- Reasons (§6.3.3 d, e, l)

TEST(RevocationLists, ListsAboutSomeReasonsAreTogetherAboutAll) {
  RevocationWorld world;
  const CertificateList compromise = world.list(world.ca, with_scope({.only_some_reasons = kCompromise}));
  const CertificateList others = world.list(world.ca, with_scope({.only_some_reasons = kOtherReasons}));
  world.lists = {compromise};
  EXPECT_EQ(flaws_of(world.status()), "some_reasons");
  world.lists = {compromise, others};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::good);
  EXPECT_EQ(verdict.proofs.size(), 2U);
  world.lists = {compromise, compromise};
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  world.lists = {world.list(world.ca, [](CrlTemplate& content) {
    RevocationWorld::revoking(kLeaf)(scoped(content, {.only_some_reasons = kCompromise}));
  })};
  EXPECT_EQ(world.status().state, RevocationState::revoked) << "a revocation needs no other reasons";
}

TEST(RevocationLists, ADistributionPointMayBeAboutSomeReasons) {
  RevocationWorld world({{.url = kUrl, .reasons_msb_first = kCompromiseMsbFirst}});
  world.lists = {world.list(world.ca, with_scope({.url = kUrl}))};
  EXPECT_EQ(flaws_of(world.status()), "some_reasons");
  EXPECT_EQ(world.facts().at(0).reasons.bits, kCompromise);
  world.lists = {world.list(world.ca, with_scope({.url = kUrl, .only_some_reasons = kOtherReasons}))};
  EXPECT_EQ(flaws_of(world.status()), "no_reasons");
}

TEST(RevocationLists, FactsPutListsAboutSomeReasonsTogether) {
  RevocationWorld world;
  world.lists = {world.list(world.ca,
                            [](CrlTemplate& content) {
                              scoped(content, {.only_some_reasons = kCompromise}).this_update = kControl - 3h;
                            }),
                 world.list(world.ca, [](CrlTemplate& content) {
                   scoped(content, {.only_some_reasons = kOtherReasons}).next_update = kControl + 1h;
                 })};
  const auto facts = world.facts();
  const auto whole =
      std::find_if(facts.begin(), facts.end(), [](const RevocationFact& each) { return each.is_conclusive(); });
  ASSERT_NE(whole, facts.end());
  EXPECT_EQ(facts.size(), 3U);
  EXPECT_EQ(whole->others.size(), 1U);
  EXPECT_EQ(whole->times.this_update, kControl - 3h) << "the earliest";
  EXPECT_EQ(whole->times.next_update, kControl + 1h);
}

// ---- Indirect lists and CRL issuers (§6.3.3 b 1, f)

struct IndirectWorld : RevocationWorld {
  IndirectWorld() : RevocationWorld({{.url = kUrl, .crl_issuer = name_of("CRL issuer")}}) {
    certificates.push_back(issuer_certificate);
  }
  [[nodiscard]] CertificateList indirect(const CrlChange& change = {}) {
    return list(crl_issuer, [&](CrlTemplate& content) {
      content.scope = CrlScope{.url = kUrl, .indirect_crl = true};
      if (change) {
        change(content);
      }
    });
  }
  Authority crl_issuer{"CRL issuer"};
  Certificate issuer_certificate = crl_issuer_certificate(root, crl_issuer);
};

TEST(RevocationLists, AnIndirectListOfANamedIssuerCounts) {
  IndirectWorld world;
  world.lists = {world.indirect(), world.list(world.root)};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::good) << flaws_of(verdict);
  ASSERT_EQ(verdict.proofs.size(), 1U);
  EXPECT_EQ(verdict.proofs[0].right, RevocationRight::crl_issuer);
  EXPECT_EQ(verdict.proofs[0].signer, world.issuer_certificate);
  ASSERT_EQ(verdict.proofs[0].signer_paths.size(), 1U);
  EXPECT_THAT(verdict.proofs[0].signer_paths[0].certificates, ElementsAre(world.issuer_certificate));
}

TEST(RevocationLists, AnEntryOfAnIndirectListNamesTheIssuer) {
  IndirectWorld world;
  const auto revoking = [](std::optional<Name> issuer) {
    return [=](CrlTemplate& content) {
      content.revoked = {RevocationWorld::entry(kLeaf)};
      content.revoked[0].certificate_issuer = issuer;
    };
  };
  world.lists = {world.indirect(revoking(world.ca.name())), world.list(world.root)};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  world.lists[0] = world.indirect(revoking(std::nullopt));
  EXPECT_EQ(world.status().state, RevocationState::good) << "a certificate of the CRL issuer itself";
  world.lists[0] = world.indirect(revoking(name_of("Other")));
  EXPECT_EQ(world.status().state, RevocationState::good);
}

TEST(RevocationLists, TheListOfANamedIssuerHasToBeIndirect) {
  IndirectWorld world;
  world.lists = {world.list(world.crl_issuer, with_scope({.url = kUrl})), world.list(world.root)};
  EXPECT_EQ(flaws_of(world.status()), "not_indirect");
}

TEST(RevocationLists, AnIndirectListOfAnIssuerThatNoPointNamesIsNotLookedAt) {
  IndirectWorld world;
  Authority stranger("Stranger");
  world.certificates.push_back(world.crl_issuer_certificate(world.root, stranger));
  world.lists = {world.list(stranger, with_scope({.url = kUrl, .indirect_crl = true}))};
  EXPECT_THAT(world.status().objections, IsEmpty());
}

TEST(RevocationLists, ACrlIssuersPathLeadsToTheSameAnchor) {
  IndirectWorld world;
  Authority other_root("Other root");
  world.certificates = {world.ca_certificate, other_root.self_signed(),
                        world.crl_issuer_certificate(other_root, world.crl_issuer)};
  world.lists = {world.indirect(), world.list(other_root)};
  EXPECT_EQ(flaws_of(world.status()), "no_path");
}

TEST(RevocationLists, ACrlIssuerIsJudgedItself) {
  IndirectWorld world;
  world.lists = {world.indirect()};
  EXPECT_EQ(flaws_of(world.status()), "signer_unproven");
  world.lists = {world.indirect(), world.list(world.root, RevocationWorld::revoking({0x41}))};
  EXPECT_EQ(flaws_of(world.status()), "signer_revoked");
  world.certificates.back() = world.crl_issuer_certificate(
      world.root, world.crl_issuer, [](CertificateTemplate& content) { content.validity.not_after = kControl - 1s; });
  world.lists = {world.indirect(), world.list(world.root)};
  EXPECT_EQ(flaws_of(world.status()), "signer_path");
  world.certificates.back() = world.crl_issuer_certificate(
      world.root, world.crl_issuer,
      [](CertificateTemplate& content) { content.key_usage = {KeyUsage::digital_signature}; });
  EXPECT_EQ(flaws_of(world.status()), "crl_sign_missing");
}

TEST(RevocationLists, AnAnchorThatIsNotTrustedForRevocationHasNoCrlIssuers) {
  IndirectWorld world;
  world.lists = {world.indirect(), world.list(world.root)};
  CertificationPath path = world.path();
  path.anchor.purposes.revocation = false;
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict verdict, processor.status_at(path, 1, kControl));
  EXPECT_EQ(flaws_of(verdict), "no_path");
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict of_ca, processor.status_at(path, 0, kControl));
  EXPECT_EQ(of_ca.state, RevocationState::good) << "the issuer itself is no other CRL issuer";
}

TEST(RevocationLists, TheIssuerMayHaveAnotherKeyForItsLists) {
  RevocationWorld world;
  Authority crl_key("CA");
  world.certificates.push_back(world.crl_issuer_certificate(world.root, crl_key));
  world.lists = {world.list(crl_key), world.list(world.root)};
  const RevocationVerdict verdict = world.status();
  ASSERT_EQ(verdict.state, RevocationState::good) << flaws_of(verdict);
  EXPECT_EQ(verdict.proofs[0].right, RevocationRight::issuer_other_key);
}

// PKITS 4.14.30: the CRL issuer's certificate names itself as its CRL issuer.
TEST(RevocationLists, ACrlIssuerMaySpeakAboutItselfWhereItsOwnPointSaysSo) {
  IndirectWorld world;
  world.certificates.back() =
      world.crl_issuer_certificate(world.ca, world.crl_issuer, [&](CertificateTemplate& content) {
        content.other_extensions = {distribution_points({{.url = kUrl, .crl_issuer = world.crl_issuer.name()}})};
      });
  world.lists = {world.indirect(), world.list(world.root)};
  EXPECT_EQ(world.status().state, RevocationState::good) << flaws_of(world.status());
  world.lists[0] = world.indirect([&](CrlTemplate& content) {
    content.revoked = {RevocationWorld::entry({0x41})};
    content.revoked[0].certificate_issuer = world.ca.name();
  });
  EXPECT_EQ(flaws_of(world.status()), "signer_revoked");
}

// The new key of a CA, certified by its old one: its list says nothing about that certificate, unless its point says
// so.
TEST(RevocationLists, NoOtherCertificateIsProvenGoodByItsOwnKey) {
  RevocationWorld world;
  Authority new_key("CA");
  const Certificate new_with_old = world.ca.certify_ca(new_key, numbered({0x51}));
  world.certificates.push_back(new_with_old);
  world.lists = {world.list(new_key)};
  const CertificationPath path{{world.root_certificate}, {world.ca_certificate, new_with_old}};
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  ASSERT_OK_AND_ASSIGN(const RevocationVerdict verdict, processor.status_at(path, 1, kControl));
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_EQ(flaws_of(verdict), "own_word");
}

// Two CRL issuers, each of which says that the other one is good.
TEST(RevocationLists, CrlIssuersThatProveOneAnotherProveNothing) {
  Authority first("First");
  Authority second("Second");
  RevocationWorld world({{.url = kUrl, .crl_issuer = first.name()}});
  const auto naming = [](const Authority& issuer, Bytes serial) {
    return numbered(std::move(serial), [&issuer](CertificateTemplate& content) {
      content.other_extensions = {distribution_points({{.url = kUrl, .crl_issuer = issuer.name()}})};
    });
  };
  world.certificates.push_back(world.crl_issuer_certificate(world.root, first, naming(second, {0x41})));
  world.certificates.push_back(world.crl_issuer_certificate(world.root, second, naming(first, {0x42})));
  const auto scope = with_scope({.url = kUrl, .indirect_crl = true});
  world.lists = {world.list(first, scope), world.list(second, scope)};
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_EQ(flaws_of(verdict), "circular");
  world.lists.push_back(world.list(world.root));
  EXPECT_EQ(world.status().state, RevocationState::good) << "the root knows them both";
}

// ---- Delta lists (§5.2.4, §6.3.3 c, h, i, k)

RevocationWorld::CrlChange delta(std::uint64_t base, std::uint64_t number, std::vector<RevokedCertificate> entries = {},
                                 Instant this_update = kControl - 30min) {
  return [=](CrlTemplate& content) {
    content.base_number = base;
    content.number = number;
    content.revoked = entries;
    content.this_update = this_update;
  };
}

TEST(RevocationLists, ADeltaAddsRevocations) {
  RevocationWorld world;
  world.lists = {world.list(world.ca), world.list(world.ca, delta(5, 6, {RevocationWorld::entry(kLeaf)}))};
  EXPECT_EQ(world.status().state, RevocationState::revoked);
  const auto facts = world.facts();
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_TRUE(facts[0].delta) << "the newer one first";
  EXPECT_EQ(facts[0].state, RevocationState::revoked);
  EXPECT_EQ(facts[0].times.this_update, kControl - 30min);
  EXPECT_EQ(facts[1].state, RevocationState::good);
}

TEST(RevocationLists, ADeltaTakesRevocationsBack) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, RevocationWorld::revoking(kLeaf, CrlReason::certificate_hold)),
                 world.list(world.ca, delta(5, 6, {RevocationWorld::entry(kLeaf, CrlReason::remove_from_crl)}))};
  EXPECT_EQ(world.status().state, RevocationState::good);
  world.lists[1] = world.list(world.ca, delta(5, 6));
  EXPECT_EQ(world.status().state, RevocationState::revoked) << "what a delta does not name stays as it was";
}

TEST(RevocationLists, OfSeveralDeltasTheNewestCounts) {
  RevocationWorld world;
  world.lists = {world.list(world.ca),
                 world.list(world.ca, delta(5, 6, {RevocationWorld::entry(kLeaf, CrlReason::certificate_hold)})),
                 world.list(world.ca, delta(5, 7, {}, kControl - 10min))};
  EXPECT_EQ(world.status().state, RevocationState::good) << "the hold was over before the next complete list";
}

TEST(RevocationLists, ACurrentDeltaMakesAStaleListCurrent) {
  RevocationWorld world;
  world.lists = {world.list(world.ca,
                            [](CrlTemplate& content) {
                              content.this_update = kControl - 24h;
                              content.next_update = kControl - 1h;
                            }),
                 world.list(world.ca, delta(4, 6))};
  EXPECT_EQ(world.status().state, RevocationState::good);
}

TEST(RevocationLists, ADeltaContinuesNoListOfOtherNumbers) {
  RevocationWorld world;
  const std::vector<RevokedCertificate> entries = {RevocationWorld::entry(kLeaf)};
  world.lists = {world.list(world.ca), world.list(world.ca, delta(6, 7, entries))};
  EXPECT_EQ(world.status().state, RevocationState::good) << "it is based on a later list";
  EXPECT_TRUE(world.status().has(RevocationFlaw::delta_without_base));
  world.lists = {world.list(world.ca), world.list(world.ca, delta(4, 5, entries))};
  EXPECT_TRUE(world.status().has(RevocationFlaw::delta_without_base)) << "the list is as new";
  world.lists = {world.list(world.ca), world.list(world.ca, delta(300, 301, entries))};
  EXPECT_TRUE(world.status().has(RevocationFlaw::delta_without_base)) << "numbers of more octets are greater";
}

TEST(RevocationLists, ADeltaContinuesNoListOfAnotherScopeOrKey) {
  RevocationWorld world;
  world.lists = {world.list(world.ca), world.list(world.ca, [](CrlTemplate& content) {
                   delta(5, 6)(scoped(content, {.only_contains_user_certificates = true}));
                 })};
  EXPECT_TRUE(world.status().has(RevocationFlaw::delta_without_base));
  world.lists[1] = world.list(world.ca, [](CrlTemplate& content) {
    delta(5, 6)(content);
    content.authority_key_identifier = Bytes(20, 0x77);
  });
  EXPECT_TRUE(world.status().has(RevocationFlaw::delta_without_base));
  Authority impostor("CA");
  world.lists[1] = world.list(impostor, [&](CrlTemplate& content) {
    delta(5, 6, {RevocationWorld::entry(kLeaf)})(content);
    content.authority_key_identifier = key_identifier(world.ca.spki()).value();
  });
  EXPECT_EQ(world.status().state, RevocationState::good);
  EXPECT_EQ(flaws_of(world.status()), "signature");
}

TEST(RevocationLists, ADeltaAloneIsNoList) {
  RevocationWorld world;
  world.lists = {world.list(world.ca, delta(5, 6))};
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  EXPECT_EQ(flaws_of(world.status()), "delta_without_base");
}

// ---- Exemptions

TEST(RevocationLists, ACertificateThatSaysThatThereIsNoneNeedsNone) {
  RevocationWorld world({}, [](CertificateTemplate& content) {
    content.other_extensions.push_back({{2, 5, 29, 56}, false, Bytes{0x05, 0x00}});  // noRevAvail, RFC 9608
  });
  const RevocationVerdict verdict = world.status();
  EXPECT_EQ(verdict.state, RevocationState::good);
  EXPECT_TRUE(verdict.is_exempt);
  world.lists = {world.list(world.ca, RevocationWorld::revoking(kLeaf))};
  EXPECT_EQ(world.status().state, RevocationState::revoked) << "known all the same";
}

TEST(RevocationLists, ThePathHasToHaveTheCertificate) {
  const RevocationWorld world;
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  EXPECT_THAT(processor.status_at(world.path(), 2, kControl), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(processor.facts({{world.root_certificate}, {}}, 0), FailsWith(ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace rakkan::pki
