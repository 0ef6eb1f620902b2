#include "rakkan/pki/certificate_profile.hpp"

#include <gmock/gmock.h>

#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"
#include "support/rsa_spki.hpp"
#include "support/version_1_certificate.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using enum CertificateFlaw;
using test::FailsWith;
using test::IsOk;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kUnsuitable = ErrorCode::certificate_unsuitable;
constexpr Instant kNow = kNotBefore + 24h;

std::vector<CertificateFlaw> flaws(const CertificateFindings& findings) {
  std::vector<CertificateFlaw> all;
  for (const CertificateFinding& finding : findings) {
    EXPECT_FALSE(finding.detail.empty());
    all.push_back(finding.flaw);
  }
  return all;
}

class CertificateProfiles : public testing::Test {
 protected:
  using Flaws = std::vector<CertificateFlaw>;

  // The flaws of a document signer's certificate that every profile for documents accepts, after a change.
  Flaws signer(const Change& change, const CertificateProfile& profile = kPartyProfile) {
    return flaws(check_certificate(root_.certify("Signer", change), profile));
  }
  // The flaws of a time-stamping unit's certificate after a change.
  Flaws unit(const Change& change, const CertificateProfile& profile = kUnitProfile) {
    return flaws(check_certificate(unit_certificate(change), profile));
  }
  Certificate unit_certificate(const Change& change = {}) {
    return root_.certify("TSU", [&](CertificateTemplate& content) {
      content.extended_key_usage = ExtendedKeyUsage{{kEkuTimeStamping}, true};
      if (change) {
        change(content);
      }
    });
  }
  static Change usages(std::vector<KeyUsage> allowed) {
    return [allowed](CertificateTemplate& content) { content.key_usage = allowed; };
  }
  static Change purposes(std::vector<der::Oid> purposes, bool critical = false) {
    return [purposes, critical](CertificateTemplate& content) {
      content.extended_key_usage = ExtendedKeyUsage{purposes, critical};
    };
  }
  static Change ca(bool is_ca) {
    return [is_ca](CertificateTemplate& content) { content.basic_constraints = BasicConstraints{is_ca, {}}; };
  }
  Certificate of_key(crypto::KeyKind kind) {
    const auto key = crypto::SoftwareSigner::generate(kind).value();
    return root_.certify("Signer", key.public_key().spki());
  }

  Authority root_{"Root"};
};

TEST_F(CertificateProfiles, OperatorAndPartyTakeASigner) {
  for (const CertificateProfile* profile : {&kOperatorProfile, &kPartyProfile}) {
    EXPECT_THAT(signer({}, *profile), IsEmpty());
    EXPECT_THAT(signer(usages({KeyUsage::content_commitment}), *profile), IsEmpty());
    EXPECT_THAT(signer(usages({KeyUsage::digital_signature, KeyUsage::key_encipherment}), *profile), IsEmpty());
    EXPECT_THAT(signer(ca(false), *profile), IsEmpty());
    for (const auto kind : kSigningKeys) {
      EXPECT_THAT(check_certificate(of_key(kind), *profile), IsEmpty()) << crypto::name(kind);
    }
  }
}

TEST_F(CertificateProfiles, AVersion1CertificateSaysOfNoUseThatItIsAllowed) {
  const auto key = crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256).value();
  ASSERT_OK_AND_ASSIGN(const Certificate old,
                       test::version_1_certificate(name_of("Signer"), key.public_key().spki(), root_.name(),
                                                   {kNotBefore, kNotAfter}, root_.signer()));
  EXPECT_EQ(old.version(), 1U);
  EXPECT_THAT(flaws(check_certificate(old, kOperatorProfile)), ElementsAre(version, key_usage));
  EXPECT_THAT(flaws(check_certificate(old, kPartyProfile)), ElementsAre(version, key_usage));
  EXPECT_THAT(flaws(check_certificate(old, kUnitProfile)), ElementsAre(version, key_usage, extended_key_usage));
  EXPECT_THAT(require_profile(old, kPartyProfile), FailsWith(kUnsuitable));
}

TEST_F(CertificateProfiles, ASignersKeyUsageIsThereAndAllowsSignatures) {
  EXPECT_THAT(signer(usages({})), ElementsAre(key_usage));
  EXPECT_THAT(signer(usages({KeyUsage::key_encipherment})), ElementsAre(key_usage));
}

