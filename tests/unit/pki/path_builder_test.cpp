#include "rakkan/pki/path_builder.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "support/handmade_certificates.hpp"
#include "support/result_matchers.hpp"
#include "support/rsa_spki.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

PathInputs inputs() { return {.at = always_at(kPathTime)}; }

PathSearch search(const Certificate& target, const std::vector<Certificate>& pool,
                  const std::vector<TrustAnchor>& anchors, const PathLimits& limits = {}) {
  return find_path(target, CertificatePool(pool), anchors, inputs(), limits).value();
}

TEST(PathBuilder, FindsTheIssuersAmongOthers) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa b("B");
  const HandmadeCa stranger("Stranger");
  const Certificate of_a = root.certify(a);
  const Certificate of_b = a.certify(b);
  const Certificate end = b.certify_end("End");
  const PathSearch found =
      search(end, {stranger.self_signed(), of_b, end, root.self_signed(), of_a, root.certify(stranger), of_b},
             {{stranger.self_signed()}, {root.self_signed()}});
  ASSERT_TRUE(found.path);
  EXPECT_EQ(found.path->path.anchor.certificate.subject(), root.name());
  EXPECT_THAT(found.path->path.certificates, ElementsAre(of_a, of_b, end));
  EXPECT_TRUE(found.path->verdict.is_valid());
}

TEST(PathBuilder, AnAnchorIsItsOwnPath) {
  const HandmadeCa root("Root");
  const Certificate anchor = root.self_signed();
  const PathSearch found = search(anchor, {}, {{anchor}});
  ASSERT_TRUE(found.path);
  EXPECT_THAT(found.path->path.certificates, IsEmpty());
}

TEST(PathBuilder, AnIntermediateMayBeAnAnchor) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const Certificate of_a = root.certify(a);
  const Certificate end = a.certify_end("End");
  const PathSearch found = search(end, {of_a, root.self_signed()}, {{of_a}});
  ASSERT_TRUE(found.path);
  EXPECT_THAT(found.path->path.certificates, ElementsAre(end));
}

TEST(PathBuilder, TellsWhereTheWayEnds) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa other("Other");
  const Certificate end = a.certify_end("End");
  const Certificate of_a = root.certify(a);
  PathSearch found = search(end, {of_a}, {{other.self_signed()}});
  EXPECT_FALSE(found.path);
  EXPECT_THAT(found.refused, IsEmpty());
  ASSERT_THAT(found.dead_ends, SizeIs(1));
  EXPECT_EQ(found.dead_ends.front().certificate, of_a) << "the issuer of A is missing";
  EXPECT_FALSE(found.dead_ends.front().is_root);
  const Certificate of_root = root.self_signed();
  found = search(end, {of_a, of_root}, {{other.self_signed()}});
  ASSERT_THAT(found.dead_ends, SizeIs(1));
  EXPECT_EQ(found.dead_ends.front().certificate, of_root) << "the root is no anchor";
  EXPECT_TRUE(found.dead_ends.front().is_root);
}

TEST(PathBuilder, TellsWhichSignatureIsNone) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa impostor(a.name(), HandmadeCa("key"));
  const Certificate end = impostor.certify_end("End");
  const PathSearch found = search(end, {root.certify(a)}, {{root.self_signed()}});
  EXPECT_FALSE(found.path);
  ASSERT_THAT(found.broken, SizeIs(1));
  EXPECT_EQ(found.broken.front().certificate, end);
  EXPECT_EQ(found.broken.front().issuer.subject(), a.name());
  EXPECT_EQ(found.broken.front().reason.code, ErrorCode::signature_invalid);
}

TEST(PathBuilder, ShortPathsComeFirst) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa b("B");
  const Certificate direct = root.certify(a, {.not_after = kPathTime + std::chrono::hours{24}});
  const Certificate end = a.certify_end("End");
  const std::vector<Certificate> certificates = {direct, b.certify(a), root.certify(b)};
  const CertificatePool pool(certificates);
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  PathBuilder builder(end, pool, anchors, inputs());
  const auto first = builder.next().value();
  ASSERT_TRUE(first);
  EXPECT_THAT(first->path.certificates, ElementsAre(direct, end)) << "although the other way is valid longer";
  const auto second = builder.next().value();
  ASSERT_TRUE(second);
  EXPECT_THAT(second->path.certificates, SizeIs(3));
  EXPECT_FALSE(builder.next().value());
  EXPECT_FALSE(builder.next().value()) << "and so it stays";
}

