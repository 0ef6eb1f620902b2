// Our catalogue beside ETSI's own data of TS 119 312 V1.5.1 (19312MachineReadable.json), which lies beside the corpora.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "rakkan/pki/algorithm_policy.hpp"
#include "support/corpora.hpp"

namespace rakkan::pki {
namespace {

namespace json = boost::json;

// Identifiers that ETSI's file has wrong: that of ecdsa-with-SHA224 for SHA-224, one without its last arc for SHA-384.
std::string corrected(const std::string& name, const std::string& oid) {
  if (name == "SHA224") {
    return "2.16.840.1.101.3.4.2.4";
  }
  return name == "SHA384" ? "2.16.840.1.101.3.4.2.2" : oid;
}

std::string text(const json::value& value) { return value.as_string().c_str(); }

// An object, or each object of an array.
std::vector<json::object> objects_of(const json::value& value) {
  if (const json::object* one = value.if_object()) {
    return {*one};
  }
  std::vector<json::object> all;
  for (const json::value& each : value.as_array()) {
    all.push_back(each.as_object());
  }
  return all;
}

// "moduluslength>=3000 until 2028-12-31", as a text to compare.
using Facts = std::multiset<std::string>;

Facts facts_of_etsi(const json::value& evaluations) {
  Facts facts;
  for (const json::object& each : objects_of(evaluations)) {
    std::set<std::string> ranges;
    if (const json::value* parameters = each.if_contains("Parameter")) {
      for (const json::object& one : objects_of(*parameters)) {
        ranges.insert(text(one.at("name")) + ">=" + text(one.at("Min")) + " ");
      }
    }
    std::string fact;
    for (const std::string& range : ranges) {
      fact += range;
    }
    const json::object& validity = each.at("Validity").as_object();
    facts.insert(fact + (validity.contains("End") ? "until " + text(validity.at("End")).substr(0, 10) : "without end"));
  }
  return facts;
}

Facts facts_of_ours(const AlgorithmRow& row) {
  Facts facts;
  for (const AlgorithmEvaluation& each : row.evaluations) {
    std::set<std::string> ranges;
    for (const AlgorithmParameter& one : each.parameters) {
      ranges.insert(one.name + ">=" + std::to_string(one.least.value()) + " ");
    }
    std::string fact;
    for (const std::string& range : ranges) {
      fact += range;
    }
    facts.insert(fact + (each.end ? "until " + to_rfc3339(*each.end).substr(0, 10) : "without end"));
  }
  return facts;
}

TEST(AlgorithmCatalogue, SaysWhatEtsiSays) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path file = corpora.parent_path() / "research/schemas/19312MachineReadable.json";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "ETSI's data is not beside the corpora";
  }
  const Bytes content = test::file_bytes(file);
  const std::string_view words = text_of(content);
  const json::value etsi = json::parse({words.data(), words.size()});
  std::map<std::string, Facts> theirs;
  for (const json::object& row : objects_of(etsi.at("SecuritySuitabilityPolicyType").at("Algorithm"))) {
    const json::object& identifier = row.at("AlgorithmIdentifier").as_object();
    const std::string name(identifier.at("Name").as_string());
    theirs[corrected(name, text(identifier.at("Objectidentifier")))] = facts_of_etsi(row.at("Evaluation"));
  }
  EXPECT_EQ(theirs.size(), 31U);

  // Rows that ETSI does not have, each with a word about its origin; and ranges of keys that ended before.
  std::set<std::string> extra;
  for (const AlgorithmRow& row : AlgorithmPolicy::ts_119_312().rows()) {
    const Facts ours = facts_of_ours(row);
    const auto found = theirs.find(row.identifier.dotted());
    if (found == theirs.end()) {
      EXPECT_FALSE(row.information.empty()) << row.name;
      extra.insert(row.name);
      continue;
    }
    EXPECT_TRUE(std::includes(ours.begin(), ours.end(), found->second.begin(), found->second.end())) << row.name;
    for (const std::string& fact : ours) {
      const bool added = !found->second.contains(fact);
      EXPECT_TRUE(!added || !row.information.empty()) << row.name << ": " << fact;
      EXPECT_TRUE(!added || fact.find("until 20") != std::string::npos) << row.name << ": " << fact;
    }
    theirs.erase(found);
  }
  EXPECT_THAT(theirs, testing::IsEmpty()) << "rows that we do not have";
  EXPECT_THAT(extra,
              testing::UnorderedElementsAre("MD5", "SHA-1", "SHAKE256", "md5WithRSAEncryption", "sha1WithRSAEncryption",
                                            "ecdsa-with-SHA1", "secp224r1", "brainpoolP224r1", "Ed25519", "Ed448"));
}

}  // namespace
}  // namespace rakkan::pki
