// The extensions of a certificate about its own revocation count only where it does not contradict itself.
#include "gather/certificate_facts.hpp"

#include <gmock/gmock.h>

#include "support/evidence_world.hpp"

namespace rakkan::gather {
namespace {

using pki::CertificateTemplate;

constexpr der::Oid kNoRevAvail{2, 5, 29, 56};
constexpr der::Oid kShortTerm{0, 4, 0, 194121, 2, 1};

class CertificateFactsOf : public testing::Test {
 protected:
  validation::CertificateFacts of(const pki::Change& change) {
    return facts_of(world_.ca.certify("Leaf", change), world_.trust);
  }
  validation::CertificateFacts of_ca(const pki::Change& change) {
    return facts_of(world_.root.certify_ca(world_.ca, change), world_.trust);
  }
  static validation::CertificateFacts facts_of(const pki::Certificate& certificate, const pki::TrustStore& trust,
                                               std::size_t verifications = 8) {
    pki::SignatureChecks signatures(verifications);
    return certificate_facts(certificate, nullptr, trust, signatures);
  }
  static pki::ExtensionTemplate extension(const der::Oid& id, Bytes value = {0x05, 0x00}) {
    return {id, false, std::move(value)};
  }

  test::EvidenceWorld world_;
};

TEST_F(CertificateFactsOf, NoRevocationIsAvailableOnlyWithoutAPlaceOfIt) {
  const auto silent = [](CertificateTemplate& content) { content.other_extensions = {extension(kNoRevAvail)}; };
  EXPECT_TRUE(of(silent).has_no_rev_avail);
  EXPECT_FALSE(of({}).has_no_rev_avail);
  EXPECT_FALSE(of_ca(silent).has_no_rev_avail) << "RFC 9608 §4: of no CA";
  EXPECT_FALSE(of([&](CertificateTemplate& content) {
                 silent(content);
                 content.crl_url = "http://crl.example/1.crl";
               }).has_no_rev_avail);
  EXPECT_FALSE(of([&](CertificateTemplate& content) {
                 silent(content);
                 content.ocsp_url = "http://ocsp.example";
               }).has_no_rev_avail);
  EXPECT_FALSE(of([](CertificateTemplate& content) {
                 content.other_extensions = {extension(kNoRevAvail, {0x01, 0x01, 0xFF})};
               }).has_no_rev_avail)
      << "its value is no NULL";
}

TEST_F(CertificateFactsOf, TheShortTermIsAssuredOfEndEntitiesAlone) {
  const auto assured = [](CertificateTemplate& content) { content.other_extensions = {extension(kShortTerm)}; };
  EXPECT_TRUE(of(assured).has_validity_assured_short_term);
  EXPECT_FALSE(of({}).has_validity_assured_short_term);
  EXPECT_FALSE(of_ca(assured).has_validity_assured_short_term);
}

TEST_F(CertificateFactsOf, TheResponderNeedsNoCheckByItsExtensionAlone) {
  EXPECT_TRUE(of([](CertificateTemplate& content) { content.ocsp_no_check = true; }).has_ocsp_no_check);
  EXPECT_FALSE(of({}).has_ocsp_no_check);
}

TEST_F(CertificateFactsOf, SelfSignedIsWhatItsOwnKeyVerifies) {
  EXPECT_TRUE(facts_of(world_.root_certificate, world_.trust).is_self_signed);
  // Its own name, another key.
  pki::Authority other("Root");
  EXPECT_FALSE(facts_of(other.certify_ca(world_.root), world_.trust).is_self_signed);
  EXPECT_FALSE(of({}).is_self_signed);
  EXPECT_FALSE(facts_of(world_.root_certificate, world_.trust, 0).is_self_signed) << "nobody may look any more";
}

TEST_F(CertificateFactsOf, TheMarkOfTheTrustFileIsTheCertificatesAlone) {
  const pki::Certificate own = world_.ca.certify("Own");
  const auto trust = pki::TrustStore::create(
      {{world_.root_certificate}},
      {{.certificate = own, .accreditation = pki::Accreditation{"A-1", {}, {}}, .is_operator = true}});
  const validation::CertificateFacts marked = facts_of(own, *trust);
  EXPECT_TRUE(marked.is_operator);
  ASSERT_TRUE(marked.accreditation);
  EXPECT_EQ(marked.accreditation->number, "A-1");
  const validation::CertificateFacts another = facts_of(world_.ca.certify("Another"), *trust);
  EXPECT_FALSE(another.is_operator);
  EXPECT_FALSE(another.accreditation);
}

}  // namespace
}  // namespace rakkan::gather