TEST(PathBuilder, KeyIdentifiersAreHintsAlone) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeExtension authority{{2, 5, 29, 35}, false, {0x30, 0x04, 0x80, 0x02, 0xAA, 0xAA}};
  const HandmadeExtension subject{{2, 5, 29, 14}, false, {0x04, 0x02, 0xBB, 0xBB}};
  const Certificate end = a.certify_end("End", {.extensions = {authority}});
  EXPECT_TRUE(search(end, {root.certify(a, {.extensions = {subject}})}, {{root.self_signed()}}).path);
}

// A CA with certificates of itself by two roots and a bridge, some of them good. Neither the order of the certificates
// nor that of the anchors changes what is found.
TEST(PathBuilder, TheOrderOfWhatIsGivenDoesNotMatter) {
  const HandmadeCa root("Root");
  const HandmadeCa second("Second");
  const HandmadeCa bridge("Bridge");
  const HandmadeCa ca("CA");
  const Certificate end = ca.certify_end("End", {.extensions = {subject_names_extension({general_text(2, "a.test")})}});
  const Certificate constrained =
      root.certify(ca, {.serial = 2, .extensions = {name_constraints_extension({general_text(2, "b.test")}, {})}});
  const Certificate expired = root.certify(ca, {.serial = 3, .not_after = kPathTime - std::chrono::hours{1}});
  const Certificate spoiled = root.certify(ca, {.serial = 4, .spoil_signature = true});
  const Certificate not_yet = root.certify(ca, {.serial = 5, .not_before = kPathTime + std::chrono::hours{1}});
  const Certificate by_bridge = bridge.certify(ca, {.serial = 6});
  const Certificate by_bridge_again = bridge.certify(ca, {.serial = 8});
  const Certificate of_bridge = second.certify(bridge, {.serial = 7});
  const std::vector<Certificate> good = {constrained, expired, spoiled, by_bridge_again, by_bridge, of_bridge};
  const std::vector<Certificate> bad = {constrained, expired, spoiled, not_yet, by_bridge};
  const TrustAnchor first_anchor{root.self_signed()};
  const TrustAnchor second_anchor{second.self_signed()};

  std::vector<Certificate> path;
  std::vector<PathFinding> refusal;
  for (const auto& anchors : {std::vector{first_anchor, second_anchor}, std::vector{second_anchor, first_anchor}}) {
    std::vector<std::size_t> order(good.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      std::vector<Certificate> pool;
      for (const std::size_t each : order) {
        pool.push_back(good[each]);
      }
      const PathSearch found = search(end, pool, anchors);
      ASSERT_TRUE(found.path);
      path = path.empty() ? found.path->path.certificates : path;
      ASSERT_EQ(found.path->path.certificates, path);
    } while (std::next_permutation(order.begin(), order.end()));

    std::vector<std::size_t> bad_order(bad.size());
    std::iota(bad_order.begin(), bad_order.end(), 0);
    do {
      std::vector<Certificate> pool;
      for (const std::size_t each : bad_order) {
        pool.push_back(bad[each]);
      }
      const PathSearch found = search(end, pool, anchors);
      ASSERT_FALSE(found.path);
      ASSERT_THAT(found.refused, SizeIs(3)) << "constrained, expired, not yet valid";
      ASSERT_THAT(found.broken, SizeIs(1));
      if (refusal.empty()) {
        refusal = found.refused.front().verdict.findings;
      }
      ASSERT_EQ(found.refused.front().verdict.findings, refusal);
    } while (std::next_permutation(bad_order.begin(), bad_order.end()));
  }
}

// ---- Bounds

// CAs of which each has certified every other one.
struct Tangle {
  explicit Tangle(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      cas.emplace_back("CA " + std::to_string(i));
    }
    for (const HandmadeCa& issuer : cas) {
      for (const HandmadeCa& subject : cas) {
        if (&issuer != &subject) {
          certificates.push_back(issuer.certify(subject));
        }
      }
    }
  }
  std::vector<HandmadeCa> cas;
  std::vector<Certificate> certificates;
};

