#include "rakkan/service/evidence_gatherer.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "rakkan/pki/ocsp_request.hpp"
#include "support/evidence_world.hpp"
#include "support/exchange_fixture.hpp"
#include "support/fake_clock.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using pki::EvidenceGap;
using pki::EvidencePlace;
using pki::EvidenceVerdict;
using pki::FreshnessDemand;
using test::EvidenceWorld;
using test::FailsWith;
using test::http_answer;
using test::IsOk;
using test::kDay;
using test::kLater;
using test::kLeafSerial;
using test::kSigned;
using test::LoopbackExchange;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string ok(ByteView body, std::string_view type = "application/octet-stream") {
  return http_answer("200 OK", text_of(body), "Content-Type: " + std::string(type) + "\r\n");
}
std::string ok(const pki::OcspResponse& response) { return ok(response.der(), "application/ocsp-response"); }
std::string ok(const pki::CertificateList& list) { return ok(list.der()); }
std::string ok(const pki::Certificate& certificate) { return ok(certificate.der()); }

// Callers that go on when so many have come.
class Meeting {
 public:
  // False when the others did not come in time.
  bool meet(int size) {
    std::unique_lock lock(mutex_);
    ++present_;
    changed_.notify_all();
    return changed_.wait_for(lock, test::kPatience, [&] { return present_ >= size; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int present_ = 0;
};

// A clock that tells how often it was read: once for each table, at least.
struct ReadClock final : Clock {
  explicit ReadClock(Instant at) : time(at) {}
  [[nodiscard]] Instant now() const override {
    ++reads;
    return time;
  }
  Instant time;
  mutable std::atomic<int> reads = 0;
};

// The servers of a PKI, at one port: /ocsp of the CA, /ca.crl, /root.crl, and /ca with the CA's certificate. By default
// all of them answer well, with data of an hour ago.
class Gatherers : public test::ExchangeFixture {
 protected:
  using Respond = std::function<std::string(const LoopbackExchange&)>;

  Gatherers() {
    options.allowed_origins = {server.url()};
    answers["/ocsp"] = [this](const auto&) { return ok(world.ocsp(kLater - 1h)); };
    answers["/ca.crl"] = [this](const auto&) { return ok(EvidenceWorld::crl(world.ca, kLater - 1h)); };
    answers["/root.crl"] = [this](const auto&) { return ok(EvidenceWorld::crl(world.root, kLater - 1h)); };
    answers["/ca"] = [this](const auto&) { return ok(world.ca_certificate); };
  }

  // Answers by the path up to its second slash; called on the server's threads.
  void serve(const LoopbackExchange& client) {
    const std::size_t begin = client.head.find(' ') + 1;
    const std::string target = client.head.substr(begin, client.head.find(' ', begin) - begin);
    const std::string path = target.substr(0, target.find('/', 1));
    {
      const std::lock_guard lock(mutex);
      ++requests[path];
    }
    const auto found = answers.find(path);
    client.send(found == answers.end() ? http_answer("404 Not Found", "") : found->second(client));
  }
  int requests_to(const std::string& path) {
    const std::lock_guard lock(mutex);
    return requests[path];
  }
  void fails(const std::string& path) {
    answers[path] = [](const auto&) { return http_answer("410 Gone", ""); };
  }
  static void wait_for_close(const LoopbackExchange& client) { client.wait_for_close(); }

  pki::Change with_places(bool ocsp = true) {
    return [this, ocsp](pki::CertificateTemplate& content) {
      content.ocsp_url = ocsp ? server.url() + "/ocsp" : std::string();
      content.crl_url = server.url() + "/ca.crl";
      content.ca_issuers_url = server.url() + "/ca";
    };
  }

  Result<GatheredEvidence> gather(EvidenceRequest request) {
    if (!network) {
      network.emplace(fetch::EvidenceEnvironment{options, loop(), cache, clock, pool});
    }
    const EvidenceGatherer gatherer({.network = closed ? nullptr : &*network,
                                     .folder = folder ? &*folder : nullptr,
                                     .cpu = pool,
                                     .clock = clock,
                                     .random = random},
                                    gatherer_options);
    return async::block_on(gatherer.gather(std::move(request)));
  }
  EvidenceRequest request(std::vector<pki::EvidenceSubject> subjects) {
    return {.subjects = std::move(subjects),
            .material = world.material,
            .trust = std::make_shared<const pki::TrustStore>(world.trust),
            .deadline = async::deadline_in(within)};
  }
  GatheredEvidence gather(FreshnessDemand demand = FreshnessDemand::cached(kDay)) {
    return gather(request({world.subject(demand)})).value();
  }

  std::mutex mutex;
  std::map<std::string, int> requests;
  std::map<std::string, Respond> answers;  // not changed while a gathering runs
  test::ScriptedServer server{[this](const LoopbackExchange& client) { serve(client); }};
  EvidenceWorld world{[this](pki::CertificateTemplate& c) { c.crl_url = server.url() + "/root.crl"; }, with_places()};
  ReadClock clock{kLater};
  fetch::MemoryEvidenceCache cache;
  async::BoundedPool pool{{"cpu", 2, 64}};
  test::StuckRandom random;
  GathererOptions gatherer_options;
  std::optional<fetch::EvidenceEnvironment> network;
  std::optional<pki::EvidenceMaterial> folder;
  bool closed = false;
  std::chrono::milliseconds within = test::kPatience;
};

TEST_F(Gatherers, ATableIsCompletedFromNothingButASignersCertificate) {
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_THAT(evidence.require_complete(), IsOk());
  EXPECT_THAT(evidence.failed, IsEmpty());
  EXPECT_EQ(evidence.asked, 3U);
  EXPECT_EQ(evidence.from_cache, 0U);
  EXPECT_EQ(requests_to("/ca.crl"), 0) << "OCSP was enough";
  EXPECT_EQ(evidence.table.rows[0].status->source, pki::RevocationSource::ocsp);
  EXPECT_EQ(evidence.table.rows[0].object->from.origin, pki::EvidenceOrigin::fetched);
  EXPECT_THAT(evidence.table.used().certificates, SizeIs(3));
  EXPECT_EQ(evidence.time, kLater);
}

TEST_F(Gatherers, TheCacheAnswersTheNextTime) {
  EXPECT_EQ(gather().asked, 3U);
  const GatheredEvidence again = gather();
  EXPECT_EQ(again.state(), EvidenceState::complete);
  EXPECT_EQ(again.asked, 0U);
  EXPECT_EQ(again.from_cache, 3U);
  EXPECT_EQ(again.table.rows[0].object->from.origin, pki::EvidenceOrigin::cache);
  EXPECT_EQ(server.requests(), 3);
}

// Two authorities have their lists at one place, one after the other.
TEST_F(Gatherers, WhatIsKeptIsReadAgainForEachQuestion) {
  fails("/ocsp");
  EXPECT_EQ(gather().state(), EvidenceState::complete);
  pki::Authority other("Other");
  world.hold(world.root.certify_ca(other, EvidenceWorld::numbered({0x53}, [&](pki::CertificateTemplate& c) {
                                     c.crl_url = server.url() + "/root.crl";
                                   })));
  pki::EvidenceSubject subject = world.subject();
  subject.certificate = other.certify("Stranger", EvidenceWorld::numbered({0x13}, with_places(false)));
  answers["/ca.crl"] = [&](const auto&) { return ok(EvidenceWorld::crl(other, kLater - 1h)); };
  const GatheredEvidence evidence = gather(request({subject})).value();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_THAT(evidence.failed, IsEmpty());
  EXPECT_EQ(requests_to("/ca.crl"), 2) << "the list that is kept says nothing about this certificate";
  EXPECT_EQ(requests_to("/root.crl"), 1);
}

TEST_F(Gatherers, IndependentQuestionsAreAskedAtTheSameTime) {
  world.hold(world.ca_certificate);
  Meeting meeting;
  std::atomic<bool> met = true;
  for (const char* path : {"/ocsp", "/root.crl"}) {
    answers[path] = [&, respond = answers[path]](const LoopbackExchange& client) {
      met = meeting.meet(2) && met;
      return respond(client);
    };
  }
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_THAT(evidence.failed, IsEmpty()) << "one waited for the other in vain";
  EXPECT_TRUE(met);
}

TEST_F(Gatherers, WhateverAResponderDoesTheCrlIsAskedNext) {
  const pki::Certificate sibling = world.ca.certify("Leaf", EvidenceWorld::numbered({0x12}));
  pki::Authority stranger("CA");
  struct Case {
    const char* what;
    Respond respond;
    ErrorCode code;
  };
  const std::vector<Case> cases = {
      {"garbage", [](const auto&) { return ok(bytes_of("garbage"), "application/ocsp-response"); },
       ErrorCode::malformed_ocsp_response},
      {"later",
       [](const auto&) {
         return ok(pki::ocsp_error_response(pki::OcspResponseStatus::try_later), "application/ocsp-response");
       },
       ErrorCode::ocsp_unsuccessful},
      {"another certificate",
       [&](const auto&) {
         return ok(world.responder.answer(sibling, world.ca_certificate, EvidenceWorld::made_at(kLater - 1h)));
       },
       ErrorCode::revocation_mismatch},
      {"another key",
       [&](const auto&) {
         return ok(test::answer_by_issuer(stranger, world.leaf, EvidenceWorld::made_at(kLater - 1h)));
       },
       ErrorCode::revocation_mismatch},
      {"of the future", [&](const auto&) { return ok(world.ocsp(kLater + 61s)); }, ErrorCode::revocation_out_of_date},
      {"produced in the future",
       [&](const auto&) {
         const auto ahead = [](pki::OcspResponseTemplate& c) { c.produced_at = kLater + 61s; };
         return ok(world.ocsp(kLater - 1h, ahead));
       },
       ErrorCode::revocation_out_of_date},
      {"over", [&](const auto&) { return ok(world.ocsp(kSigned - 25h)); }, ErrorCode::revocation_out_of_date},
  };
  for (const Case& one : cases) {
    answers["/ocsp"] = one.respond;
    const GatheredEvidence evidence = gather();
    EXPECT_EQ(evidence.state(), EvidenceState::complete) << one.what;
    EXPECT_EQ(evidence.table.rows[0].status->source, pki::RevocationSource::crl) << one.what;
    ASSERT_THAT(evidence.failed, SizeIs(1)) << one.what;
    EXPECT_EQ(evidence.failed[0].url, server.url() + "/ocsp");
    EXPECT_EQ(evidence.failed[0].why.code, ErrorCode::evidence_answer_invalid);
    ASSERT_THAT(evidence.failed[0].why.causes, SizeIs(1)) << one.what;
    EXPECT_EQ(evidence.failed[0].why.causes[0].code, one.code) << one.what;
  }
}

TEST_F(Gatherers, AResponderAheadOfOurClockIsBelieved) {
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kLater + 60s)); };
  EXPECT_THAT(gather().failed, IsEmpty());
}

