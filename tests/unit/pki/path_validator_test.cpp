#include "rakkan/pki/path_validator.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/handmade_certificates.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr der::Oid kGold{1, 2, 392, 1, 1};
constexpr der::Oid kSilver{1, 2, 392, 1, 2};
constexpr der::Oid kBronze{1, 2, 392, 1, 3};

Name name(const std::string& text) { return Name::from_text(text).value(); }

// A root, a CA below it and the CA's end entity; each test bends one of them.
struct Chain {
  HandmadeCa root{"Root"};
  HandmadeCa ca{"CA"};
  HandmadeContent of_ca;
  HandmadeContent of_end;
  Name subject = name("CN=End,O=Paths,C=JP");
  PathInputs inputs{.at = always_at(kPathTime)};

  [[nodiscard]] CertificationPath path() const {
    return {{root.self_signed()}, {root.certify(ca, of_ca), ca.certify_end(subject, of_end)}};
  }
  [[nodiscard]] PathVerdict judge() const { return judge(path()); }
  [[nodiscard]] PathVerdict judge(const CertificationPath& path) const {
    SignatureChecks signatures(64);
    return validate_path(path, inputs, signatures).value();
  }
};

std::vector<PathRefusal> refusals(const PathVerdict& verdict) {
  std::vector<PathRefusal> found;
  for (const PathFinding& each : verdict.findings) {
    found.push_back(each.refusal);
  }
  return found;
}

TEST(PathValidator, AcceptsAChain) {
  const PathVerdict verdict = Chain().judge();
  EXPECT_TRUE(verdict.is_valid()) << verdict.findings.front().detail;
  EXPECT_THAT(verdict.user_policies, IsEmpty()) << "no certificate names a policy";
}

TEST(PathValidator, AnAnchorByItselfIsAPathWithoutCertificates) {
  Chain chain;
  EXPECT_TRUE(chain.judge({{chain.root.self_signed()}, {}}).is_valid());
  TrustAnchor old{.certificate = chain.root.self_signed(), .sunset = kPathTime - std::chrono::seconds{1}};
  EXPECT_THAT(refusals(chain.judge({old, {}})), ElementsAre(PathRefusal::anchor_sunset));
  TrustAnchor young{.certificate = chain.root.self_signed(), .from = kPathTime + std::chrono::seconds{1}};
  EXPECT_THAT(refusals(chain.judge({young, {}})), ElementsAre(PathRefusal::anchor_not_yet));
}

TEST(PathValidator, AnAnchorCountsFromItsFirstMomentOn) {
  Chain chain;
  CertificationPath path = chain.path();
  path.anchor.from = kPathTime;
  EXPECT_TRUE(chain.judge(path).is_valid());
  path.anchor.from = kPathTime + std::chrono::milliseconds{1};
  EXPECT_THAT(refusals(chain.judge(path)), ElementsAre(PathRefusal::anchor_not_yet));
}

TEST(PathValidator, AnAnchorCountsUntilItsSunset) {
  Chain chain;
  CertificationPath path = chain.path();
  path.anchor.sunset = kPathTime;
  EXPECT_TRUE(chain.judge(path).is_valid());
  path.anchor.sunset = kPathTime - std::chrono::milliseconds{1};
  EXPECT_THAT(refusals(chain.judge(path)), ElementsAre(PathRefusal::anchor_sunset));
}

TEST(PathValidator, RefusesASignatureOfAnotherKey) {
  Chain chain;
  chain.of_end.spoil_signature = true;
  const PathVerdict verdict = chain.judge();
  EXPECT_THAT(refusals(verdict), ElementsAre(PathRefusal::signature));
  EXPECT_EQ(verdict.findings.front().index, 1U);
  EXPECT_EQ(verdict.findings.front().subject, "CN=End,O=Paths,C=JP");
}

TEST(PathValidator, ASignatureThatCannotBeVerifiedIsNoGoodOne) {
  Chain chain;
  CertificationPath path = chain.path();
  // A key of the kind 1.2.3.4.
  path.anchor.certificate =
      chain.root.issue(chain.root.name(), *from_hex("300b300506032a030403020000"), {.extensions = {}});
  const PathVerdict verdict = chain.judge(path);
  EXPECT_THAT(refusals(verdict), ElementsAre(PathRefusal::algorithm_unsupported));
  EXPECT_EQ(verdict.findings.front().index, 0U);
}

