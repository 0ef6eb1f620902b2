// The memory of EvidenceGatherer beside the cache: the third gathering of the same kind is answered from it, and says
// what a gathering would. `encoded` shows that an answer was remembered.
#include <gmock/gmock.h>

#include "rakkan/pades/dss.hpp"
#include "rakkan/service/evidence_gatherer.hpp"
#include "support/evidence_world.hpp"
#include "support/exchange_fixture.hpp"
#include "support/fake_clock.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using pki::EvidenceRole;
using pki::EvidenceSubject;
using pki::FreshnessDemand;
using test::EvidenceWorld;
using test::http_answer;
using test::kDay;
using test::kLater;
using test::LoopbackExchange;

constexpr auto kSpan = 60s;

class EvidenceMemories : public test::ExchangeFixture {
 protected:
  EvidenceMemories() { options.allowed_origins = {server.url()}; }

  void serve(const LoopbackExchange& client) {
    const std::lock_guard lock(mutex);
    const bool ocsp = client.head.find(" /ocsp") != std::string::npos;
    const bool crl = client.head.find(" /root.crl") != std::string::npos;
    const auto answer = [&](ByteView body, const char* type) {
      client.send(http_answer("200 OK", text_of(body), std::string("Content-Type: ") + type + "\r\n"));
    };
    ocsp  ? answer(world.ocsp(kLater - 1h, change).der(), "application/ocsp-response")
    : crl ? answer(EvidenceWorld::crl(world.root, kLater - 1h, change_of_list).der(), "application/pkix-crl")
          : answer(world.ca_certificate.der(), "application/pkix-cert");
  }
  static pki::Change with_places(const test::ScriptedServer& server) {
    return [&server](pki::CertificateTemplate& content) {
      content.ocsp_url = server.url() + "/ocsp";
      content.ca_issuers_url = server.url() + "/ca";
    };
  }

  EvidenceSubject subject(FreshnessDemand demand = FreshnessDemand::cached(kDay)) const {
    EvidenceSubject made = world.subject(demand);
    made.time = clock.time;
    return made;
  }
  GatheredEvidence gather(std::vector<EvidenceSubject> subjects, pki::EvidenceMaterial material = {}) {
    if (!gatherer) {
      network.emplace(fetch::EvidenceEnvironment{options, loop(), cache, clock, pool});
      gatherer.emplace(GathererEnvironment{&*network, nullptr, pool, clock, random});
    }
    EvidenceRequest request{.subjects = std::move(subjects),
                            .material = std::move(material),
                            .trust = trust,
                            .deadline = async::deadline_in(test::kPatience)};
    return async::block_on(gatherer->gather(std::move(request))).value();
  }
  GatheredEvidence gather() { return gather({subject()}); }
  // Gathers twice, after which the third time is answered from memory, and makes sure of that.
  void remember() {
    EXPECT_EQ(gather().encoded, nullptr);
    EXPECT_EQ(gather().encoded, nullptr);
    ASSERT_NE(gather().encoded, nullptr);
  }

  std::mutex mutex;
  test::OcspChange change;  // of the responder's answers
  std::function<void(pki::CrlTemplate&)> change_of_list;
  test::ScriptedServer server{[this](const LoopbackExchange& client) { serve(client); }};
  EvidenceWorld world{[this](pki::CertificateTemplate& c) { c.crl_url = server.url() + "/root.crl"; },
                      with_places(server)};
  const std::shared_ptr<const pki::TrustStore> trust = std::make_shared<const pki::TrustStore>(world.trust);
  test::FakeClock clock{kLater};
  fetch::MemoryEvidenceCache cache;
  async::BoundedPool pool{{"cpu", 2, 64}};
  test::StuckRandom random;
  std::optional<fetch::EvidenceEnvironment> network;
  std::optional<EvidenceGatherer> gatherer;
};