TEST_F(Gatherers, AnUnknownCertificateIsNotKeptAndTheCrlIsAsked) {
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kLater - 1h, EvidenceWorld::not_known)); };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  ASSERT_THAT(evidence.failed, SizeIs(1));
  EXPECT_EQ(evidence.failed[0].why.code, ErrorCode::ocsp_unsuccessful);
  EXPECT_EQ(requests_to("/ocsp"), 1);
  EXPECT_EQ(gather().state(), EvidenceState::complete);
  EXPECT_EQ(requests_to("/ocsp"), 2) << "not from the cache";
  fails("/ca.crl");
  const int before = requests_to("/ocsp");
  clock.time += 8 * kDay;  // the cached CRL is over
  world.now = clock.time;
  const GatheredEvidence open = gather();
  EXPECT_GT(requests_to("/ocsp"), before);
  EXPECT_EQ(open.table.rows[0].gap, EvidenceGap::revocation_unknown);
}

TEST_F(Gatherers, AResponderThatHangsLeavesTimeForTheCrl) {
  world.hold(world.ca_certificate);
  within = 3s;
  answers["/ocsp"] = [](const LoopbackExchange& client) {
    wait_for_close(client);
    return std::string();
  };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  ASSERT_THAT(evidence.failed, SizeIs(1));
  EXPECT_EQ(evidence.failed[0].why.code, ErrorCode::evidence_timeout);
}

