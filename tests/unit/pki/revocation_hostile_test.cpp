// Sources that are made to cost work: the search for revocation ends within its bounds, with a word that says so.
#include <gmock/gmock.h>

#include <chrono>

#include "rakkan/pki/revocation_processing.hpp"
#include "support/result_matchers.hpp"
#include "support/revocation_world.hpp"

namespace rakkan::pki {
namespace {

using namespace test;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(HostileRevocation, TenThousandCertificatesOfTheListsIssuerCostLittle) {
  RevocationWorld world;
  const Authority impostor("CA");
  Authority certifier("Certifier");
  static const Bytes kSerial{0x71, 0x01, 0x01};
  const Bytes one = copy_of(certifier.certify_ca(impostor, numbered(kSerial)).der());
  for (unsigned i = 0; i < 10'000; ++i) {  // the same certificate with other serial numbers; nobody signed them
    Bytes other = one;
    const auto at = std::search(other.begin(), other.end(), kSerial.begin(), kSerial.end());
    *(at + 1) = static_cast<Byte>(i >> 8);
    *(at + 2) = static_cast<Byte>(i);
    if (auto certificate = Certificate::parse(other)) {
      world.certificates.push_back(*std::move(certificate));
    }
  }
  ASSERT_GT(world.certificates.size(), 9'900U);
  world.lists = {world.list(world.ca)};
  EXPECT_EQ(world.status().state, RevocationState::good);
  Authority other_key("CA");
  world.lists = {world.list(other_key)};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(world.status().state, RevocationState::unknown);
  EXPECT_LT(seconds_since(start), 10.0) << "one key was tried for each of 32 candidates at most";
}

// CAs of which each certified each: the paths of a CRL issuer below them are more than anybody can walk.
TEST(HostileRevocation, ABombOfCrossCertificatesAboveACrlIssuerEnds) {
  std::vector<Authority> cas;
  for (int i = 0; i < 10; ++i) {
    cas.emplace_back("CA " + std::to_string(i));
  }
  Authority crl_issuer("CRL issuer");
  RevocationWorld world({{.url = "http://crl.example/1.crl", .crl_issuer = crl_issuer.name()}});
  Byte serial = 1;
  const auto with_point = [&] {
    return numbered({0x72, serial++}, [&](CertificateTemplate& content) {
      content.other_extensions = {
          distribution_points({{.url = "http://crl.example/1.crl", .crl_issuer = crl_issuer.name()}})};
    });
  };
  for (Authority& issuer : cas) {
    for (const Authority& subject : cas) {
      if (&issuer != &subject) {
        world.certificates.push_back(issuer.certify_ca(subject, with_point()));
      }
    }
  }
  world.certificates.push_back(world.root.certify_ca(cas[0], with_point()));
  world.certificates.push_back(RevocationWorld::crl_issuer_certificate(cas[9], crl_issuer, with_point()));
  world.lists = {world.list(crl_issuer, [](CrlTemplate& content) {
    content.scope = CrlScope{.url = "http://crl.example/1.crl", .indirect_crl = true};
  })};
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  const auto start = std::chrono::steady_clock::now();
  const auto verdict = processor.status_at(world.path(), 1, kControl);
  if (verdict) {
    EXPECT_EQ(verdict->state, RevocationState::unknown);
  } else {
    EXPECT_THAT(verdict, FailsWith(ErrorCode::certificate_path_limit));
  }
  EXPECT_LT(seconds_since(start), 10.0);
  EXPECT_LE(processor.signature_checks(), 4096U);
}

TEST(HostileRevocation, TooManyListsAreTooMuch) {
  RevocationWorld world;
  const CertificateList one = world.list(world.ca);
  for (unsigned i = 0; i < 300; ++i) {
    Bytes other = copy_of(one.der());
    other[other.size() - 1] = static_cast<Byte>(i);
    other[other.size() - 2] = static_cast<Byte>(i >> 8);
    world.lists.push_back(CertificateList::parse(other).value());
  }
  const RevocationSources sources = world.sources();
  RevocationProcessor processor(sources);
  EXPECT_THAT(processor.status_at(world.path(), 1, kControl), FailsWith(ErrorCode::certificate_path_limit));
}

TEST(HostileRevocation, WithoutBudgetThereIsNoVerdict) {
  RevocationWorld world;
  world.lists = {world.list(world.ca)};
  const RevocationSources sources = world.sources();
  RevocationProcessor no_signatures(sources, {.signature_checks = 0});
  EXPECT_THAT(no_signatures.status_at(world.path(), 1, kControl), FailsWith(ErrorCode::certificate_path_limit));
  RevocationProcessor no_steps(sources, {.steps = 2});
  EXPECT_THAT(no_steps.status_at(world.path(), 1, kControl), FailsWith(ErrorCode::certificate_path_limit));
  EXPECT_THAT(no_steps.facts(world.path(), 0), FailsWith(ErrorCode::certificate_path_limit)) << "then and ever after";
}

TEST(HostileRevocation, WhatIsKnownToVerifyCostsNoBudget) {
  RevocationWorld world;
  world.lists = {world.list(world.ca)};
  const RevocationSources sources = world.sources();
  VerifiedSignatures known;
  RevocationProcessor first(sources, {}, &known);
  ASSERT_THAT(first.status_at(world.path(), 1, kControl), IsOk());
  EXPECT_EQ(first.signature_checks(), 1U);
  RevocationProcessor second(sources, {.signature_checks = 0}, &known);
  EXPECT_THAT(second.status_at(world.path(), 1, kControl), IsOk());
}

}  // namespace
}  // namespace rakkan::pki
