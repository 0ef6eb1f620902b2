// ForeignJudge lets tests/tools/foreign/dss.py judge a document: qpdf pulls the validation data out of its store, and
// OpenSSL verifies with nothing else but the roots.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"
#include "support/run_command.hpp"

namespace rakkan::test {

struct ForeignVerdict {
  std::string subject;  // "document timestamp 3"
  std::string tool;     // "openssl ts -verify"
  bool accepted = false;
  std::string said;

  [[nodiscard]] std::string text() const { return subject + ": " + tool + ": " + said; }
};

class ForeignJudge {
 public:
  // `folder` exists and outlives the judge.
  ForeignJudge(std::filesystem::path folder, const std::string& roots_pem) : folder_(std::move(folder)) {
    write_bytes(folder_ / "roots.pem", bytes_of(roots_pem));
  }

  // All verdicts about the document, as it is to be judged at `now`.
  [[nodiscard]] std::vector<ForeignVerdict> judge(ByteView document, Instant now) const {
    write_bytes(folder_ / "document.pdf", document);
    return verdicts({(folder_ / "document.pdf").string(), "--at", seconds(now)});
  }
  [[nodiscard]] static std::vector<std::string> refusals(const std::vector<ForeignVerdict>& verdicts) {
    std::vector<std::string> refused;
    for (const ForeignVerdict& each : verdicts) {
      if (!each.accepted) {
        refused.push_back(each.text());
      }
    }
    return refused;
  }

  // A document with a lie about its store, and the witness's first refusal of it. Without a file when the lie is not in
  // the document, but in the question: a response asked about another certificate.
  struct Lie {
    std::string file;
    ForeignVerdict verdict;
  };
  // Those whose names match the pattern: "without CRL 1", "one bit of OCSP response 2", "… of another serial number".
  [[nodiscard]] std::vector<Lie> lies(ByteView document, Instant now, const std::string& pattern = "") const {
    write_bytes(folder_ / "document.pdf", document);
    std::vector<Lie> lies;
    const auto told = answer(
        {(folder_ / "document.pdf").string(), "--at", seconds(now), "--lies", folder_.string(), "--lie", pattern});
    for (const auto& each : told.as_array()) {
      const auto* const file = each.at("details").as_object().if_contains("file");
      lies.push_back({file == nullptr ? "" : std::string(file->as_string()), verdict_of(each)});
    }
    return lies;
  }

 private:
  static std::string seconds(Instant time) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  }
  static ForeignVerdict verdict_of(const boost::json::value& json) {
    return {std::string(json.at("subject").as_string()), std::string(json.at("tool").as_string()),
            json.at("accepted").as_bool(), std::string(json.at("said").as_string())};
  }
  [[nodiscard]] std::vector<ForeignVerdict> verdicts(std::vector<std::string> arguments) const {
    std::vector<ForeignVerdict> all;
    const boost::json::value told = answer(std::move(arguments));
    for (const auto& each : told.as_array()) {
      all.push_back(verdict_of(each));
    }
    return all;
  }
  [[nodiscard]] boost::json::value answer(std::vector<std::string> arguments) const {
    std::vector<std::string> command{RAKKAN_PYTHON, "-B", RAKKAN_DSS_WITNESS};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--ca", (folder_ / "roots.pem").string(), "--json"});
    const CommandOutcome outcome = run_command(std::move(command));
    boost::system::error_code none;
    boost::json::value told = boost::json::parse(outcome.output, none);
    if (none || (outcome.exit_code != 0 && outcome.exit_code != 1)) {
      throw std::runtime_error("the foreign judge: " + outcome.output);
    }
    return told;
  }

  std::filesystem::path folder_;
};

}  // namespace rakkan::test
