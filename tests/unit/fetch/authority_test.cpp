// The clients of revocation data with an authority that answers, and misbehaves: each answer is accepted as evidence,
// or refused by a clear error, and only what was accepted is kept.
#include <gmock/gmock.h>

#include "rakkan/fetch/evidence_client.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/revocation_status.hpp"
#include "support/exchange_fixture.hpp"
#include "support/fake_clock.hpp"
#include "support/loopback_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::AuthorityBehaviour;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Bytes kNonce(16, Byte{0x5A});

class AnAuthority : public test::ExchangeFixture {
 protected:
  void SetUp() override { options.allowed_origins = {authority.origin()}; }

  EvidenceEnvironment with() { return {options, loop(), cache, clock, pool}; }
  EvidenceQuery query(const std::string& url, ExchangeKind kind, VerifyEvidence verify) {
    return {.url = url,
            .verify = std::move(verify),
            .purpose = {kind, "signer", "CN=Yamada", "CN=Loopback Root"},
            .deadline = async::deadline_in(test::kPatience)};
  }
  // Judges an answer as a verifier does: it must say the state of the certificate, and be current now.
  [[nodiscard]] Result<Freshness> judged(const Result<pki::RevocationStatus>& status) const {
    if (!status) {
      return fail(status.error());
    }
    if (status->state == pki::RevocationState::unknown ||
        status->times.currency_at(clock.time) != pki::RevocationCurrency::current) {
      return fail(ErrorCode::revocation_mismatch, "unknown, or of another time");
    }
    state = status->state;
    return Freshness{status->times.this_update, status->times.next_update};
  }
  Result<Evidence> ocsp(const pki::Certificate& of, bool with_nonce = false) {
    const auto request = pki::OcspRequest::create(of, authority.certificate(),
                                                  with_nonce ? std::optional<ByteView>(kNonce) : std::nullopt);
    EvidenceQuery asked = query(authority.ocsp_url(), ExchangeKind::ocsp,
                                [this, of, with_nonce](ByteView answer, std::string_view) -> Result<Freshness> {
                                  RAKKAN_TRY(const auto response, pki::OcspResponse::parse(answer));
                                  if (with_nonce) {
                                    RAKKAN_CHECK(response.check_nonce(kNonce));
                                  }
                                  return judged(pki::revocation_status(response, of, authority.certificate()));
                                });
    asked.cacheable = !with_nonce;
    const OcspClient client(with());
    return async::block_on(client.fetch(copy_of(request.value().der()), asked));
  }
  Result<Evidence> crl(const pki::Certificate& of) {
    const EvidenceQuery asked = query(authority.crl_url(), ExchangeKind::crl,
                                      [this, of](ByteView answer, std::string_view) -> Result<Freshness> {
                                        RAKKAN_TRY(const auto list, pki::decode_certificate_list(copy_of(answer)));
                                        return judged(pki::revocation_status(list, of, authority.certificate()));
                                      });
    const CrlClient client(with());
    return async::block_on(client.fetch(asked));
  }
  // The certificates' client; accepts the issuer of `of` alone.
  Result<Evidence> issuer(const pki::Certificate& of) {
    const EvidenceQuery asked =
        query(authority.certificate_url(), ExchangeKind::certificates,
              [of](ByteView answer, std::string_view) -> Result<Freshness> {
                RAKKAN_TRY(const auto certificate, pki::Certificate::parse(answer));
                RAKKAN_CHECK(of.verify_signed_by(certificate));
                return Freshness{certificate.validity().not_before, certificate.validity().not_after};
              });
    const AiaClient client(with());
    return async::block_on(client.fetch(asked));
  }

  test::FakeClock clock{pki::kNotBefore + std::chrono::days(100)};
  test::LoopbackAuthority authority{clock};
  MemoryEvidenceCache cache;
  async::BoundedPool pool{{"cpu", 1, 16}};
  mutable std::optional<pki::RevocationState> state;
  const pki::Certificate yamada = authority.certify("Yamada");
};

TEST_F(AnAuthority, AnswersByOcspCrlAndWithItsCertificate) {
  ASSERT_OK_AND_ASSIGN(const Evidence response, ocsp(yamada));
  EXPECT_EQ(state, pki::RevocationState::good);
  EXPECT_EQ(response.freshness.next_update, clock.time + 1h);
  EXPECT_THAT(ocsp(yamada, true), IsOk()) << "with its nonce";
  EXPECT_THAT(crl(yamada), IsOk());
  EXPECT_THAT(issuer(yamada), IsOk());
  EXPECT_EQ(authority.requests(), 4);
  for (const auto& again : {ocsp(yamada), crl(yamada), issuer(yamada)}) {
    ASSERT_THAT(again, IsOk());
    EXPECT_TRUE(again->from_cache);
  }
}

TEST_F(AnAuthority, SaysRevokedFromTheTimeOfTheRevocationOn) {
  authority.revoke(yamada, clock.time + 10min);
  EXPECT_THAT(ocsp(yamada), IsOk());
  EXPECT_EQ(state, pki::RevocationState::good) << "not yet";
  clock.time += 2h;
  EXPECT_THAT(ocsp(yamada), IsOk());
  EXPECT_EQ(state, pki::RevocationState::revoked);
  state.reset();
  EXPECT_THAT(crl(yamada), IsOk());
  EXPECT_EQ(state, pki::RevocationState::revoked);
}