TEST_F(Gatherers, WhenEveryServerHangsTheAnswerComesBeforeTheDeadline) {
  world.hold(world.ca_certificate);
  within = 2s;
  for (const char* path : {"/ocsp", "/ca.crl", "/root.crl"}) {
    answers[path] = [](const LoopbackExchange& client) {
      wait_for_close(client);
      return std::string();
    };
  }
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  EXPECT_THAT(evidence.failed, SizeIs(3));
}

TEST_F(Gatherers, AnIncompleteTableNamesRoleSubjectIssuerAndUrl) {
  fails("/ocsp");
  answers["/ca.crl"] = [](const auto&) {
    pki::Authority namesake("CA");
    return ok(EvidenceWorld::crl(namesake, kLater - 1h));
  };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  const Result<void> complete = evidence.require_complete();
  ASSERT_THAT(complete, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(complete.error().detail,
              AllOf(HasSubstr("signer Signature1 "), HasSubstr(world.leaf.subject().text()),
                    HasSubstr("issued by " + world.leaf.issuer().text()), HasSubstr("revocation-missing")));
  ASSERT_THAT(complete.error().causes, SizeIs(2));
  EXPECT_EQ(complete.error().causes[0].where, server.url() + "/ocsp");
  EXPECT_EQ(complete.error().causes[1].where, server.url() + "/ca.crl");
  EXPECT_THAT(complete.error().causes[1].detail, HasSubstr("CRL for " + world.leaf.subject().text()));
  EXPECT_EQ(complete.error().causes[1].causes.at(0).code, ErrorCode::signature_invalid);
  EXPECT_THAT(evidence.failed_json(),
              AllOf(StartsWith(R"([{"kind":"ocsp","role":"signer Signature1","subject":")"),
                    HasSubstr(R"("url":")" + server.url() + R"(/ca.crl","code":"evidence-answer-invalid")")));
}

TEST_F(Gatherers, AListWithALimitIsNotTaken) {
  fails("/ocsp");
  answers["/ca.crl"] = [&](const auto&) {
    return ok(EvidenceWorld::crl(world.ca, kLater - 1h, [](pki::CrlTemplate& c) { c.base_number = 1; }));
  };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  ASSERT_THAT(evidence.failed, SizeIs(2));
  EXPECT_EQ(evidence.failed[1].url, server.url() + "/ca.crl");
  EXPECT_EQ(evidence.failed[1].why.causes.at(0).code, ErrorCode::revocation_unsupported);
}

TEST_F(Gatherers, NoServerIsAskedTwiceForTheSame) {
  // Two leaves of one CA without a responder share its CRL; a third question is about the CA itself.
  world.leaf = world.ca.certify("Leaf", EvidenceWorld::numbered(kLeafSerial, with_places(false)));
  pki::EvidenceSubject unit = world.subject();
  unit.role = pki::EvidenceRole::signature_timestamp_unit;
  unit.certificate = world.ca.certify("Unit", EvidenceWorld::numbered({0x12}, with_places(false)));
  world.hold(world.ca_certificate);
  const GatheredEvidence evidence = gather(request({world.subject(), unit})).value();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_EQ(requests_to("/ca.crl"), 1);
  EXPECT_EQ(requests_to("/root.crl"), 1);
  // Nor when it has nothing.
  fails("/ca.crl");
  clock.time += 30 * kDay;
  EXPECT_EQ(gather(request({world.subject(), unit}))->state(), EvidenceState::incomplete);
  EXPECT_EQ(requests_to("/ca.crl"), 2);
}

TEST_F(Gatherers, TheCacheIsPassedByForNewerData) {
  const auto demand = FreshnessDemand::after_signature(0h);
  world.hold(world.ca_certificate);
  clock.time = kSigned;
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kSigned - 1h)); };
  answers["/root.crl"] = [&](const auto&) { return ok(EvidenceWorld::crl(world.root, kSigned - 1h)); };
  EXPECT_EQ(gather().state(), EvidenceState::complete);
  clock.time = kSigned + 2h;
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kSigned + 1h)); };
  const GatheredEvidence newer = gather(demand);
  EXPECT_EQ(newer.state(), EvidenceState::complete);
  EXPECT_EQ(newer.asked, 1U) << "the CA's CRL is current";
  EXPECT_EQ(newer.from_cache, 1U);
  EXPECT_TRUE(newer.table.rows[0].freshness->after_signature);
}

