// The cases of NIST PKITS, the Public Key Interoperability Test Suite, as pkits.json of the corpus lists them: paths
// with their inputs, their verdicts, and for each refusal the step of RFC 5280 that has to refuse.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/revocation_processing.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki::pkits {

namespace json = boost::json;

inline const Instant kPkitsTime = parse_rfc3339("2022-06-01T00:00:00Z").value();

using Refusals = std::set<PathRefusal>;

// The words of pkits.json for a refusal, and the steps that may be the ones that refuse.
struct Reason {
  std::string_view words;
  Refusals refusals;
};
inline const std::vector<Reason>& reasons() {
  static const std::vector<Reason> all = {
      {"the signature of", {PathRefusal::signature}},
      {"is not valid until", {PathRefusal::not_yet_valid}},
      {" expired ", {PathRefusal::expired}},
      {"issuer name could not be matched", {PathRefusal::issuer_name}},
      {"is not a CA", {PathRefusal::not_a_ca, PathRefusal::key_usage}},
      {"exceeds the maximum path length", {PathRefusal::path_length}},
      {"is not allowed to sign certificates", {PathRefusal::key_usage}},
      {"there is no valid set of policies", {PathRefusal::no_valid_policy, PathRefusal::explicit_policy}},
      {"contains a policy mapping for the \"any policy\"", {PathRefusal::any_policy_mapped}},
      {"not all names", {PathRefusal::name_not_permitted}},
      {"some names", {PathRefusal::name_excluded}},
      {"unsupported critical extension", {PathRefusal::critical_extension}},
  };
  return all;
}

struct Case {
  std::string id;  // "40801"
  std::string name;
  Certificate target;
  std::vector<Certificate> others;     // its issuers, and issuers of its CRLs
  std::vector<CertificateList> lists;  // its CRLs, and that of the anchor
  PolicyInputs policy;
  bool valid = true;
  bool needs_revocation = false;  // it is a CRL that refuses, or the lack of one
  Refusals refusals;
  std::string words;  // of the refusal
};

inline std::string text(const json::value& value) { return value.as_string().c_str(); }

inline Certificate certificate_of(const std::filesystem::path& folder, std::string_view file) {
  auto parsed = Certificate::parse(test::file_bytes(folder / "certs" / file));
  EXPECT_THAT(parsed, test::IsOk()) << file;
  return parsed.value();
}

inline CertificateList list_of(const std::filesystem::path& folder, std::string_view file) {
  auto parsed = CertificateList::parse(test::file_bytes(folder / "crls" / file));
  EXPECT_THAT(parsed, test::IsOk()) << file;
  return parsed.value();
}

inline Case case_of(const json::object& row, const std::filesystem::path& folder) {
  Case result{.id = text(row.at("id")),
              .name = text(row.at("name")),
              .target = certificate_of(folder, text(row.at("cert"))),
              .others = {},
              .lists = {list_of(folder, "TrustAnchorRootCRL.crl")},
              .policy = {},
              .refusals = {},
              .words = {}};
  if (const json::value* others = row.if_contains("other_certs")) {
    for (const json::value& each : others->as_array()) {
      result.others.push_back(certificate_of(folder, text(each)));
    }
  }
  if (const json::value* lists = row.if_contains("crls")) {
    for (const json::value& each : lists->as_array()) {
      result.lists.push_back(list_of(folder, text(each)));
    }
  }
  if (const json::value* parameters = row.if_contains("params")) {
    const json::object& values = parameters->as_object();
    const auto flag = [&](const char* name) { return values.contains(name) && values.at(name).as_bool(); };
    result.policy.explicit_policy = flag("initial_explicit_policy");
    result.policy.inhibit_policy_mapping = flag("initial_policy_mapping_inhibit");
    result.policy.inhibit_any_policy = flag("initial_any_policy_inhibit");
    if (const json::value* policies = values.if_contains("user_initial_policy_set")) {
      result.policy.user_initial_policies.clear();
      for (const json::value& each : policies->as_array()) {
        result.policy.user_initial_policies.push_back(*der::Oid::from_dotted(text(each)));
      }
    }
  }
  if (const json::value* error = row.if_contains("error")) {
    result.valid = false;
    result.words = text(error->as_object().at("msg_regex"));
    const std::string kind = text(error->as_object().at("class"));
    result.needs_revocation = kind != "PathValidationError";
    if (result.needs_revocation) {
      result.refusals = {kind == "RevokedError" ? PathRefusal::revoked : PathRefusal::revocation_unknown};
    }
    for (const Reason& reason : reasons()) {
      if (!result.needs_revocation && result.words.find(reason.words) != std::string::npos) {
        result.refusals = reason.refusals;
      }
    }
    EXPECT_FALSE(result.refusals.empty()) << result.name << ": " << result.words;
  }
  return result;
}

struct Suite {
  TrustAnchor anchor;
  std::vector<Case> cases;
  std::vector<Certificate> everything;
  std::vector<CertificateList> all_lists;
};

inline Suite suite_of(const std::filesystem::path& corpora) {
  const std::filesystem::path folder = corpora / "pkits";
  Suite suite{{certificate_of(folder, "TrustAnchorRootCertificate.crt")}, {}, {}, {}};
  const Bytes listed = test::file_bytes(folder / "pkits.json");
  const std::string_view words = text_of(listed);
  const json::value rows = json::parse({words.data(), words.size()});
  for (const json::value& row : rows.as_array()) {
    suite.cases.push_back(case_of(row.as_object(), folder));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder / "certs")) {
    suite.everything.push_back(certificate_of(folder, entry.path().filename().string()));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder / "crls")) {
    suite.all_lists.push_back(list_of(folder, entry.path().filename().string()));
  }
  return suite;
}

// The path that a case is about: from the target upwards the certificate with the issuer's name, of several the one
// whose key verifies; where a name has none, the others as they are listed (PKITS 4.3 has names that do not chain).
inline CertificationPath path_of(const TrustAnchor& anchor, const Case& of) {
  std::vector<Certificate> left = of.others;
  std::vector<Certificate> upwards = {of.target};
  const auto verifies = [&](const Certificate& issuer) {
    const auto& key = issuer.verification_key();
    return key && upwards.back().verify_signature_with(*key).has_value();
  };
  while (!left.empty()) {
    const auto has_name = [&](const Certificate& each) { return upwards.back().issuer().matches(each.subject()); };
    auto found = std::find_if(left.begin(), left.end(),
                              [&](const Certificate& each) { return has_name(each) && verifies(each); });
    if (found == left.end() && has_name(anchor.certificate)) {
      break;
    }
    if (found == left.end()) {
      found = std::find_if(left.begin(), left.end(), has_name);
    }
    if (found == left.end()) {
      found = std::prev(left.end());
    }
    const Certificate issuer = *found;
    left.erase(found);
    upwards.push_back(issuer);
  }
  std::reverse(upwards.begin(), upwards.end());
  return {anchor, upwards};
}

}  // namespace rakkan::pki::pkits