TEST(PathValidator, JudgesEachCertificateAtItsOwnTime) {
  Chain chain;
  chain.of_ca.not_after = kPathTime - std::chrono::hours{1};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::expired));
  const CertificationPath path = chain.path();
  chain.inputs.at = [&](const Certificate& each) {
    return each == path.certificates.front() ? kPathTime - std::chrono::hours{1} : kPathTime;
  };
  EXPECT_TRUE(chain.judge(path).is_valid()) << "the last moment of validity is a valid one";
}

TEST(PathValidator, RefusesACertificateThatIsNotYetValid) {
  Chain chain;
  chain.of_end.not_before = kPathTime + std::chrono::seconds{1};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::not_yet_valid));
}

TEST(PathValidator, AnAnchorsOwnAgeAndSignatureDoNotCount) {
  Chain chain;
  CertificationPath path = chain.path();
  path.anchor.certificate =
      chain.root.certify(chain.root, {.not_after = kPathStart + std::chrono::hours{1}, .spoil_signature = true});
  EXPECT_TRUE(chain.judge(path).is_valid());
}

TEST(PathValidator, RefusesAnotherIssuersName) {
  Chain chain;
  CertificationPath path = chain.path();
  path.certificates.back() = HandmadeCa(name("CN=Other"), chain.ca).certify_end("End");
  EXPECT_THAT(refusals(chain.judge(path)), ElementsAre(PathRefusal::issuer_name)) << "the key is the right one";
}

TEST(PathValidator, AsksForRevocationFromTheAnchorDown) {
  Chain chain;
  std::vector<std::size_t> asked;
  chain.inputs.revocation = [&](const CertificationPath&, std::size_t index) {
    asked.push_back(index);
    return index == 1 ? std::optional(RevocationRefusal{PathRefusal::revoked, "since yesterday"}) : std::nullopt;
  };
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::revoked));
  EXPECT_THAT(asked, ElementsAre(0, 1));
}

TEST(PathValidator, AnIssuerIsACa) {
  Chain chain;
  const auto with = [&](std::vector<HandmadeExtension> extensions, unsigned version = 3) {
    CertificationPath path = chain.path();
    path.certificates.front() =
        chain.root.issue(chain.ca.name(), chain.ca.spki(), {.version = version, .extensions = std::move(extensions)});
    return refusals(chain.judge(path));
  };
  EXPECT_THAT(with({basic_constraints(true), key_cert_sign()}), IsEmpty());
  EXPECT_THAT(with({basic_constraints(true)}), IsEmpty()) << "keyUsage may be absent";
  EXPECT_THAT(with({key_cert_sign()}), ElementsAre(PathRefusal::not_a_ca));
  EXPECT_THAT(with({basic_constraints(false), key_cert_sign()}), ElementsAre(PathRefusal::not_a_ca));
  EXPECT_THAT(with({}, 1), ElementsAre(PathRefusal::not_a_ca));
  EXPECT_THAT(with({basic_constraints(true), key_usage_bits(0b000000100)}), ElementsAre(PathRefusal::key_usage));
}

TEST(PathValidator, CountsTheCasBelowAPathLength) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa b("B");
  const Certificate end = b.certify_end("End");
  Chain chain;
  const auto with = [&](std::uint64_t length, const Certificate& second) {
    const Certificate first =
        root.issue(a.name(), a.spki(), {.extensions = {basic_constraints(true, length), key_cert_sign()}});
    return refusals(chain.judge({{root.self_signed()}, {first, second, end}}));
  };
  EXPECT_THAT(with(1, a.certify(b)), IsEmpty());
  EXPECT_THAT(with(0, a.certify(b)), ElementsAre(PathRefusal::path_length));
  // A self-issued certificate does not count.
  const HandmadeCa again(a.name(), b);
  const Certificate self_issued = a.certify(again);
  const Certificate first =
      root.issue(a.name(), a.spki(), {.extensions = {basic_constraints(true, 0), key_cert_sign()}});
  EXPECT_THAT(refusals(chain.judge({{root.self_signed()}, {first, self_issued, again.certify_end("End")}})), IsEmpty());
}