TEST_F(CertificateProfiles, ACaSignsNoDocuments) {
  EXPECT_THAT(signer(ca(true)), ElementsAre(authority));
  EXPECT_THAT(signer(usages({KeyUsage::digital_signature, KeyUsage::key_cert_sign})), ElementsAre(authority));
  EXPECT_THAT(signer(usages({KeyUsage::digital_signature, KeyUsage::crl_sign})), ElementsAre(authority));
  EXPECT_THAT(unit(ca(true)), ElementsAre(authority));
}

TEST_F(CertificateProfiles, ASignerIsNoUnitAndNotForSomethingElseAlone) {
  EXPECT_THAT(signer(purposes({kEkuDocumentSigning})), IsEmpty());
  EXPECT_THAT(signer(purposes({kEkuServerAuth, kEkuEmailProtection})), IsEmpty());
  EXPECT_THAT(signer(purposes({der::Oid{1, 2, 392, 100}})), IsEmpty());
  EXPECT_THAT(signer(purposes({kEkuServerAuth})), ElementsAre(extended_key_usage));
  EXPECT_THAT(signer(purposes({kEkuCodeSigning, kEkuOcspSigning})), ElementsAre(extended_key_usage));
  EXPECT_THAT(signer(purposes({kEkuTimeStamping}, true)), ElementsAre(extended_key_usage));
  EXPECT_THAT(signer(purposes({kEkuEmailProtection, kEkuTimeStamping})), ElementsAre(extended_key_usage));
}

TEST_F(CertificateProfiles, AUnitHasTimestampingAloneAndCritical) {
  EXPECT_THAT(unit({}), IsEmpty());
  EXPECT_THAT(unit(usages({KeyUsage::content_commitment})), IsEmpty());
  EXPECT_THAT(unit(purposes({kEkuTimeStamping}, false)), ElementsAre(extended_key_usage));
  EXPECT_THAT(unit(purposes({kEkuTimeStamping, kEkuOcspSigning}, true)), ElementsAre(extended_key_usage));
  EXPECT_THAT(unit(purposes({kEkuOcspSigning}, true)), ElementsAre(extended_key_usage));
  EXPECT_THAT(flaws(check_certificate(root_.certify("No purposes"), kUnitProfile)), ElementsAre(extended_key_usage));
}

TEST_F(CertificateProfiles, AUnitsKeySignsAndNothingElse) {
  EXPECT_THAT(unit(usages({KeyUsage::digital_signature, KeyUsage::key_encipherment})), ElementsAre(key_usage));
  EXPECT_THAT(unit(usages({KeyUsage::key_agreement})), ElementsAre(key_usage, key_usage));
  EXPECT_THAT(unit(usages({})), ElementsAre(key_usage));
}

// RFC 3161 §2.3 does not ask for keyUsage: a token of an authority whose certificate has none counts.
TEST_F(CertificateProfiles, AForeignUnitNeedsNoKeyUsage) {
  EXPECT_THAT(unit(usages({}), kTokenSignerProfile), IsEmpty());
  EXPECT_THAT(unit(usages({KeyUsage::key_agreement}), kTokenSignerProfile), ElementsAre(key_usage, key_usage));
  EXPECT_THAT(unit(purposes({kEkuTimeStamping}, false), kTokenSignerProfile), ElementsAre(extended_key_usage));
}

TEST_F(CertificateProfiles, KeysThatTheProfileDoesNotTakeAreNamed) {
  const Certificate edwards = of_key(crypto::KeyKind::ed25519);
  EXPECT_THAT(flaws(check_certificate(edwards, kOperatorProfile)), ElementsAre(CertificateFlaw::key));
  EXPECT_THAT(check_certificate(edwards, kOperatorProfile).front().detail, testing::HasSubstr("Ed25519"));
  EXPECT_FALSE(allows(kUnitProfile, crypto::KeyKind::ed25519));
  EXPECT_TRUE(allows(kTokenSignerProfile, crypto::KeyKind::ed25519));
}

TEST_F(CertificateProfiles, AWeakKeyIsNoKey) {
  const Certificate weak = root_.certify("Weak", test::rsa_spki(Bytes(128, 0xC5), Bytes{1, 0, 1}));
  EXPECT_THAT(flaws(check_certificate(weak, kPartyProfile)), ElementsAre(CertificateFlaw::key));
}

TEST_F(CertificateProfiles, EveryFlawIsAmongTheCausesOfTheRefusal) {
  const auto refused = require_profile(root_.certify_ca(Authority("CA")), kUnitProfile);
  ASSERT_THAT(refused, FailsWith(kUnsuitable));
  EXPECT_EQ(refused.error().causes.size(), 2U);  // keyUsage and extendedKeyUsage beside "a CA's"
  EXPECT_THAT(refuse_on({}), IsOk());
}