TEST(PathBuilder, ATangleThatReachesNoAnchorCostsNothing) {
  const Tangle tangle(10);
  const HandmadeCa root("Root");
  const CertificatePool pool(tangle.certificates);
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  PathBuilder builder(tangle.cas[0].certify_end("End"), pool, anchors, inputs());
  EXPECT_FALSE(builder.next().value());
  EXPECT_EQ(builder.signature_checks(), 0U);
}

TEST(PathBuilder, ATangleHidesNoPath) {
  Tangle tangle(10);
  const HandmadeCa root("Root");
  const Certificate last = root.certify(tangle.cas[9]);
  tangle.certificates.push_back(last);
  const PathSearch found = search(tangle.cas[0].certify_end("End"), tangle.certificates, {{root.self_signed()}});
  ASSERT_TRUE(found.path);
  EXPECT_THAT(found.path->path.certificates, SizeIs(3));
  EXPECT_EQ(found.path->path.certificates.front(), last);
}

TEST(PathBuilder, ATangleWithoutAGoodPathEndsAtTheNumberOfPaths) {
  Tangle tangle(10);
  const HandmadeCa root("Root");
  tangle.certificates.push_back(root.certify(tangle.cas[9], {.not_after = kPathTime - std::chrono::hours{1}}));
  const CertificatePool pool(tangle.certificates);
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  const Certificate end = tangle.cas[0].certify_end("End");
  EXPECT_THAT(find_path(end, pool, anchors, inputs()), FailsWith(ErrorCode::certificate_path_limit));
  EXPECT_THAT(find_path(end, pool, anchors, inputs(), {.paths = 1'000'000, .steps = 5000}),
              FailsWith(ErrorCode::certificate_path_limit));
  EXPECT_THAT(find_path(end, pool, anchors, inputs(), {.paths = 1'000'000, .signature_checks = 20}),
              FailsWith(ErrorCode::certificate_path_limit));
  PathBuilder builder(end, pool, anchors, inputs(), {.paths = 1});
  EXPECT_TRUE(builder.next().value());
  EXPECT_THAT(builder.next(), FailsWith(ErrorCode::certificate_path_limit));
  EXPECT_THAT(builder.next(), FailsWith(ErrorCode::certificate_path_limit)) << "and so it stays";
}

TEST(PathBuilder, CertificatesThatReachNoAnchorCostNoVerification) {
  const HandmadeCa root("Root");
  const HandmadeCa stranger("Stranger");
  const HandmadeCa ca("CA");
  std::vector<Certificate> certificates = {root.certify(ca)};
  for (std::uint64_t i = 0; i < 8; ++i) {
    certificates.push_back(stranger.certify(HandmadeCa(ca.name(), HandmadeCa("key")), {.serial = i}));
  }
  const CertificatePool pool(certificates);
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  PathBuilder builder(ca.certify_end("End"), pool, anchors, inputs());
  EXPECT_TRUE(builder.next().value());
  EXPECT_FALSE(builder.next().value());
  EXPECT_EQ(builder.signature_checks(), 2U);
}

TEST(PathBuilder, TheLengthOfPathsIsBounded) {
  std::vector<HandmadeCa> cas;
  for (int i = 0; i < 6; ++i) {
    cas.emplace_back("CA " + std::to_string(i));
  }
  std::vector<Certificate> pool;
  for (std::size_t i = 0; i + 1 < cas.size(); ++i) {
    pool.push_back(cas[i].certify(cas[i + 1]));
  }
  const Certificate end = cas.back().certify_end("End");
  EXPECT_TRUE(search(end, pool, {{cas.front().self_signed()}}, {.length = 6}).path);
  EXPECT_FALSE(search(end, pool, {{cas.front().self_signed()}}, {.length = 5}).path);
}

TEST(PathBuilder, ManyCertificatesOfOneNameEndAtTheNumberOfSignatures) {
  const HandmadeCa root("Root");
  const HandmadeCa ca("CA");
  const HandmadeCa impostor(ca.name(), HandmadeCa("key"));
  std::vector<Certificate> pool;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    pool.push_back(root.certify(impostor, {.serial = i}));
  }
  const CertificatePool many(pool);
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  const Certificate end = ca.certify_end("End");
  // One key: one verification answers for all of them.
  const auto one_key = find_path(end, many, anchors, inputs());
  ASSERT_THAT(one_key, IsOk());
  EXPECT_FALSE(one_key->path);
  std::vector<Certificate> keys;
  for (std::uint64_t i = 0; i < 300; ++i) {
    keys.push_back(root.certify(HandmadeCa(ca.name(), HandmadeCa("key"))));
  }
  EXPECT_THAT(find_path(end, CertificatePool(keys), anchors, inputs(), {.signature_checks = 256}),
              FailsWith(ErrorCode::certificate_path_limit));
}