TEST_F(Gatherers, DataThatDoNotExistYetArePending) {
  const auto demand = FreshnessDemand::after_signature(1h);
  world.hold(world.ca_certificate);
  answers["/root.crl"] = [&](const auto&) { return ok(EvidenceWorld::crl(world.root, kSigned - 1h)); };
  clock.time = kSigned + 30min;
  const GatheredEvidence early = gather(demand);
  EXPECT_EQ(early.state(), EvidenceState::pending);
  EXPECT_EQ(early.ask_again, kSigned + 1h + 1s);
  EXPECT_EQ(requests_to("/ocsp") + requests_to("/ca.crl"), 0) << "nobody can have such data";
  const Result<void> complete = early.require_complete();
  ASSERT_THAT(complete, FailsWith(ErrorCode::evidence_pending));
  EXPECT_EQ(complete.error().retry_after, 30min + 1s);

  clock.time = kSigned + 2h;
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kSigned)); };
  answers["/ca.crl"] = [&](const auto&) { return ok(EvidenceWorld::crl(world.ca, kSigned)); };
  EXPECT_EQ(gather(demand).ask_again, kSigned + kDay) << "when the responder has newer data, and before the CRL";
  clock.time = kSigned + 2 * kDay;
  EXPECT_EQ(gather(demand).ask_again, clock.time + gatherer_options.pause) << "the responder's newer data are late";
  fails("/ocsp");
  clock.time = kSigned + 3 * kDay;
  EXPECT_EQ(gather(demand).ask_again, clock.time + gatherer_options.pause) << "a responder that fails may come back";
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kSigned + 2 * kDay)); };
  EXPECT_EQ(gather(demand).state(), EvidenceState::complete);
}