TEST(PathValidator, RefusesAnUnknownCriticalExtensionOfAnyCertificate) {
  const HandmadeExtension unknown{{1, 2, 392, 99}, true, {0x05, 0x00}};
  Chain chain;
  chain.of_ca.extensions = {unknown};
  chain.of_end.extensions = {unknown};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::critical_extension, PathRefusal::critical_extension));
  chain.of_ca.extensions = {{{1, 2, 392, 99}, false, {0x05, 0x00}}};
  chain.of_end.extensions = {};
  EXPECT_TRUE(chain.judge().is_valid());
}

TEST(PathValidator, RefusesAMalformedExtensionThatItReads) {
  for (const char* const value : {"3000", "30028000", "3006a0043002810000"}) {
    Chain chain;
    chain.of_ca.extensions = {{{2, 5, 29, 30}, true, *from_hex(value)}};
    EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::malformed_extension)) << value;
  }
  Chain chain;
  chain.of_end.extensions = {policies_extension({kGold, kGold})};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::malformed_extension)) << "a policy twice";
}

TEST(PathValidator, EveryRefusalHasItsNameAndClause) {
  for (unsigned i = 0; i <= static_cast<unsigned>(PathRefusal::explicit_policy); ++i) {
    EXPECT_FALSE(to_string(static_cast<PathRefusal>(i)).empty());
    EXPECT_FALSE(clause_of(static_cast<PathRefusal>(i)).empty());
  }
  EXPECT_EQ(clause_of(PathRefusal::name_excluded), "RFC 5280 §6.1.3 (c)");
}

// ---- Names (§6.1.3 b, c)

struct NameCase {
  std::vector<Bytes> permitted;
  std::vector<Bytes> excluded;
  std::vector<Bytes> names;
};

std::vector<PathRefusal> judge_names(const NameCase& each, const std::string& subject = "CN=End,O=Paths,C=JP") {
  Chain chain;
  chain.subject = name(subject);
  chain.of_ca.extensions = {name_constraints_extension(each.permitted, each.excluded)};
  if (!each.names.empty()) {
    chain.of_end.extensions = {subject_names_extension(each.names)};
  }
  return refusals(chain.judge());
}

constexpr unsigned kRfc822 = 1;
constexpr unsigned kDns = 2;
constexpr unsigned kUri = 6;
constexpr unsigned kIp = 7;

std::vector<PathRefusal> permitted(unsigned kind, std::string_view subtree, std::string_view name) {
  return judge_names({{general_text(kind, subtree)}, {}, {general_text(kind, name)}});
}
std::vector<PathRefusal> excluded(unsigned kind, std::string_view subtree, std::string_view name) {
  return judge_names({{}, {general_text(kind, subtree)}, {general_text(kind, name)}});
}

