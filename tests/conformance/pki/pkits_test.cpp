// NIST PKITS judged by us, and beside us by OpenSSL.
//
// A case runs three times: its own certificates as one path; its own certificates and CRLs as a pool; and the
// certificates and CRLs of all cases as a pool. Revocation is judged in every one of them (RFC 5280 §6.3).
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "conformance/pki/pkits.hpp"

namespace rakkan::pki {
namespace {

using namespace pkits;

RevocationSources sources_of(const Suite& suite, const Case& each) {
  std::vector<Certificate> certificates = each.others;
  certificates.push_back(each.target);
  certificates.push_back(suite.anchor.certificate);
  return {certificates, each.lists, {}};
}

PathInputs inputs_of(const Case& each, RevocationProcessor& processor) {
  return {.at = always_at(kPkitsTime), .policy = each.policy, .revocation = processor.check_at(always_at(kPkitsTime))};
}

std::string words_of(const std::vector<PathFinding>& findings) {
  std::string words;
  for (const PathFinding& each : findings) {
    words += std::string(to_string(each.refusal)) + " of " + each.subject + ": " + each.detail + "\n";
  }
  return words;
}

// Cases that another step refuses, and in which the revocation of a certificate is unknown as a consequence of that.
const std::set<std::string> kUnknownBesides = {
    "40207",           // it ended in 1999, and a list of 2010 need not know it any more
    "40301", "40302",  // its issuer's name is another one, and so is that of the list
};

void expect_findings(const Case& each, const std::vector<PathFinding>& findings) {
  bool is_refused_rightly = false;
  for (const PathFinding& finding : findings) {
    if (finding.refusal == PathRefusal::revocation_unknown && kUnknownBesides.contains(each.id)) {
      continue;
    }
    EXPECT_TRUE(each.refusals.contains(finding.refusal))
        << "refused by " << to_string(finding.refusal) << " (" << finding.detail << "), where " << each.words;
    is_refused_rightly = is_refused_rightly || each.refusals.contains(finding.refusal);
  }
  EXPECT_EQ(is_refused_rightly, !each.valid) << each.words;
}

TEST(Pkits, EachPathHasItsVerdictForTheRightReason) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  ASSERT_EQ(suite.cases.size(), 246U);
  std::size_t accepted = 0;
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    const CertificationPath path = path_of(suite.anchor, each);
    const RevocationSources sources = sources_of(suite, each);
    RevocationProcessor processor(sources);
    SignatureChecks signatures(32);
    ASSERT_OK_AND_ASSIGN(const PathVerdict verdict, validate_path(path, inputs_of(each, processor), signatures));
    EXPECT_EQ(verdict.is_valid(), each.valid) << words_of(verdict.findings);
    expect_findings(each, verdict.findings);
    accepted += verdict.is_valid() ? 1 : 0;
  }
  std::cout << "246 cases judged with revocation, " << accepted << " accepted, " << 246 - accepted << " refused\n";
}

// ---- Revocation: the case is refused for the flaw of the CRL that it is about

struct RevocationCase {
  std::string_view id;
  std::optional<RevocationFlaw> flaw;  // nothing: it is revoked, or no list is about its issuer at all
  std::size_t upwards = 0;             // from the target to the certificate that is refused
};

const std::vector<RevocationCase>& revocation_cases() {
  using F = RevocationFlaw;
  static const std::vector<RevocationCase> all = {
      {"40401", std::nullopt},
      {"40402", std::nullopt, 1},
      {"40403", std::nullopt},
      {"40404", F::signature},
      {"40405", std::nullopt},
      {"40406", std::nullopt},
      {"40408", F::critical_extension},
      {"40409", F::critical_extension},
      {"40410", F::critical_extension},
      {"40411", F::not_current},
      {"40412", F::not_current},
      {"40415", std::nullopt},
      {"40418", std::nullopt},
      {"40420", std::nullopt},
      {"40421", F::signer_revoked},
      {"40502", std::nullopt},
      {"40505", std::nullopt},
      {"40507", std::nullopt},
      {"40704", F::crl_sign_missing},
      {"40705", F::crl_sign_missing},
      {"41402", std::nullopt},
      {"41403", F::distribution_point},
      {"41406", std::nullopt},
      {"41408", F::distribution_point},
      {"41409", F::distribution_point},
      {"41411", F::only_user_certificates},
      {"41412", F::only_ca_certificates},
      {"41414", F::only_attribute_certificates},
      {"41415", std::nullopt},
      {"41416", std::nullopt},
      {"41417", F::some_reasons},
      {"41420", std::nullopt},
      {"41421", std::nullopt},
      {"41423", std::nullopt},
      {"41426", std::nullopt},
      {"41427", F::not_indirect},
      {"41431", std::nullopt},
      {"41432", std::nullopt},
      {"41434", std::nullopt},
      {"41435", F::distribution_point},
      {"41501", F::delta_without_base},
      {"41503", std::nullopt},
      {"41504", std::nullopt},
      {"41506", std::nullopt},
      {"41509", std::nullopt},
      {"41510", F::not_current},
  };
  return all;
}