TEST_F(CertificateProfiles, BothEndsOfTheValidityAreValid) {
  const Certificate certificate = root_.certify("Leaf");
  EXPECT_THAT(check_validity(certificate, kNotBefore), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotAfter), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore - 1ms), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_THAT(check_validity(certificate, kNotAfter + 1ms), FailsWith(ErrorCode::certificate_expired));
  EXPECT_FALSE(find_validity_flaw(certificate, kNotAfter).has_value());
  EXPECT_EQ(find_validity_flaw(certificate, kNotBefore - 1ms)->flaw, not_yet_valid);
  EXPECT_EQ(find_validity_flaw(certificate, kNotAfter + 1ms)->flaw, expired);
}

TEST_F(CertificateProfiles, ThePrivateKeyUsagePeriodNarrowsTheValidity) {
  const Certificate certificate = root_.certify("TSU", [](CertificateTemplate& content) {
    content.private_key_usage_period = PrivateKeyUsagePeriod{kNotBefore + 24h, kNotBefore + 48h};
  });
  EXPECT_THAT(check_validity(certificate, kNotBefore + 24h), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore + 48h), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_THAT(check_validity(certificate, kNotBefore + 49h), FailsWith(ErrorCode::certificate_expired));
}

class ChainChecks : public testing::Test {
 protected:
  std::vector<CertificateFlaw> check(const Certificate& leaf, const std::vector<Certificate>& given,
                                     const std::vector<Certificate>& roots = {}) {
    const auto chain = order_chain(leaf, given, roots);
    EXPECT_THAT(chain, IsOk());
    return chain ? flaws(check_chain(leaf, *chain, roots, kNow)) : std::vector<CertificateFlaw>{};
  }

  Authority root_{"Root"};
  Authority outer_{"Outer"};
  Authority inner_{"Inner"};
  Certificate leaf_ = inner_.certify("Leaf");
};

TEST_F(ChainChecks, ASelfSignedOrAConfiguredRootEndsAChain) {
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_), root_.self_signed()}), IsEmpty());
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_)}, {root_.self_signed()}), IsEmpty());
  EXPECT_THAT(check(leaf_, {}, {root_.certify_ca(inner_)}), IsEmpty());
}

TEST_F(ChainChecks, AChainThatEndsBeforeARootIsIncomplete) {
  EXPECT_THAT(check(leaf_, {}), ElementsAre(chain_incomplete));
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_)}), ElementsAre(chain_incomplete));
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_)}, {outer_.self_signed()}), ElementsAre(chain_incomplete));
  EXPECT_EQ(code_of(chain_incomplete), ErrorCode::certificate_chain_incomplete);
}

// A signer that certifies itself.
TEST_F(ChainChecks, NobodyVouchesForASelfSignedLeafUnlessItIsConfigured) {
  const Certificate own = root_.self_signed([](CertificateTemplate& content) {
    content.basic_constraints = BasicConstraints{};
    content.key_usage = {KeyUsage::digital_signature};
  });
  EXPECT_THAT(check(own, {}), ElementsAre(chain_incomplete));
  EXPECT_THAT(check(own, {own}), ElementsAre(chain_incomplete));
  EXPECT_THAT(check(own, {}, {own}), IsEmpty());
}

TEST_F(ChainChecks, AnIssuerOutOfItsTimeIsNamedARootIsNotAsked) {
  const auto ends = [](CertificateTemplate& content) { content.validity.not_after = kNow - 1h; };
  const auto begins = [](CertificateTemplate& content) { content.validity.not_before = kNow + 1h; };
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_, ends), root_.self_signed()}), ElementsAre(expired));
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_, begins), root_.self_signed()}), ElementsAre(not_yet_valid));
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_), root_.self_signed(ends)}), IsEmpty());
}

TEST_F(ChainChecks, AnIssuersPathLengthIsKept) {
  const auto none_below = [](CertificateTemplate& content) { content.basic_constraints = BasicConstraints{true, 0}; };
  EXPECT_THAT(check(leaf_, {root_.certify_ca(inner_, none_below), root_.self_signed()}), IsEmpty());
  EXPECT_THAT(check(leaf_, {outer_.certify_ca(inner_), root_.certify_ca(outer_, none_below), root_.self_signed()}),
              ElementsAre(CertificateFlaw::chain));
  EXPECT_THAT(check(leaf_, {outer_.certify_ca(inner_), root_.certify_ca(outer_), root_.self_signed(none_below)}),
              ElementsAre(CertificateFlaw::chain));
}

}  // namespace
}  // namespace rakkan::pki