TEST(NameConstraints, OfHosts) {
  EXPECT_THAT(permitted(kDns, "example.com", "example.com"), IsEmpty());
  EXPECT_THAT(permitted(kDns, "example.com", "www.Example.COM"), IsEmpty());
  EXPECT_THAT(permitted(kDns, "", "anything.test"), IsEmpty());
  EXPECT_THAT(permitted(kDns, "example.com", "badexample.com"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(permitted(kDns, ".example.com", "example.com"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(excluded(kDns, "example.com", "a.example.com"), ElementsAre(PathRefusal::name_excluded));
  EXPECT_THAT(excluded(kDns, "example.com", "example.org"), IsEmpty());
  EXPECT_THAT(excluded(kDns, "a.example.com", "*.example.com"), ElementsAre(PathRefusal::name_excluded))
      << "the wildcard stands for the excluded name";
  EXPECT_THAT(excluded(kDns, "a.b.example.com", "*.example.com"), IsEmpty());
}

TEST(NameConstraints, OfMailboxes) {
  EXPECT_THAT(permitted(kRfc822, "example.com", "a@Example.com"), IsEmpty());
  EXPECT_THAT(permitted(kRfc822, "example.com", "a@mail.example.com"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(permitted(kRfc822, ".example.com", "a@mail.example.com"), IsEmpty());
  EXPECT_THAT(permitted(kRfc822, ".example.com", "a@example.com"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(permitted(kRfc822, "a@example.com", "a@EXAMPLE.com"), IsEmpty());
  EXPECT_THAT(permitted(kRfc822, "a@example.com", "A@example.com"), ElementsAre(PathRefusal::name_not_permitted))
      << "the part before the @ keeps its case";
  EXPECT_THAT(permitted(kRfc822, "example.com", "no mailbox"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(excluded(kRfc822, "example.com", "a@example.com"), ElementsAre(PathRefusal::name_excluded));
}

TEST(NameConstraints, OfMailboxesHoldForAddressesInTheSubject) {
  const NameCase only{{general_text(kRfc822, "example.com")}, {}, {}};
  EXPECT_THAT(judge_names(only, "emailAddress=a@example.com,CN=End"), IsEmpty());
  EXPECT_THAT(judge_names(only, "emailAddress=a@example.org,CN=End"), ElementsAre(PathRefusal::name_not_permitted));
}

TEST(NameConstraints, OfUris) {
  EXPECT_THAT(permitted(kUri, "example.com", "https://example.com:8443/a?b"), IsEmpty());
  EXPECT_THAT(permitted(kUri, "example.com", "https://u@www.example.com/"),
              ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(permitted(kUri, ".example.com", "https://u@www.example.com/"), IsEmpty());
  EXPECT_THAT(permitted(kUri, ".example.com", "https://x/@www.example.com"),
              ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(excluded(kUri, "example.com", "https://EXAMPLE.com"), ElementsAre(PathRefusal::name_excluded));
  for (const char* const without_host : {"urn:isbn:1", "https://192.0.2.1/", "https://[2001:db8::1]/", "https:///a"}) {
    EXPECT_THAT(excluded(kUri, "example.com", without_host), ElementsAre(PathRefusal::name_not_permitted))
        << without_host;
  }
}

TEST(NameConstraints, OfAddresses) {
  const Bytes range = general_octets(kIp, Bytes{192, 0, 2, 0, 255, 255, 255, 0});
  const auto address = [](Bytes octets) { return std::vector<Bytes>{general_octets(kIp, octets)}; };
  EXPECT_THAT(judge_names({{range}, {}, address({192, 0, 2, 7})}), IsEmpty());
  EXPECT_THAT(judge_names({{range}, {}, address({192, 0, 3, 7})}), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(judge_names({{range}, {}, address(Bytes(16, 1))}), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(judge_names({{}, {range}, address({192, 0, 2, 9})}), ElementsAre(PathRefusal::name_excluded));
  EXPECT_THAT(judge_names({{}, {range}, address({192, 0, 2})}), ElementsAre(PathRefusal::malformed_extension));
}

TEST(NameConstraints, OfDirectories) {
  const NameCase only{{general_directory(name("O=Paths,C=JP"))}, {}, {}};
  EXPECT_THAT(judge_names(only), IsEmpty());
  EXPECT_THAT(judge_names(only, "CN=End,O=  PATHS ,C=JP"), IsEmpty());
  EXPECT_THAT(judge_names(only, "CN=End,O=Paths2,C=JP"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(judge_names(only, "CN=End,OU=x+O=Paths,C=JP"), ElementsAre(PathRefusal::name_not_permitted))
      << "an RDN counts as a whole";
  EXPECT_THAT(judge_names({{}, {general_directory(name("CN=End,O=Paths,C=JP"))}, {}}),
              ElementsAre(PathRefusal::name_excluded));
  EXPECT_THAT(judge_names({{}, {general_directory(Name())}, {}}), ElementsAre(PathRefusal::name_excluded))
      << "the empty name is above all";
}

TEST(NameConstraints, OfAKindThatIsAbsentConstrainNothing) {
  EXPECT_THAT(judge_names({{general_text(kDns, "example.com")}, {}, {}}), IsEmpty());
  EXPECT_THAT(judge_names({{general_text(kDns, "example.com")}, {}, {general_text(kRfc822, "a@b.test")}}), IsEmpty());
}

TEST(NameConstraints, OfAKindThatIsNotProcessedRefuseItsNames) {
  const Bytes registered = general_octets(8, Bytes{0x2A, 0x03});
  EXPECT_THAT(judge_names({{registered}, {}, {registered}}), ElementsAre(PathRefusal::name_kind));
  EXPECT_THAT(judge_names({{registered}, {}, {general_text(kDns, "a.test")}}), IsEmpty());
}

TEST(NameConstraints, OfTwoCertificatesHoldTogether) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa b("B");
  const auto judge = [&](std::string_view first, std::string_view second, std::string_view host) {
    const HandmadeContent of_a{.extensions = {name_constraints_extension({general_text(kDns, first)}, {})}};
    const HandmadeContent of_b{.extensions = {name_constraints_extension({general_text(kDns, second)}, {})}};
    const HandmadeContent of_end{.extensions = {subject_names_extension({general_text(kDns, host)})}};
    return refusals(Chain().judge(
        {{root.self_signed()}, {root.certify(a, of_a), a.certify(b, of_b), b.certify_end("End", of_end)}}));
  };
  EXPECT_THAT(judge("example.com", "a.example.com", "x.a.example.com"), IsEmpty());
  EXPECT_THAT(judge("example.com", "a.example.com", "b.example.com"), ElementsAre(PathRefusal::name_not_permitted));
  EXPECT_THAT(judge("a.example.com", "example.com", "b.example.com"), ElementsAre(PathRefusal::name_not_permitted))
      << "a CA below cannot widen what the one above allows";
}

TEST(NameConstraints, DoNotHoldForASelfIssuedIntermediate) {
  const HandmadeCa root("Root");
  const HandmadeCa a("A");
  const HandmadeCa again(a.name(), HandmadeCa("key"));
  const HandmadeContent of_a{.extensions = {name_constraints_extension({general_directory(name("O=Elsewhere"))}, {})}};
  const Certificate end = again.certify_end(name("CN=End,O=Elsewhere"));
  EXPECT_THAT(refusals(Chain().judge({{root.self_signed()}, {root.certify(a, of_a), a.certify(again), end}})),
              IsEmpty());
  const Certificate last = a.certify(again);
  EXPECT_THAT(refusals(Chain().judge({{root.self_signed()}, {root.certify(a, of_a), last}})),
              ElementsAre(PathRefusal::name_not_permitted));
}

TEST(NameConstraints, TheirWorkIsBounded) {
  Chain chain;
  std::vector<Bytes> many(300, general_text(kDns, "a.test"));
  chain.of_ca.extensions = {name_constraints_extension(many, {})};
  chain.of_end.extensions = {subject_names_extension(many)};
  chain.inputs.name_comparisons = 300 * 301 - 1;
  SignatureChecks signatures(64);
  EXPECT_THAT(validate_path(chain.path(), chain.inputs, signatures), FailsWith(ErrorCode::certificate_path_limit));
  chain.inputs.name_comparisons = 300 * 301;  // 300 names and the subject
  EXPECT_TRUE(chain.judge().is_valid());
}

TEST(NameConstraints, OfTheInputsHoldForTheFirstCertificate) {
  Chain chain;
  const CertificationPath path = chain.path();
  const HandmadeContent carrier{
      .extensions = {name_constraints_extension({}, {general_directory(name("CN=CA,O=Paths,C=JP"))})}};
  const Certificate names = chain.root.certify(chain.ca, carrier);
  chain.inputs.initial_names = *names.path_extensions().value().name_constraints;
  EXPECT_THAT(refusals(chain.judge(path)), ElementsAre(PathRefusal::name_excluded));
}

// ---- Policies (§6.1.3 d to f, §6.1.4 a and b, §6.1.5 g)

std::vector<der::Oid> oids(const std::vector<ValidPolicy>& policies) {
  std::vector<der::Oid> found;
  for (const ValidPolicy& each : policies) {
    found.push_back(each.policy);
  }
  return found;
}

TEST(Policies, AreTheOnesThatAllCertificatesName) {
  Chain chain;
  chain.of_ca.extensions = {policies_extension({kGold, kSilver})};
  chain.of_end.extensions = {policies_extension({kSilver, kBronze})};
  EXPECT_THAT(oids(chain.judge().user_policies), ElementsAre(kSilver));
}

TEST(Policies, AreRequiredWhenTheUserAsksForThem) {
  Chain chain;
  chain.inputs.policy.explicit_policy = true;
  EXPECT_THAT(refusals(chain.judge()), Contains(PathRefusal::no_valid_policy));
  chain.of_ca.extensions = {policies_extension({kGold})};
  chain.of_end.extensions = {policies_extension({kGold})};
  EXPECT_TRUE(chain.judge().is_valid());
  chain.inputs.policy.user_initial_policies = {kSilver};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::explicit_policy));
  chain.inputs.policy.explicit_policy = false;
  EXPECT_TRUE(chain.judge().is_valid()) << "without explicit policy the set only says what is left";
}

TEST(Policies, AreRequiredByACertificate) {
  Chain chain;
  chain.of_ca.extensions = {policy_constraints_extension(0, std::nullopt)};
  EXPECT_THAT(refusals(chain.judge()), Contains(PathRefusal::no_valid_policy));
  chain.of_ca.extensions = {policy_constraints_extension(9, std::nullopt)};
  EXPECT_TRUE(chain.judge().is_valid()) << "nine certificates further down";
  chain.of_ca.extensions = {};
  chain.of_end.extensions = {policy_constraints_extension(0, std::nullopt)};
  EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::explicit_policy));
}

TEST(Policies, AnyPolicyStandsForEach) {
  Chain chain;
  chain.inputs.policy = {{kGold}, true, false, false};
  chain.of_ca.extensions = {policies_extension({kAnyPolicy})};
  chain.of_end.extensions = {policies_extension({kGold})};
  EXPECT_THAT(oids(chain.judge().user_policies), ElementsAre(kGold));
  chain.of_end.extensions = {policies_extension({kAnyPolicy})};
  EXPECT_THAT(oids(chain.judge().user_policies), ElementsAre(kGold));
  chain.inputs.policy.inhibit_any_policy = true;
  EXPECT_THAT(refusals(chain.judge()), Contains(PathRefusal::explicit_policy));
  chain.inputs.policy.inhibit_any_policy = false;
  chain.of_ca.extensions = {policies_extension({kAnyPolicy}), inhibit_any_policy_extension(0)};
  EXPECT_THAT(refusals(chain.judge()), Contains(PathRefusal::explicit_policy));
}

TEST(Policies, AreMapped) {
  Chain chain;
  chain.inputs.policy = {{kGold}, true, false, false};
  chain.of_ca.extensions = {policies_extension({kGold}), policy_mappings_extension({{kGold, kSilver}})};
  chain.of_end.extensions = {policies_extension({kSilver})};
  const PathVerdict verdict = chain.judge();
  EXPECT_TRUE(verdict.is_valid());
  EXPECT_THAT(oids(verdict.user_policies), ElementsAre(kGold)) << "in the words of the user's domain";
  chain.inputs.policy.inhibit_policy_mapping = true;
  EXPECT_THAT(refusals(chain.judge()), Contains(PathRefusal::explicit_policy));
}

TEST(Policies, AnyPolicyIsNotMapped) {
  for (const auto& mapping : {std::pair(kAnyPolicy, kGold), std::pair(kGold, kAnyPolicy)}) {
    Chain chain;
    chain.of_ca.extensions = {policy_mappings_extension({mapping})};
    EXPECT_THAT(refusals(chain.judge()), ElementsAre(PathRefusal::any_policy_mapped));
  }
}

// The tree of RFC 5280 would have 2^n nodes here: each depth maps both policies to both.
TEST(Policies, GrowWithTheCertificatesAndNotWithThePaths) {
  std::vector<HandmadeCa> cas;
  for (int i = 0; i < 40; ++i) {
    cas.emplace_back("CA " + std::to_string(i));
  }
  CertificationPath path{{cas.front().self_signed()}, {}};
  for (std::size_t i = 0; i + 1 < cas.size(); ++i) {
    path.certificates.push_back(cas[i].certify(
        cas[i + 1], {.extensions = {policies_extension({kGold, kSilver}),
                                    policy_mappings_extension(
                                        {{kGold, kGold}, {kGold, kSilver}, {kSilver, kGold}, {kSilver, kSilver}})}}));
  }
  path.certificates.push_back(cas.back().certify_end("End", {.extensions = {policies_extension({kGold})}}));
  Chain chain;
  chain.inputs.policy.explicit_policy = true;
  const PathVerdict verdict = chain.judge(path);
  EXPECT_TRUE(verdict.is_valid());
  EXPECT_THAT(oids(verdict.user_policies), testing::UnorderedElementsAre(kGold, kSilver));
}

}  // namespace
}  // namespace rakkan::pki
