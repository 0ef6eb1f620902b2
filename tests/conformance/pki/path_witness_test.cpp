// Path building beside the JDK's: PKITS, and CAs with several certificates of which some are constrained, expired or
// spoiled, in every order. OpenSSL's verifier is beside us where a chain is given (pkits_test.cpp): it does not go back
// from a wrong turn, so that the order of the certificates changes its verdict.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <sstream>

#include "conformance/pki/pkits.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "support/handmade_certificates.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pki {
namespace {

namespace fs = std::filesystem;
using test::HandmadeCa;

void write(const fs::path& file, ByteView content) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

struct Question {
  std::string name;
  Certificate target;
  std::vector<Certificate> pool;
  std::vector<TrustAnchor> anchors;
  PathInputs inputs;
  std::vector<CertificateList> lists = {};  // none: revocation is not judged
};

void write_question(const fs::path& root, const Question& each) {
  const fs::path folder = root / each.name;
  fs::create_directories(folder);
  const auto numbered = [&](const char* prefix, std::size_t number) {
    std::ostringstream name;
    name << prefix;
    name.width(4);
    name.fill('0');
    name << number << ".der";
    return folder / name.str();
  };
  write(folder / "target.der", each.target.der());
  for (std::size_t i = 0; i < each.pool.size(); ++i) {
    write(numbered("pool-", i), each.pool[i].der());
  }
  for (std::size_t i = 0; i < each.anchors.size(); ++i) {
    write(numbered("anchor-", i), each.anchors[i].certificate.der());
  }
  for (std::size_t i = 0; i < each.lists.size(); ++i) {
    write(numbered("crl-", i), each.lists[i].der());
  }
  const PolicyInputs& policy = each.inputs.policy;
  std::ofstream properties(folder / "inputs.properties");
  properties << "time=" << each.inputs.at(each.target).time_since_epoch().count() << "\n"
             << "explicit=" << (policy.explicit_policy ? "true" : "false") << "\n"
             << "inhibit_any=" << (policy.inhibit_any_policy ? "true" : "false") << "\n"
             << "inhibit_mapping=" << (policy.inhibit_policy_mapping ? "true" : "false") << "\npolicies=";
  for (const der::Oid& one : policy.user_initial_policies) {
    properties << one.dotted() << " ";
  }
  properties << "\n";
}

// The JDK's word on each question, or nothing where there is no JDK.
std::optional<std::map<std::string, std::string>> ask_jdk(const std::vector<Question>& questions) {
  const test::TemporaryFolder folder;
  for (const Question& each : questions) {
    write_question(folder.path(), each);
  }
  const auto outcome = test::run_command({"java", RAKKAN_PATH_WITNESS, folder.path().string()});
  if (outcome.exit_code != 0) {
    std::cout << outcome.output;
    return std::nullopt;
  }
  std::map<std::string, std::string> words;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos) {
      words[line.substr(0, space)] = line.substr(space + 1);
    }
  }
  return words;
}

bool has_java() {
  try {
    return test::run_command({"java", "-version"}).exit_code == 0;
  } catch (const std::exception&) {
    return false;
  }
}

// Ours and theirs of each question; the differences by name.
std::vector<std::string> differences(const std::vector<Question>& questions,
                                     const std::map<std::string, std::string>& theirs) {
  std::vector<std::string> found;
  for (const Question& each : questions) {
    std::vector<Certificate> certificates = each.pool;
    certificates.push_back(each.target);
    const RevocationSources sources(certificates, each.lists, {});
    RevocationProcessor processor(sources);
    PathInputs inputs = each.inputs;
    if (!each.lists.empty()) {
      inputs.revocation = processor.check_at(inputs.at);
    }
    const auto search = find_path(each.target, CertificatePool(each.pool), each.anchors, inputs);
    const bool ours = search && search->path;
    const auto word = theirs.find(each.name);
    if (word == theirs.end() || ours != (word->second == "ok")) {
      found.push_back(each.name + ": " + (ours ? "ok" : "refused") + ", JDK " +
                      (word == theirs.end() ? "nothing" : word->second));
    }
  }
  return found;
}