TEST_F(Gatherers, ARevokedCertificateEndsTheQuestions) {
  world.hold(world.ca_certificate);
  answers["/ocsp"] = [&](const auto&) { return ok(world.ocsp(kLater - 1h, EvidenceWorld::revoked_at(kSigned))); };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::revoked);
  EXPECT_THAT(evidence.require_complete(), FailsWith(ErrorCode::certificate_revoked));
  EXPECT_THAT(evidence.require_complete().error().detail, HasSubstr("keyCompromise"));
  EXPECT_EQ(requests_to("/ca.crl"), 0);
}

TEST_F(Gatherers, ARevokedCertificateEndsTheQuestionsAboutAllOthers) {
  world.hold(world.ca_certificate);
  world.hold(EvidenceWorld::crl(world.root, kLater - 1h));
  world.hold(world.ocsp(kLater - 1h, EvidenceWorld::revoked_at(kSigned)));
  pki::EvidenceSubject unit = world.subject();
  unit.role = pki::EvidenceRole::signature_timestamp_unit;
  unit.certificate = world.ca.certify("Unit", EvidenceWorld::numbered({0x12}, with_places()));
  EXPECT_EQ(gather(request({world.subject(), unit}))->state(), EvidenceState::revoked);
  EXPECT_EQ(server.requests(), 0);
  unit.time = kLater;
  unit.demand = FreshnessDemand::after_signature(1h);
  const GatheredEvidence evidence = gather(request({world.subject(), unit})).value();
  EXPECT_EQ(evidence.state(), EvidenceState::revoked);
  EXPECT_FALSE(evidence.ask_again) << "newer data about the unit would not help";
}

