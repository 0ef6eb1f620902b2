#include "rakkan/validation/facts_json.hpp"

#include <gtest/gtest.h>

#include "support/facts_world.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;
using test::FailsWith;

constexpr auto kInvalid = ErrorCode::facts_invalid;

// Every member has a value that is not the default.
FactsWorld full_world() {
  FactsWorld world;
  world.facts.document.sha256 = std::string(64, 'a');
  world.facts.document.findings = {{"header-offset", "ISO 32000-2 §7.5.2", "3 bytes", 1, "1 0 obj"}};
  SignatureFacts& signature = world.signature();
  signature.structure = {{"contents-padding", "clause", "detail", 2, "5 0 obj"}};
  signature.policy = SignaturePolicyFacts{"1.2.3.4", true, false};
  signature.commitment_types = {"1.2.3"};
  signature.reason = "契約に同意します";
  signature.signer.algorithm.mask_hash = crypto::HashAlgorithm::sha512;
  signature.signer.algorithm.key.subgroup_bits = 7;
  world.timestamp("sig-tst").accuracy = 1'000;
  world.timestamp("sig-tst").policy = "1.2.3";
  world.timestamp("sig-tst").serial_number = "0a";
  world.timestamp("sig-tst").structure = {{"tsa-name-mismatch", "", "", std::nullopt, ""}};
  CertificateFacts& certificate = world.certificate("signer");
  certificate.is_self_signed = certificate.has_ocsp_no_check = certificate.has_no_rev_avail = true;
  certificate.has_validity_assured_short_term = certificate.is_operator = true;
  certificate.accreditation = AccreditationFacts{"A-1", at("2025-01-01"), at("2026-01-01")};
  certificate.extended_key_usage.emplace();
  certificate.chains.front().findings = {{"path_length", "RFC 5280 §6.1.4 (l)", "ca", "1 is too many"}};
  world.facts.anchors.front() = {"root",
                                 "label",
                                 {true, false, true},
                                 at("2015-01-01"),
                                 at("2044-01-01"),
                                 AccreditationFacts{"A-2", std::nullopt, std::nullopt},
                                 true};
  RevocationFacts& evidence = world.evidence("ocsp-signer");
  evidence.archive_cutoff = at("2020-01-01");
  evidence.expired_certs_on_crl = at("2021-01-01");
  evidence.entries.push_back(
      {"ca", CertificateStatus::revoked, at("2026-01-01"), "keyCompromise", true, false, "delta"});
  return world;
}

TEST(FactsJson, ReadsWhatItWrites) {
  for (const FactsWorld& world : {FactsWorld(), full_world()}) {
    const std::string json = to_json(world.facts);
    ASSERT_OK_AND_ASSIGN(const Facts read, parse_facts(json));
    EXPECT_EQ(read, world.facts);
    EXPECT_EQ(to_json(read), json);
  }
}

TEST(FactsJson, TheVerdictIsTheSame) {
  const FactsWorld world;
  ASSERT_OK_AND_ASSIGN(const Facts read, parse_facts(to_json(world.facts)));
  EXPECT_EQ(decide(read, world.policy, at("2026-01-12")), world.judge());
}

TEST(FactsJson, ControlCharactersOfADocumentAreReplaced) {
  FactsWorld world;
  world.signature().reason = "a\x01\nb";
  ASSERT_OK_AND_ASSIGN(const Facts read, parse_facts(to_json(world.facts)));
  EXPECT_EQ(read.signatures.front().reason,
            "a\xEF\xBF\xBD\xEF\xBF\xBD"
            "b");
}

TEST(FactsJson, LongTextsAreCutAtACharacter) {
  FactsWorld world;
  world.signature().reason = "x";
  for (int index = 0; index < 3'000; ++index) {
    world.signature().reason += "約";
  }
  ASSERT_OK_AND_ASSIGN(const Facts read, parse_facts(to_json(world.facts)));
  EXPECT_EQ(read.signatures.front().reason.size(), 4'096U - (4'096U - 1U) % 3U);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t found = text.find(what);
  EXPECT_NE(found, std::string::npos) << what;
  return text.replace(found, what.size(), by);
}

struct Wrong {
  const char* what;
  const char* by;
  const char* where;
};

TEST(FactsJson, RefusesWhatIsWrongAndSaysWhere) {
  const std::string json = to_json(full_world().facts);
  for (const Wrong& each : {
           Wrong{"\"format\":\"rakkan-facts-1\"", "\"format\":\"rakkan-facts-9\"", "format"},
           Wrong{"\"size\":100000", "\"size\":-1", "document.size"},
           Wrong{"\"size\":100000", "\"size\":100000,\"unknown\":1", "document.unknown"},
           Wrong{"\"claimedTime\":\"2026-01-10T00:00:00.000Z\"", "\"claimedTime\":\"yesterday\"",
                 "signatures[0].claimedTime"},
           Wrong{"\"reference\":\"match\"", "\"reference\":\"perhaps\"", "signatures[0].signer.reference"},
           Wrong{"\"hash\":\"SHA-256\"", "\"hash\":\"SHA-257\"", "signatures[0].signer.algorithm.hash"},
           Wrong{"\"kind\":\"signature\"", "\"kind\":\"postmark\"", "timestamps[0].kind"},
           Wrong{"\"genTime\":\"2026-01-10T00:01:00.000Z\",", "", "timestamps[0].genTime"},
           Wrong{"\"timestamps\":[\"sig-tst\"", "\"timestamps\":[\"other\"", "signatures[0].timestamps"},
           Wrong{"\"certificate\":\"signer\"", "\"certificate\":\"other\"", "signatures[0].signer.certificate"},
           Wrong{"\"id\":\"doc-tst\"", "\"id\":\"sig\"", "timestamps[1].id"},
           Wrong{"\"anchor\":\"root\"", "\"anchor\":\"ca\"", "certificates[0].chains"},
           Wrong{"\"certificates\":[\"ca\"]", "\"certificates\":[\"none\"]", "certificates[1].chains"},
           Wrong{"\"signer\":\"responder\"", "\"signer\":\"none\"", "revocations[1].signer"},
           Wrong{"\"revokedAt\":\"2026-01-01T00:00:00.000Z\",", "", "revocations[1].entries[1].revokedAt"},
           Wrong{"\"bits\":256", "\"bits\":9999999", "signatures[0].signer.algorithm.key.bits"},
       }) {
    const auto read = parse_facts(replaced(json, each.what, each.by));
    ASSERT_THAT(read, FailsWith(kInvalid)) << each.where;
    EXPECT_EQ(read.error().where, each.where);
  }
}

TEST(FactsJson, RefusesWhatIsNoObject) {
  EXPECT_THAT(parse_facts(""), FailsWith(kInvalid));
  EXPECT_THAT(parse_facts("[]"), FailsWith(kInvalid));
  EXPECT_THAT(parse_facts("{}"), FailsWith(kInvalid));
  EXPECT_THAT(parse_facts(std::string(100, '[')), FailsWith(kInvalid));
}

}  // namespace
}  // namespace rakkan::validation