TEST(PathWitness, TheJdkSaysTheSameOfPkits) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  if (!has_java()) {
    GTEST_SKIP() << "there is no java";
  }
  const pkits::Suite suite = pkits::suite_of(corpora);
  std::vector<Question> questions;
  for (const pkits::Case& each : suite.cases) {
    questions.push_back({each.name,
                         each.target,
                         each.others,
                         {suite.anchor},
                         {.at = always_at(pkits::kPkitsTime), .policy = each.policy},
                         each.lists});
  }
  const auto theirs = ask_jdk(questions);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(theirs->size(), 246U);
  // The JDK applies no delta CRLs.
  EXPECT_THAT(differences(questions, *theirs), testing::ElementsAre(testing::StartsWith("invalid_deltacrl_test4"),
                                                                    testing::StartsWith("valid_deltacrl_test5")));
}

CertificateList list_of(const HandmadeCa& issuer, const std::vector<RevokedCertificate>& revoked = {}) {
  CrlTemplate content;
  content.issuer = issuer.name();
  content.this_update = test::kPathTime - std::chrono::hours{1};
  content.next_update = test::kPathTime + std::chrono::hours{24};
  content.number = 1;
  content.revoked = revoked;
  content.authority_key_identifier = key_identifier(issuer.spki()).value();
  return CertificateList::parse(
             issue_crl(content, crypto::default_suite(crypto::KeyKind::ec_p256), issuer.key()).value())
      .value();
}

// A CA with six certificates of itself, good or not, under two anchors: every order of every choice of three of them,
// with the CRLs of all three.
TEST(PathWitness, TheJdkSaysTheSameOfCrossCertificatesInEveryOrder) {
  if (!has_java()) {
    GTEST_SKIP() << "there is no java";
  }
  const HandmadeCa root("Root");
  const HandmadeCa second("Second");
  const HandmadeCa ca("CA");
  const auto constraint = [](std::string_view host) {
    return test::name_constraints_extension({test::general_text(2, host)}, {});
  };
  const Certificate end =
      ca.certify_end("End", {.extensions = {test::subject_names_extension({test::general_text(2, "a.test")})}});
  const std::vector<std::pair<std::string, Certificate>> all = {
      {"good", root.certify(ca, {.serial = 1, .extensions = {constraint("a.test")}})},
      {"constrained", root.certify(ca, {.serial = 2, .extensions = {constraint("b.test")}})},
      {"expired", second.certify(ca, {.serial = 3, .not_after = test::kPathTime - std::chrono::hours{1}})},
      {"spoiled", second.certify(ca, {.serial = 4, .spoil_signature = true})},
      {"short", root.issue(ca.name(), ca.spki(), {.serial = 5, .extensions = {test::basic_constraints(false)}})},
      {"revoked", root.certify(ca, {.serial = 6})},
  };
  const std::vector<CertificateList> lists = {
      list_of(root, {{.serial_number = Bytes{6}, .revoked_at = test::kPathTime - std::chrono::hours{24}}}),
      list_of(second), list_of(ca)};
  std::vector<Question> questions;
  for (unsigned choice = 0; choice < 1U << all.size(); ++choice) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((choice >> i & 1U) != 0) {
        order.push_back(i);
      }
    }
    if (order.empty() || order.size() > 3) {
      continue;
    }
    do {
      Question question{
          "", end, {}, {{second.self_signed()}, {root.self_signed()}}, {.at = always_at(test::kPathTime)}, lists};
      for (const std::size_t each : order) {
        question.name += (question.name.empty() ? "" : "-") + all[each].first;
        question.pool.push_back(all[each].second);
      }
      questions.push_back(std::move(question));
    } while (std::next_permutation(order.begin(), order.end()));
  }
  const auto theirs = ask_jdk(questions);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(questions.size(), 6U + 30 + 120);
  EXPECT_THAT(differences(questions, *theirs), testing::IsEmpty());
  const auto accepted =
      std::count_if(theirs->begin(), theirs->end(), [](const auto& row) { return row.second == "ok"; });
  std::cout << questions.size() << " orders, " << accepted << " of them with a good path\n";
  EXPECT_EQ(accepted, 1 + 10 + 60) << "those with the good one among them";
}

}  // namespace
}  // namespace rakkan::pki