TEST_F(Gatherers, NoncesAreCheckedAndNothingWithThemIsKept) {
  gatherer_options.nonce_origins = fetch::OutsideAddresses::allowing({server.url()}).value();
  const auto with_nonce = [&](Bytes nonce) {
    return [this, nonce](const auto&) {
      return ok(world.ocsp(kLater - 1h, [&](pki::OcspResponseTemplate& c) { c.nonce = nonce; }));
    };
  };
  answers["/ocsp"] = [this](const LoopbackExchange& client) {
    const auto asked = pki::OcspRequest::parse(client.body);
    return ok(world.ocsp(kLater - 1h, [&](pki::OcspResponseTemplate& c) { c.nonce = copy_of(*asked->nonce()); }));
  };
  EXPECT_EQ(gather().table.rows[0].status->source, pki::RevocationSource::ocsp);
  EXPECT_EQ(gather().state(), EvidenceState::complete);
  EXPECT_EQ(requests_to("/ocsp"), 2) << "not from the cache";
  answers["/ocsp"] = with_nonce(Bytes(16, 0x01));
  const GatheredEvidence wrong = gather();
  ASSERT_THAT(wrong.failed, SizeIs(1));
  EXPECT_EQ(wrong.failed[0].why.causes.at(0).code, ErrorCode::ocsp_nonce_mismatch);
  EXPECT_EQ(wrong.table.rows[0].status->source, pki::RevocationSource::crl);
}

TEST_F(Gatherers, AResponderIsProvenBeforeItsWordCounts) {
  test::OcspResponder checked(world.ca, [&](pki::CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.crl_url = server.url() + "/responder.crl";
  });
  answers["/ocsp"] = [&](const auto&) {
    return ok(checked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kLater - 1h)));
  };
  answers["/responder.crl"] = answers["/ca.crl"];
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_EQ(requests_to("/responder.crl"), 1);
  EXPECT_EQ(requests_to("/ca.crl"), 0) << "another way to prove the leaf";
  EXPECT_EQ(evidence.table.rows[1].place, EvidencePlace::responder);
  EXPECT_EQ(evidence.table.rows[1].verdict, EvidenceVerdict::proven);
}

TEST_F(Gatherers, AServerThatFailsIsNotAskedAgainWithAnotherDemand) {
  test::OcspResponder checked(world.ca, [&](pki::CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.crl_url = server.url() + "/ca.crl";
  });
  answers["/ocsp"] = [&](const auto&) {
    return ok(checked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kLater - 1h)));
  };
  fails("/ca.crl");
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  EXPECT_EQ(evidence.table.rows[0].gap, EvidenceGap::signer_not_proven);
  EXPECT_EQ(requests_to("/ca.crl"), 1) << "for the responder, and not once more for the leaf";
}

TEST_F(Gatherers, ACycleOfRespondersEnds) {
  test::OcspResponder cyclic(world.ca, [&](pki::CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.ocsp_url = server.url() + "/self";
  });
  answers["/ocsp"] = [&](const auto&) {
    return ok(cyclic.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kLater - 1h)));
  };
  answers["/self"] = [&](const auto&) {
    return ok(cyclic.answer(cyclic.certificate(), world.ca_certificate, EvidenceWorld::made_at(kLater - 1h)));
  };
  fails("/ca.crl");
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  EXPECT_EQ(evidence.table.rows[1].gap, EvidenceGap::responder_cycle);
  EXPECT_EQ(requests_to("/self"), 1);
  EXPECT_EQ(requests_to("/ca.crl"), 1) << "the other way to prove the leaf was tried";
}

