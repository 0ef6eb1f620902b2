// The engine against the verdicts that EU DSS's own tests assert of its diagnostic data: facts made by
// diagnostic_facts.py, judged with the policy compare-dss. Disagreements are in tests/conformance/exclusions.tsv.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "support/corpora.hpp"
#include "support/exclusions.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::validation {
namespace {

constexpr double kMostExcluded = 0.15;

struct Case {
  std::string number;
  std::string file;
  std::string method;
  Instant time;
  std::vector<std::string> expected;

  [[nodiscard]] std::string row() const { return file + " " + method; }
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) {
    parts.push_back(part);
  }
  return parts;
}

std::vector<Case> read_cases(const std::filesystem::path& folder) {
  std::vector<Case> cases;
  std::ifstream in(folder / "cases.tsv");
  for (std::string line; std::getline(in, line);) {
    const auto parts = split(line, '\t');
    const auto time = parts.size() == 5 ? parse_rfc3339(parts[3]) : std::nullopt;
    if (time) {
      cases.push_back({parts[0], parts[1], parts[2], *time, split(parts[4], ';')});
    }
  }
  return cases;
}

std::string words(std::string_view indication, const std::optional<SubIndication>& sub) {
  return std::string(indication) + (sub ? "/" + std::string(to_string(*sub)) : "");
}

// Sub-indications are compared where DSS's test asserts one.
bool agrees(const std::string& expected, const std::string& actual) {
  return actual == expected ||
         (expected.find('/') == std::string::npos && actual.substr(0, actual.find('/')) == expected);
}

struct Outcome {
  bool is_agreed = false;
  std::string said;
};

// DSS asserts the first signature first (of a token alone, the token), then any others.
Outcome judge(const Case& one, const Facts& facts) {
  const Verdict verdict = decide(facts, *Policy::builtin("compare-dss"), one.time);
  std::vector<std::string> all;
  for (const SignatureVerdict& each : verdict.signatures) {
    all.push_back(words(signature_word(each.indication), each.sub_indication));
  }
  for (const TimestampVerdict& each : verdict.timestamps) {
    all.push_back(words(to_string(each.indication), each.sub_indication));
  }
  // A process that failed is FAILED in DSS, where the report says TOTAL-FAILED.
  for (const SignatureVerdict& each : verdict.signatures) {
    if (each.indication == Indication::failed) {
      all.push_back(words(to_string(each.indication), each.sub_indication));
    }
  }
  // DSS's tests also ask what the process for basic signatures said.
  for (const SignatureVerdict& each : verdict.signatures) {
    for (const Step& step : each.steps) {
      if (step.check == "basic" && step.sub_indication) {
        all.push_back(words(step.result == StepResult::failed ? "TOTAL-FAILED" : "INDETERMINATE", step.sub_indication));
      }
    }
  }
  Outcome outcome;
  outcome.is_agreed = !all.empty() && agrees(one.expected.front(), all.front());
  for (const std::string& expected : one.expected) {
    outcome.is_agreed = outcome.is_agreed && std::any_of(all.begin(), all.end(), [&](const std::string& each) {
                          return agrees(expected, each);
                        });
  }
  for (const std::string& each : all) {
    outcome.said += (outcome.said.empty() ? "" : " ") + each;
  }
  if (std::getenv("RAKKAN_SHOW_STEPS") != nullptr && !verdict.signatures.empty()) {
    for (const SignatureVerdict& each : verdict.signatures) {
      for (const Step& step : each.steps) {
        outcome.said += "\n    " + std::string(to_string(step.result)) + " " + step.check + " " + step.clause + " " +
                        step.object.substr(0, 12) + " " + step.detail;
      }
    }
    for (const TimestampVerdict& each : verdict.timestamps) {
      for (const Step& step : each.steps) {
        outcome.said += "\n    T " + std::string(to_string(step.result)) + " " + step.check + " " + step.clause + " " +
                        step.object.substr(0, 12) + " " + step.detail;
      }
    }
  }
  return outcome;
}

TEST(Diagnostic, AgreesWithDss) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path table = corpora.parent_path() / "research/ades_diagdata.tsv";
  if (!std::filesystem::exists(table)) {
    GTEST_SKIP() << table << ", the table of what DSS's tests assert, is not beside the corpora";
  }
  const test::TemporaryFolder folder;
  const auto made = test::run_command({"python3", "-B", RAKKAN_DIAGNOSTIC_FACTS, table.string(),
                                       (corpora / "diagnostic").string(), folder.path().string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  std::map<std::string, std::string> excluded;
  for (const test::Exclusion& row : test::read_exclusions(RAKKAN_EXCLUSIONS)) {
    if (row.set == "diagnostic") {
      excluded[row.row] = row.why;
    }
  }
  const std::vector<Case> cases = read_cases(folder.path());
  ASSERT_GE(cases.size(), 80U);

  std::size_t agreed = 0;
  std::size_t met = 0;
  for (const Case& each : cases) {
    const Bytes json = test::file_bytes(folder.path() / (each.number + ".json"));
    const auto facts = parse_facts(text_of(json));
    if (!facts) {
      ADD_FAILURE() << each.row() << ": " << to_string(facts.error());
      continue;
    }
    const Outcome outcome = judge(each, *facts);
    std::string expected;
    for (const std::string& word : each.expected) {
      expected += (expected.empty() ? "" : " ") + word;
    }
    const auto exclusion = excluded.find(each.row());
    if (exclusion != excluded.end()) {
      ++met;
      EXPECT_FALSE(outcome.is_agreed) << each.row() << " is excluded, and agrees";
      continue;
    }
    agreed += outcome.is_agreed ? 1 : 0;
    EXPECT_TRUE(outcome.is_agreed) << each.number << " " << each.row() << " at " << to_rfc3339(each.time)
                                   << "\n  DSS:    " << expected << "\n  Rakkan: " << outcome.said;
  }
  std::cout << "diagnostic data of DSS: " << agreed << " of " << cases.size() << " agree, " << met << " excluded, "
            << cases.size() - agreed - met << " disagree\n";
  EXPECT_EQ(met, excluded.size()) << "an exclusion names no row";
  EXPECT_LE(static_cast<double>(met), kMostExcluded * static_cast<double>(cases.size()));
}

}  // namespace
}  // namespace rakkan::validation