TEST(Pkits, RevocationIsRefusedForTheFlawThatTheCaseIsAbout) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  std::set<std::string_view> judged;
  for (const Case& each : suite.cases) {
    if (!each.needs_revocation) {
      continue;
    }
    SCOPED_TRACE(each.id + " " + each.name);
    const auto row = std::find_if(revocation_cases().begin(), revocation_cases().end(),
                                  [&](const RevocationCase& one) { return one.id == each.id; });
    if (row == revocation_cases().end()) {
      ADD_FAILURE() << "no flaw is listed: " << each.words;
      continue;
    }
    judged.insert(row->id);
    const CertificationPath path = path_of(suite.anchor, each);
    const RevocationSources sources = sources_of(suite, each);
    RevocationProcessor processor(sources);
    const std::size_t refused = path.certificates.size() - 1 - row->upwards;
    for (std::size_t i = 0; i < path.certificates.size(); ++i) {
      ASSERT_OK_AND_ASSIGN(const RevocationVerdict verdict, processor.status_at(path, i, kPkitsTime));
      std::string objections;
      for (const RevocationObjection& one : verdict.objections) {
        objections += std::string(to_string(one.flaw)) + ": " + one.detail + "\n";
      }
      if (i != refused) {
        EXPECT_EQ(verdict.state, RevocationState::good) << i << " " << objections;
        continue;
      }
      const bool is_revoked = each.refusals.contains(PathRefusal::revoked);
      EXPECT_EQ(verdict.state, is_revoked ? RevocationState::revoked : RevocationState::unknown) << objections;
      if (row->flaw) {
        EXPECT_TRUE(verdict.has(*row->flaw)) << objections;
      } else if (!is_revoked) {
        EXPECT_TRUE(verdict.objections.empty()) << objections;
      }
      if (is_revoked) {  // "… was revoked at 08:30:00 on 2010-01-01, due to …"
        const std::string time = to_rfc3339(verdict.revocation->time);
        EXPECT_THAT(each.words, testing::HasSubstr(time.substr(11, 8) + " on " + time.substr(0, 10)));
      }
    }
  }
  EXPECT_EQ(judged.size(), revocation_cases().size());
}

// A refusal in a search is that of a path, or of a link: a signature that does not verify, an issuer that nobody has.
void expect_search(const Case& each, const PathSearch& search) {
  EXPECT_EQ(search.path.has_value(), each.valid)
      << (search.refused.empty() ? std::string() : words_of(search.refused.front().verdict.findings));
  if (search.path || each.valid) {
    return;
  }
  if (each.refusals.contains(PathRefusal::signature)) {
    EXPECT_FALSE(search.broken.empty());
    return;
  }
  if (each.refusals.contains(PathRefusal::issuer_name)) {
    EXPECT_TRUE(search.refused.empty());
    return;
  }
  ASSERT_FALSE(search.refused.empty());
  expect_findings(each, search.refused.front().verdict.findings);
}

TEST(Pkits, PathsAreFoundAmongTheCertificatesOfTheCaseInAnyOrder) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  const std::vector<TrustAnchor> anchors = {suite.anchor};
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    std::vector<Certificate> pool = each.others;
    pool.push_back(suite.anchor.certificate);
    std::vector<CertificateList> lists = each.lists;
    for (int order = 0; order < 2; ++order) {
      std::reverse(pool.begin(), pool.end());
      std::reverse(lists.begin(), lists.end());
      const RevocationSources sources(pool, lists, {});
      RevocationProcessor processor(sources);
      ASSERT_OK_AND_ASSIGN(const PathSearch search,
                           find_path(each.target, CertificatePool(pool), anchors, inputs_of(each, processor)));
      expect_search(each, search);
    }
  }
}