TEST_F(EvidenceMemories, TheThirdGatheringSaysWhatTheSecondSaid) {
  const GatheredEvidence first = gather();
  const GatheredEvidence second = gather();
  clock.time += 10s;
  const GatheredEvidence third = gather();
  EXPECT_EQ(first.encoded, nullptr);
  EXPECT_EQ(second.encoded, nullptr);
  ASSERT_NE(third.encoded, nullptr);
  EXPECT_EQ(third.state(), EvidenceState::complete);
  EXPECT_EQ(third.asked, 0U);
  EXPECT_EQ(third.from_cache, 3U);
  EXPECT_EQ(third.time, clock.time);
  ASSERT_EQ(third.table.rows.size(), second.table.rows.size());
  for (std::size_t i = 0; i < third.table.rows.size(); ++i) {
    const pki::EvidenceRow& row = third.table.rows[i];
    EXPECT_EQ(row.certificate, second.table.rows[i].certificate);
    EXPECT_EQ(row.object->index, second.table.rows[i].object->index);
  }
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(EvidenceMemories, ItsTimesAreThoseOfTheRequest) {
  remember();
  clock.time += 7s;
  EvidenceSubject labelled = subject();
  labelled.label = "Signature7";
  const pki::EvidenceTable table = gather({labelled}).table;
  EXPECT_EQ(table.subjects[0].time, clock.time);
  EXPECT_EQ(table.subjects[0].label, "Signature7");
  EXPECT_EQ(table.rows[0].time, clock.time);
  EXPECT_EQ(table.rows[0].freshness->difference, -(1h + 7s));
  ASSERT_EQ(table.rows.back().place, pki::EvidencePlace::authority);
  EXPECT_EQ(table.rows.back().time, clock.time) << "of the path of the subject, too";
  EXPECT_EQ(table.rows[1].place, pki::EvidencePlace::responder);
  EXPECT_EQ(table.rows[1].time, kLater - 1h) << "when it signed";
}

TEST_F(EvidenceMemories, NothingElseIsNeededForIt) {
  remember();
  pool.stop();  // on which tables are made and answers are read
  EXPECT_EQ(gather().state(), EvidenceState::complete);
}

TEST_F(EvidenceMemories, ItLastsAMinute) {
  remember();
  clock.time += kSpan;
  EXPECT_NE(gather().encoded, nullptr);
  clock.time += 1ms;
  EXPECT_EQ(gather().encoded, nullptr);
  EXPECT_NE(gather().encoded, nullptr) << "remembered anew";
}

TEST_F(EvidenceMemories, AnEarlierTimeIsAnotherQuestion) {
  remember();
  EvidenceSubject earlier = subject();
  earlier.time -= 1ms;
  EXPECT_EQ(gather({earlier}).encoded, nullptr);
}

TEST_F(EvidenceMemories, WhatTheCacheForgetsIsForgotten) {
  remember();
  for (const auto& entry : cache.entries()) {
    cache.forget(entry.key);
  }
  EXPECT_EQ(gather().asked, 3U);
}

TEST_F(EvidenceMemories, WhatTheCacheReplacesIsReplaced) {
  remember();
  {
    const std::lock_guard lock(mutex);
    change = EvidenceWorld::revoked_at(kLater - 30min);
  }
  EXPECT_EQ(gather().state(), EvidenceState::complete) << "nobody has asked again";
  EXPECT_EQ(gather({subject(FreshnessDemand::cached(1h))}).state(), EvidenceState::revoked)
      << "newer data are demanded";
  EXPECT_EQ(gather().state(), EvidenceState::revoked) << "and the cache has them for everybody";
}

TEST_F(EvidenceMemories, EvidenceThatEndsSoonIsNotRemembered) {
  change = [](pki::OcspResponseTemplate& content) { content.responses.at(0).next_update = kLater + kSpan - 1s; };
  EXPECT_EQ(gather().asked, 3U);
  EXPECT_EQ(gather().encoded, nullptr);
  EXPECT_EQ(gather().encoded, nullptr);
}

TEST_F(EvidenceMemories, EvidenceThatIsSoonTooOldIsNotRemembered) {
  const FreshnessDemand demand = FreshnessDemand::cached(1h + kSpan);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(gather({subject(demand)}).encoded, nullptr);
  }
}