TEST(PathBuilder, SelfIssuedCertificatesMakeNoLoop) {
  const HandmadeCa root("Root");
  const HandmadeCa ca("CA");
  const HandmadeCa again(ca.name(), HandmadeCa("key"));
  const Certificate end = ca.certify_end("End");
  const PathSearch found = search(end,
                                  {ca.certify(ca), again.certify(ca), ca.certify(again), again.certify(again),
                                   root.certify(ca, {.not_after = kPathTime - std::chrono::hours{1}})},
                                  {{root.self_signed()}});
  EXPECT_FALSE(found.path);
  EXPECT_THAT(found.refused, SizeIs(1)) << "a path has no name with the same key twice";
}

// ---- The cache

TEST(VerifiedSignatures, SpareTheNextSearchItsVerifications) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const Certificate end = a.certify_end("End");
  const CertificatePool pool({root.certify(a)});
  const std::vector<TrustAnchor> anchors = {{root.self_signed()}};
  VerifiedSignatures known;
  PathBuilder first(end, pool, anchors, inputs(), {}, &known);
  EXPECT_TRUE(first.next().value()->verdict.is_valid());
  EXPECT_EQ(first.signature_checks(), 2U);
  EXPECT_EQ(known.size(), 2U);
  PathBuilder second(end, pool, anchors, inputs(), {.signature_checks = 0}, &known);
  EXPECT_TRUE(second.next().value()->verdict.is_valid());
  EXPECT_EQ(second.signature_checks(), 0U);
}

TEST(VerifiedSignatures, KeepGoodOnesAloneAndNotTooMany) {
  const HandmadeCa root("Root");
  const auto key = root.self_signed().verification_key().value();
  VerifiedSignatures known(2);
  SignatureChecks checks(8, &known);
  const Certificate spoiled = root.certify_end("Spoiled", {.spoil_signature = true});
  EXPECT_THAT(checks.verify(key, spoiled), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(checks.verify(key, spoiled), FailsWith(ErrorCode::signature_invalid));
  EXPECT_EQ(checks.made(), 1U) << "the second answer is remembered";
  EXPECT_EQ(known.size(), 0U);
  const Certificate one = root.certify_end("1");
  const Certificate two = root.certify_end("2");
  const Certificate three = root.certify_end("3");
  for (const Certificate& each : {one, two, three}) {
    EXPECT_THAT(checks.verify(key, each), IsOk());
  }
  EXPECT_FALSE(known.contains(key, one.fingerprint())) << "the oldest made room";
  EXPECT_TRUE(known.contains(key, two.fingerprint()));
  EXPECT_TRUE(known.contains(key, three.fingerprint()));
  const auto other = HandmadeCa("Other").self_signed().verification_key().value();
  EXPECT_FALSE(known.contains(other, two.fingerprint()));
}

// A verification by RSA of 16384 bits with an exponent of 64 counts for sixty.
TEST(SignatureChecks, CountADearKeySeveralTimes) {
  Bytes modulus(2048, 0x5B);
  modulus.front() = 0x80;
  const auto dear = crypto::VerificationKey::from_spki(rsa_spki(modulus, Bytes(8, 0xFF))).value();
  const HandmadeCa root("Root");
  const auto usual = root.self_signed().verification_key().value();
  const Certificate one = root.certify_end("1");
  SignatureChecks checks(62);
  EXPECT_THAT(checks.verify(usual, one), IsOk());
  EXPECT_EQ(checks.left(), 61U);
  EXPECT_FALSE(checks.verify(dear, one).has_value());
  EXPECT_EQ(checks.left(), 1U);
  EXPECT_EQ(checks.made(), 61U);
  EXPECT_THAT(checks.verify(dear, root.certify_end("2")), FailsWith(ErrorCode::certificate_path_limit));
  EXPECT_THAT(checks.verify(usual, root.certify_end("3")), FailsWith(ErrorCode::certificate_path_limit))
      << "then and ever after";
}

}  // namespace
}  // namespace rakkan::pki