TEST(Pkits, PathsAreFoundAmongTheCertificatesAndListsOfAllCases) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  const CertificatePool pool(suite.everything);
  const std::vector<TrustAnchor> anchors = {suite.anchor};
  VerifiedSignatures known;
  const RevocationSources sources(suite.everything, suite.all_lists, {});
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    RevocationProcessor processor(sources, {}, &known);
    ASSERT_OK_AND_ASSIGN(const PathSearch search,
                         find_path(each.target, pool, anchors, inputs_of(each, processor), {}, &known));
    expect_search(each, search);
  }
}

// ---- OpenSSL's verifier as a witness, on one chain with its CRLs

using Foreign = std::unique_ptr<X509, decltype([](X509* x) { X509_free(x); })>;
using Store = std::unique_ptr<X509_STORE, decltype([](X509_STORE* store) { X509_STORE_free(store); })>;
using Context =
    std::unique_ptr<X509_STORE_CTX, decltype([](X509_STORE_CTX* context) { X509_STORE_CTX_free(context); })>;
using ForeignList = std::unique_ptr<X509_CRL, decltype([](X509_CRL* list) { X509_CRL_free(list); })>;
using ListStack =
    std::unique_ptr<STACK_OF(X509_CRL), decltype([](STACK_OF(X509_CRL) * stack) { sk_X509_CRL_free(stack); })>;
using Stack = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

Foreign foreign(const Certificate& certificate) {
  const unsigned char* at = certificate.der().data();
  return Foreign(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
}

// X509_V_OK or its error.
int openssl_verdict(const TrustAnchor& anchor, const Case& of) {
  const Store store(X509_STORE_new());
  const Foreign root = foreign(anchor.certificate);
  X509_STORE_add_cert(store.get(), root.get());
  std::vector<Foreign> owned;
  const Stack untrusted(sk_X509_new_null());
  for (const Certificate& each : of.others) {
    owned.push_back(foreign(each));
    sk_X509_push(untrusted.get(), owned.back().get());
  }
  // Given with the chain, not in the store, where OpenSSL looks for lists of the certificate's issuer alone.
  std::vector<ForeignList> owned_lists;
  const ListStack lists(sk_X509_CRL_new_null());
  for (const CertificateList& each : of.lists) {
    const unsigned char* at = each.der().data();
    owned_lists.emplace_back(d2i_X509_CRL(nullptr, &at, static_cast<long>(each.der().size())));
    sk_X509_CRL_push(lists.get(), owned_lists.back().get());
  }
  const Foreign leaf = foreign(of.target);
  const Context context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), untrusted.get());
  X509_STORE_CTX_set0_crls(context.get(), lists.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, 0);
  X509_VERIFY_PARAM_set_time(parameters,
                             std::chrono::duration_cast<std::chrono::seconds>(kPkitsTime.time_since_epoch()).count());
  unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
                        X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
  flags |= of.policy.explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
  flags |= of.policy.inhibit_any_policy ? X509_V_FLAG_INHIBIT_ANY : 0;
  flags |= of.policy.inhibit_policy_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  for (const der::Oid& each : of.policy.user_initial_policies) {
    X509_VERIFY_PARAM_add0_policy(parameters, OBJ_txt2obj(each.dotted().c_str(), 1));
  }
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return error;
}

TEST(Pkits, OpensslSaysTheSameOfEachCase) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  std::vector<std::string> differences;
  for (const Case& each : suite.cases) {
    const CertificationPath path = path_of(suite.anchor, each);
    const RevocationSources sources = sources_of(suite, each);
    RevocationProcessor processor(sources);
    SignatureChecks signatures(32);
    ASSERT_OK_AND_ASSIGN(const PathVerdict verdict, validate_path(path, inputs_of(each, processor), signatures));
    const int theirs = openssl_verdict(suite.anchor, each);
    if (verdict.is_valid() != (theirs == X509_V_OK)) {
      differences.push_back(each.id + ": " + X509_verify_cert_error_string(theirs));
    }
  }
  // OpenSSL does not let a DSA key inherit its parameters, and knows no CRL issuer on another path than the target's.
  EXPECT_THAT(differences, testing::ElementsAre(testing::StartsWith("40105: "), testing::StartsWith("41430: ")));
}

}  // namespace
}  // namespace rakkan::pki