TEST_F(EvidenceMemories, ARevocationToComeIsNotMissed) {
  change = EvidenceWorld::revoked_at(kLater + 30s);
  for (int i = 0; i < 3; ++i) {
    const GatheredEvidence evidence = gather();
    EXPECT_EQ(evidence.state(), EvidenceState::complete);
    EXPECT_EQ(evidence.encoded, nullptr);
  }
  clock.time += 30s;
  EXPECT_EQ(gather().state(), EvidenceState::revoked);
}

TEST_F(EvidenceMemories, EveryPartOfTheQuestionCounts) {
  remember();
  const auto changed = [&](const auto& by) {
    EvidenceSubject other = subject();
    by(other);
    return gather({other}).encoded;
  };
  EXPECT_EQ(changed([](EvidenceSubject& s) { s.demand = FreshnessDemand::cached(kDay - 1s); }), nullptr);
  EXPECT_EQ(changed([](EvidenceSubject& s) { s.from.origin = pki::EvidenceOrigin::fetched; }), nullptr);
  EXPECT_EQ(changed([](EvidenceSubject& s) { s.from.existed_at = s.time; }), nullptr);
  EXPECT_EQ(changed([&](EvidenceSubject& s) { s.certificates = {world.ca_certificate}; }), nullptr);
  EXPECT_EQ(changed([](EvidenceSubject& s) { s.role = EvidenceRole::signature_timestamp_unit; }), nullptr);
  EXPECT_EQ(
      changed([](EvidenceSubject& s) { s.algorithms = {{"signature", {true, std::nullopt, std::nullopt, "SHA-1"}}}; }),
      nullptr);
  EXPECT_EQ(gather({subject(), subject()}).encoded, nullptr);
  pki::EvidenceMaterial material;
  material.add(world.ca_certificate, {pki::EvidenceOrigin::document});
  EXPECT_EQ(gather({subject()}, material).encoded, nullptr);
  EXPECT_NE(gather().encoded, nullptr) << "that one is still there";
}

TEST_F(EvidenceMemories, WhatWaitsForNewerDataIsNotRemembered) {
  EvidenceSubject waiting = subject(FreshnessDemand::after_signature(0ms));
  waiting.time = kLater - 2h;
  for (int i = 0; i < 3; ++i) {
    const GatheredEvidence evidence = gather({waiting});
    EXPECT_EQ(evidence.state(), EvidenceState::complete);
    EXPECT_EQ(evidence.encoded, nullptr);
  }
}

TEST_F(EvidenceMemories, AnErasureReachesIt) {
  remember();
  gatherer->forget();
  EXPECT_EQ(gather().encoded, nullptr);
}

TEST_F(EvidenceMemories, TheStreamsAreThoseOfTheTable) {
  remember();
  const GatheredEvidence evidence = gather();
  const auto has = [&](ByteView data) {
    return evidence.encoded->find(crypto::digest(crypto::DigestAlgorithm::sha256, data)) != nullptr;
  };
  const pki::EvidenceTable::Used used = evidence.table.used();
  ASSERT_FALSE(used.certificates.empty() || used.lists.empty() || used.responses.empty());
  for (const pki::Certificate& each : used.certificates) {
    EXPECT_TRUE(has(each.der()));
  }
  EXPECT_TRUE(has(evidence.material.responses()[used.responses.front()].response.response_der()));
  EXPECT_TRUE(has(evidence.material.lists()[used.lists.front()].list.der()));
}

}  // namespace
}  // namespace rakkan::service