TEST_F(AnAuthority, WrongOcspAnswersAreNoEvidence) {
  struct Case {
    AuthorityBehaviour behaviour;
    ErrorCode cause;
  };
  for (const Case& one : {Case{AuthorityBehaviour::unknown, ErrorCode::revocation_mismatch},
                          Case{AuthorityBehaviour::stale, ErrorCode::revocation_mismatch},
                          Case{AuthorityBehaviour::foreign, ErrorCode::revocation_signer_unauthorized},
                          Case{AuthorityBehaviour::another_certificate, ErrorCode::revocation_mismatch},
                          Case{AuthorityBehaviour::wrong_nonce, ErrorCode::ocsp_nonce_mismatch},
                          Case{AuthorityBehaviour::try_later, ErrorCode::ocsp_unsuccessful},
                          Case{AuthorityBehaviour::garbage, ErrorCode::malformed_ocsp_response}}) {
    authority.behave(ExchangeKind::ocsp, one.behaviour);
    const auto refused = ocsp(yamada, one.behaviour == AuthorityBehaviour::wrong_nonce);
    ASSERT_THAT(refused, FailsWith(ErrorCode::evidence_answer_invalid)) << static_cast<int>(one.behaviour);
    ASSERT_THAT(refused.error().causes, SizeIs(1));
    EXPECT_EQ(refused.error().causes.front().code, one.cause) << to_string(refused.error());
    EXPECT_THAT(refused.error().detail, HasSubstr("CN=Yamada"));
  }
  authority.behave(ExchangeKind::ocsp, AuthorityBehaviour::wrong_type);
  EXPECT_THAT(ocsp(yamada), FailsWith(ErrorCode::evidence_answer_invalid));
  EXPECT_EQ(cache.load().entries, 0U);
  authority.behave(ExchangeKind::ocsp, AuthorityBehaviour::good);
  EXPECT_THAT(ocsp(yamada), IsOk()) << "it answers well again";
}

TEST_F(AnAuthority, WrongListsAndCertificatesAreNoEvidence) {
  for (const AuthorityBehaviour behaviour : {AuthorityBehaviour::stale, AuthorityBehaviour::foreign,
                                             AuthorityBehaviour::try_later, AuthorityBehaviour::garbage}) {
    authority.behave(ExchangeKind::crl, behaviour);
    EXPECT_THAT(crl(yamada), FailsWith(ErrorCode::evidence_answer_invalid)) << static_cast<int>(behaviour);
  }
  for (const AuthorityBehaviour behaviour :
       {AuthorityBehaviour::foreign, AuthorityBehaviour::try_later, AuthorityBehaviour::garbage}) {
    authority.behave(ExchangeKind::certificates, behaviour);
    EXPECT_THAT(issuer(yamada), FailsWith(ErrorCode::evidence_answer_invalid)) << static_cast<int>(behaviour);
  }
  EXPECT_EQ(cache.load().entries, 0U);
}

TEST_F(AnAuthority, ThatNeverEndsOrNeverAnswersIsLeft) {
  options.crl = 1U << 20U;
  options.timeout = 2s;
  authority.behave(ExchangeKind::crl, AuthorityBehaviour::endless);
  EXPECT_THAT(crl(yamada), FailsWith(ErrorCode::evidence_answer_invalid));
  authority.behave(ExchangeKind::ocsp, AuthorityBehaviour::hang);
  EXPECT_THAT(ocsp(yamada), FailsWith(ErrorCode::evidence_timeout));
}

TEST_F(AnAuthority, RedirectsToItselfForEverAndToTheNeighbourAreRefused) {
  test::LoopbackAuthority neighbour(clock);
  for (const ExchangeKind kind : {ExchangeKind::ocsp, ExchangeKind::crl, ExchangeKind::certificates}) {
    authority.behave(kind, AuthorityBehaviour::redirect);
    const auto ask = [&] {
      return kind == ExchangeKind::ocsp ? ocsp(yamada) : kind == ExchangeKind::crl ? crl(yamada) : issuer(yamada);
    };
    authority.redirect_to(kind == ExchangeKind::ocsp ? "/ocsp/x" : kind == ExchangeKind::crl ? "/crl" : "/ca");
    const int before = authority.requests();
    EXPECT_THAT(ask(), FailsWith(ErrorCode::evidence_answer_invalid));
    EXPECT_EQ(authority.requests() - before, 4) << "three redirects";
    authority.redirect_to(neighbour.crl_url());
    EXPECT_THAT(ask(), FailsWith(ErrorCode::outside_address_refused));
    authority.redirect_to("http://[::ffff:127.0.0.1]:" + neighbour.origin().substr(neighbour.origin().rfind(':') + 1));
    EXPECT_THAT(ask(), FailsWith(ErrorCode::outside_address_refused));
  }
  EXPECT_EQ(neighbour.requests(), 0);
}

}  // namespace
}  // namespace rakkan::fetch