TEST_F(Gatherers, ALoopOfIssuersEnds) {
  // CA and Other certify each other; no root is in sight.
  pki::Authority other("Other");
  const auto at = [this](const std::string& path) {
    return [=, this](pki::CertificateTemplate& c) { c.ca_issuers_url = server.url() + path; };
  };
  const pki::Certificate ca_by_other = other.certify_ca(world.ca, at("/other"));
  const pki::Certificate other_by_ca = world.ca.certify_ca(other, at("/ca"));
  answers["/ca"] = [&](const auto&) { return ok(ca_by_other); };
  answers["/other"] = [&](const auto&) { return ok(other_by_ca); };
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  EXPECT_LE(server.requests(), 4);
  EXPECT_EQ(evidence.table.rows[0].gap, EvidenceGap::issuer_missing);
}

TEST_F(Gatherers, AForeignIssuersCertificateIsNotTaken) {
  pki::Authority namesake("CA");
  const auto renamed = [](pki::CertificateTemplate& content) { content.subject = pki::name_of("Other"); };
  int asked = 0;
  for (const pki::Certificate& foreign : {world.root.certify_ca(namesake), world.root.certify_ca(world.ca, renamed)}) {
    answers["/ca"] = [&](const auto&) { return ok(foreign); };
    const GatheredEvidence evidence = gather();
    EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
    ASSERT_THAT(evidence.failed, SizeIs(1));
    EXPECT_EQ(evidence.failed[0].why.causes.at(0).code, ErrorCode::signature_invalid);
    EXPECT_THAT(evidence.material.certificates(), IsEmpty());
    EXPECT_EQ(server.requests(), ++asked);
  }
}

TEST_F(Gatherers, AddressesOfCertificatesAreJudged) {
  options.allowed_origins = {};
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  ASSERT_THAT(evidence.failed, SizeIs(1));
  EXPECT_EQ(evidence.failed[0].why.code, ErrorCode::outside_address_refused);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Gatherers, AClosedNetworkHasItsFolder) {
  closed = true;
  EXPECT_EQ(gather().state(), EvidenceState::incomplete);
  folder.emplace();
  folder->add(world.ca_certificate, {pki::EvidenceOrigin::folder});
  folder->add(EvidenceWorld::crl(world.root, kSigned - 1h), {pki::EvidenceOrigin::folder});
  folder->add(EvidenceWorld::crl(world.ca, kSigned - 1h), {pki::EvidenceOrigin::folder});
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::complete);
  EXPECT_EQ(evidence.table.rows[0].object->from.origin, pki::EvidenceOrigin::folder);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Gatherers, AnotherPathIsTriedWhenTheFirstCannotBeProven) {
  pki::Authority second("Second root");
  const auto cross = second.certify_ca(world.ca, EvidenceWorld::numbered({0x52}, [&](pki::CertificateTemplate& c) {
                                         c.crl_url = server.url() + "/second.crl";
                                       }));
  world.trust = pki::TrustStore::from_certificates({world.root_certificate, second.self_signed()});
  world.hold(world.ca_certificate);
  world.hold(cross);
  answers["/second.crl"] = [&](const auto&) { return ok(EvidenceWorld::crl(second, kLater - 1h)); };
  for (const char* dead : {"/root.crl", "/second.crl"}) {
    const Respond alive = answers[dead];
    fails(dead);
    EXPECT_EQ(gather().state(), EvidenceState::complete) << dead;
    answers[dead] = alive;
    clock.time += 30 * kDay;  // what the cache holds is over
  }
}

TEST_F(Gatherers, QuestionsHaveABudget) {
  gatherer_options.questions = 1;
  world.hold(world.ca_certificate);
  within = 3s;
  const GatheredEvidence evidence = gather();
  EXPECT_EQ(evidence.state(), EvidenceState::incomplete);
  EXPECT_EQ(server.requests(), 1);
  EXPECT_LT(clock.reads, 20) << "it went on without a question to ask";
}

TEST_F(Gatherers, APoolThatIsFullIsAnErrorOfItsOwn) {
  pool.stop();
  EXPECT_THAT(gather(request({world.subject()})), FailsWith(ErrorCode::shutting_down));
}

}  // namespace
}  // namespace rakkan::service
