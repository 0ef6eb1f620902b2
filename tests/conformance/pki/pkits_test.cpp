// NIST PKITS judged by us, and beside us by OpenSSL.
//
// A case runs three times: its own certificates as one path; its own certificates as a pool; and the certificates of
// all cases as a pool. Cases whose refusal is a matter of CRLs (§6.3) are open until a RevocationCheck is made of them
// here (revocation_of): their paths are judged without revocation, and counted apart.
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

// The place where revocation data of a case comes in: its CRLs by §6.3. Nothing is made of them yet.
RevocationCheck revocation_of(const Case&) { return {}; }

PathInputs inputs_of(const Case& each) {
  return {.at = always_at(kPkitsTime), .policy = each.policy, .revocation = revocation_of(each)};
}

std::string words_of(const std::vector<PathFinding>& findings) {
  std::string words;
  for (const PathFinding& each : findings) {
    words += std::string(to_string(each.refusal)) + " of " + each.subject + ": " + each.detail + "\n";
  }
  return words;
}

// True when the case is accepted as long as nobody looks at CRLs.
bool valid_without_revocation(const Case& each) { return each.valid || each.needs_revocation; }

void expect_verdict(const Case& each, const PathVerdict& verdict) {
  EXPECT_EQ(verdict.is_valid(), valid_without_revocation(each)) << words_of(verdict.findings);
  for (const PathFinding& finding : verdict.findings) {
    EXPECT_TRUE(each.refusals.contains(finding.refusal))
        << "refused by " << to_string(finding.refusal) << " (" << finding.detail << "), where " << each.words;
  }
}

TEST(Pkits, EachPathHasItsVerdictForTheRightReason) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  ASSERT_EQ(suite.cases.size(), 246U);
  std::size_t judged = 0;
  std::vector<std::string> open;
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    const CertificationPath path = path_of(suite.anchor, each);
    SignatureChecks signatures(32);
    ASSERT_OK_AND_ASSIGN(const PathVerdict verdict, validate_path(path, inputs_of(each), signatures));
    expect_verdict(each, verdict);
    if (each.needs_revocation) {
      open.push_back(each.id + " " + each.name);
    } else {
      ++judged;
    }
  }
  std::cout << judged << " of 246 cases judged, " << open.size()
            << " open until CRLs are judged here (RFC 5280 §6.3):\n";
  for (const std::string& each : open) {
    std::cout << "  " << each << "\n";
  }
}

// A refusal in a search is that of a path, or of a link: a signature that does not verify, an issuer that nobody has.
void expect_search(const Case& each, const PathSearch& search) {
  EXPECT_EQ(search.path.has_value(), valid_without_revocation(each));
  if (search.path || valid_without_revocation(each)) {
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
  for (const PathFinding& finding : search.refused.front().verdict.findings) {
    EXPECT_TRUE(each.refusals.contains(finding.refusal)) << words_of(search.refused.front().verdict.findings);
  }
}

TEST(Pkits, PathsAreFoundAmongTheCertificatesOfTheCaseInAnyOrder) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  const std::vector<TrustAnchor> anchors = {suite.anchor};
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    std::vector<Certificate> pool = each.others;
    pool.push_back(suite.anchor.certificate);
    for (int order = 0; order < 2; ++order) {
      std::reverse(pool.begin(), pool.end());
      ASSERT_OK_AND_ASSIGN(const PathSearch search,
                           find_path(each.target, CertificatePool(pool), anchors, inputs_of(each)));
      expect_search(each, search);
    }
  }
}

TEST(Pkits, PathsAreFoundAmongTheCertificatesOfAllCases) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  const CertificatePool pool(suite.everything);
  const std::vector<TrustAnchor> anchors = {suite.anchor};
  VerifiedSignatures known;
  for (const Case& each : suite.cases) {
    SCOPED_TRACE(each.id + " " + each.name);
    ASSERT_OK_AND_ASSIGN(const PathSearch search, find_path(each.target, pool, anchors, inputs_of(each), {}, &known));
    expect_search(each, search);
  }
}

// ---- OpenSSL's verifier as a witness, on one chain without CRLs

using Foreign = std::unique_ptr<X509, decltype([](X509* x) { X509_free(x); })>;
using Store = std::unique_ptr<X509_STORE, decltype([](X509_STORE* store) { X509_STORE_free(store); })>;
using Context =
    std::unique_ptr<X509_STORE_CTX, decltype([](X509_STORE_CTX* context) { X509_STORE_CTX_free(context); })>;
using Stack = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

Foreign foreign(const Certificate& certificate) {
  const unsigned char* at = certificate.der().data();
  return Foreign(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
}

// X509_V_OK or its error.
int openssl_verdict(const TrustAnchor& anchor, const std::vector<Certificate>& others, const Certificate& target,
                    const PathInputs& inputs) {
  const Store store(X509_STORE_new());
  const Foreign root = foreign(anchor.certificate);
  X509_STORE_add_cert(store.get(), root.get());
  std::vector<Foreign> owned;
  const Stack untrusted(sk_X509_new_null());
  for (const Certificate& each : others) {
    owned.push_back(foreign(each));
    sk_X509_push(untrusted.get(), owned.back().get());
  }
  const Foreign leaf = foreign(target);
  const Context context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), untrusted.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, 0);
  X509_VERIFY_PARAM_set_time(
      parameters, std::chrono::duration_cast<std::chrono::seconds>(inputs.at(target).time_since_epoch()).count());
  unsigned long flags = X509_V_FLAG_POLICY_CHECK;
  flags |= inputs.policy.explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
  flags |= inputs.policy.inhibit_any_policy ? X509_V_FLAG_INHIBIT_ANY : 0;
  flags |= inputs.policy.inhibit_policy_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  for (const der::Oid& each : inputs.policy.user_initial_policies) {
    X509_VERIFY_PARAM_add0_policy(parameters, OBJ_txt2obj(each.dotted().c_str(), 1));
  }
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return error;
}

TEST(Pkits, OpensslSaysTheSameOfEachChain) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Suite suite = suite_of(corpora);
  std::vector<std::string> differences;
  for (const Case& each : suite.cases) {
    const PathInputs inputs = inputs_of(each);
    const CertificationPath path = path_of(suite.anchor, each);
    SignatureChecks signatures(32);
    ASSERT_OK_AND_ASSIGN(const PathVerdict verdict, validate_path(path, inputs, signatures));
    const int theirs = openssl_verdict(suite.anchor, each.others, each.target, inputs);
    if (verdict.is_valid() != (theirs == X509_V_OK)) {
      differences.push_back(each.id + ": " + X509_verify_cert_error_string(theirs));
    }
  }
  // OpenSSL does not let a DSA key inherit its parameters.
  EXPECT_THAT(differences, testing::ElementsAre(testing::StartsWith("40105: ")));
}

}  // namespace
}  // namespace rakkan::pki
