// The command `rakkan verify FILE...`, which judges the signatures of files by EN 319 102-1 from the files, the trust
// and the evidence that are given, as of any time. It needs no data folder and no configuration.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "cli/extraction.hpp"
#include "cli/input.hpp"
#include "cli/judgement.hpp"
#include "cli/make_commands.hpp"
#include "cli/online_evidence.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "cli/verdict_text.hpp"
#include "cli/verification_inputs.hpp"
#include "cli/visible_text.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/console/error_report.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "rakkan/validation/verdict_json.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestStandardInput = 1ULL << 30;  // bytes
constexpr unsigned kMostJobs = 256;
// An issuer's certificate may name the next one above it, whose revocation is asked for then.
constexpr int kMostRounds = 6;

// Everything that files are judged by; shared by all threads.
struct Judge {
  pki::TrustStore trust;
  pki::EvidenceMaterial evidence;          // what was given
  std::unique_ptr<OnlineEvidence> online;  // null: offline
  std::optional<SecureBytes> password;
  std::shared_ptr<const InputFile> content;
  validation::Policy policy;
  std::optional<Instant> at;  // nothing: online, the moment at which nothing more is fetched
  console::Language language{};
  bool writes_text = false;
  pki::VerifiedSignatures known;

  std::mutex mutex;  // of `fetched`
  pki::EvidenceMaterial fetched;

  [[nodiscard]] gather::Inputs inputs(const pki::EvidenceMaterial& given) {
    gather::Inputs inputs{.trust = &trust, .given = &given, .known = &known};
    if (content) {
      inputs.content = content->view();
    }
    if (password) {
      inputs.password = text_of(password->view());
    }
    return inputs;
  }
  [[nodiscard]] Instant time() const { return at ? *at : SystemClock().now(); }
};

// A file with its verdict in the form that was asked for.
struct Row {
  std::string written;
  ExitCode exit_code = ExitCode::ok;
};

// A file that was judged, with what a report on it needs.
struct Judged {
  std::shared_ptr<const InputFile> file;
  gather::Gathered gathered;
  validation::Verdict verdict;
};

Result<Judged> judge_file(const Target& target, Judge& judge) {
  if (target.unreadable) {
    return fail(*target.unreadable);
  }
  RAKKAN_TRY(auto file, InputFile::open(target.path, kLargestStandardInput));
  pki::EvidenceMaterial material = judge.evidence;
  RAKKAN_TRY(gather::Gathered gathered, gather::facts_of(file->view(), judge.inputs(material)));
  if (judge.online) {
    for (int round = 0; round < kMostRounds && judge.online->complete(gathered, judge.time(), material); ++round) {
      RAKKAN_TRY(gathered, gather::facts_of(file->view(), judge.inputs(material)));
    }
    const std::lock_guard lock(judge.mutex);
    judge.fetched.add(material);
  }
  validation::Verdict verdict = validation::decide(gathered.facts, judge.policy, judge.time());
  return Judged{std::move(file), std::move(gathered), std::move(verdict)};
}

// {"file":"…", …the verdict's members…}
std::string row_json(const Target& target, const Judged& judged) {
  const std::string verdict = validation::to_json(judged.verdict, judged.gathered.facts);
  return escaped_json("{\"file\":" + json::quote(target.path.string()) + "," + verdict.substr(1));
}

std::string row_json(const Target& target, const Error& error, console::Language language) {
  json::ObjectWriter row;
  row.text("file", target.path.string()).null("indication").raw("error", console::to_json(error, language));
  return escaped_json(std::move(row).finish());
}

Row row_of(const Target& target, const Result<Judged>& judged, const Judge& judge) {
  if (!judged) {
    return {judge.writes_text
                ? visible(target.path.string()) + ": " + console::to_text("rakkan", judged.error(), judge.language)
                : row_json(target, judged.error(), judge.language),
            ExitCode::usage};
  }
  return {judge.writes_text
              ? verdict_text(target.path.string(), judged->verdict, judged->gathered.facts, judge.language)
              : row_json(target, *judged),
          exit_code_of(judged->verdict)};
}

// Of many files: a signature that is not valid decides, then a file that could not be judged, then one that could not
// be decided.
ExitCode worst(const std::vector<Row>& rows) noexcept {
  for (const ExitCode code : {ExitCode::verification_failed, ExitCode::usage, ExitCode::indeterminate}) {
    if (std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.exit_code == code; })) {
      return code;
    }
  }
  return ExitCode::ok;
}

class VerifyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("files", files_, "PDF, CMS or timestamp token, or a folder of these; - is standard input")
        ->type_name(kFile)
        ->required();
    app.add_flag("--offline", offline_, "Fetch nothing (the default)");
    app.add_flag("--online", online_, "Fetch revocation data and issuers' certificates that are missing")
        ->excludes("--offline");
    judgement_.declare(app);
    repeatable(app, "--trust", trust_, "Certificate (DER, PEM) or trust file to trust for signatures; may be repeated");
    repeatable(app, "--trust-tsa", trust_tsa_, "The same for timestamps (default: those of --trust); may be repeated");
    repeatable(app, "--evidence", evidence_,
               "Certificate, PKCS#7, CRL or OCSP response, told by content, or a folder of them; may be repeated");
    app.add_option("--content", content_, "What a detached CMS or a timestamp token is about")->type_name(kFile);
    app.add_option("--password-file", password_file_, "File with the password of an encrypted PDF")->type_name(kFile);
    app.add_option("--jobs", jobs_, "Files judged at the same time")
        ->check(CLI::Range(1U, kMostJobs))
        ->capture_default_str();
    app.add_option("--facts-out", facts_out_, "Writes the facts for `rakkan decide`; of one file")->type_name(kFile);
    app.add_option("--save-evidence", save_evidence_,
                   "Keeps the evidence that was not in the files, for --evidence in later years")
        ->type_name(kFolder);
    app.add_option("--extract", extract_,
                   "FIELD and FOLDER: takes the signature of that field out, with the exact revision that it signs")
        ->type_name("FIELD FOLDER")
        ->expected(2);
  }

  [[nodiscard]] bool asks_for_json() const noexcept override { return judgement_.format != "text"; }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (global.json && judgement_.format == "text") {
      judgement_.format = "json";
    }
    RAKKAN_TRY(const auto judge, make_judge(global));
    RAKKAN_TRY(const std::vector<Target> targets, targets_of(files_));
    const bool is_one = targets.size() == 1 && files_.size() == 1 && targets.front().path == files_.front();
    return is_one ? verify_one(targets.front(), *judge) : verify_many(targets, *judge);
  }

 private:
  static void repeatable(CLI::App& app, const char* name, std::vector<fs::path>& into, const char* summary) {
    app.add_option(name, into, summary)->type_name(kFile)->allow_extra_args(false);
  }

  Result<std::shared_ptr<Judge>> make_judge(const GlobalOptions& global) {
    auto judge = std::make_shared<Judge>();
    RAKKAN_TRY(const Instant time, judgement_.time());
    if (!online_ || !judgement_.at.empty()) {
      judge->at = time;
    }
    if (online_) {
      RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
      RAKKAN_TRY(judge->online, OnlineEvidence::open(configuration.service.fetch));
    }
    RAKKAN_TRY(judge->policy, judgement_.read_policy());
    RAKKAN_TRY(judge->trust, read_trust(trust_, trust_tsa_));
    RAKKAN_TRY(judge->evidence, read_outside_evidence(evidence_));
    judge->evidence.freeze();
    if (!password_file_.empty()) {
      RAKKAN_TRY(judge->password, read_password(password_file_));
    }
    if (!content_.empty()) {
      RAKKAN_TRY(judge->content, InputFile::open(content_, kLargestStandardInput));
    }
    judge->language = judgement_.shown_language();
    judge->writes_text = judgement_.format == "text";
    return judge;
  }

  Result<Outcome> verify_one(const Target& target, Judge& judge) {
    RAKKAN_TRY(auto judged, judge_file(target, judge).map([](Judged one) {
      return std::make_shared<const Judged>(std::move(one));
    }));
    Outcome outcome;
    outcome.written = row_of_judged(target, *judged, judge);
    outcome.exit_code = exit_code_of(judged->verdict);
    if (!facts_out_.empty()) {
      outcome.documents.push_back(Document::of(facts_out_, validation::to_json(judged->gathered.facts) + "\n"));
    }
    if (!extract_.empty()) {
      RAKKAN_CHECK(make_folder(extract_.at(1)));
      RAKKAN_TRY(auto parts, extract(judged->file->view(), judged->gathered, extract_.at(0), extract_.at(1)));
      for (Document& part : parts) {
        outcome.documents.push_back(std::move(part));
      }
      kept_ = judged;
    }
    RAKKAN_CHECK(save_evidence(judge, outcome));
    return outcome;
  }

  static std::string row_of_judged(const Target& target, const Judged& judged, const Judge& judge) {
    return judge.writes_text ? verdict_text(target.path.string(), judged.verdict, judged.gathered.facts, judge.language)
                             : row_json(target, judged) + "\n";
  }

  Result<Outcome> verify_many(const std::vector<Target>& targets, Judge& judge) {
    if (!facts_out_.empty() || !extract_.empty()) {
      return fail(ErrorCode::invalid_argument, "this is for one file alone",
                  facts_out_.empty() ? "--extract" : "--facts-out");
    }
    std::vector<Row> rows(targets.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < targets.size(); i = next++) {
        rows[i] = row_of(targets[i], judge_file(targets[i], judge), judge);
      }
    };
    {
      std::vector<std::jthread> others;
      const std::size_t most = std::min<std::size_t>(jobs_, targets.size());
      for (std::size_t i = 1; i < most; ++i) {
        others.emplace_back(work);
      }
      work();
    }
    Outcome outcome;
    outcome.written = joined(rows);
    outcome.exit_code = worst(rows);
    RAKKAN_CHECK(save_evidence(judge, outcome));
    return outcome;
  }

  [[nodiscard]] std::string joined(const std::vector<Row>& rows) const {
    const bool is_array = judgement_.format == "json";
    std::string all = is_array ? "[" : "";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      all += is_array && i != 0 ? ",\n" : "";
      all += rows[i].written;
      all += judgement_.format == "ndjson" ? "\n" : "";
    }
    return all + (is_array ? "]\n" : "");
  }

  static Result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
      return fail(ErrorCode::file_unwritable, error.message(), folder.string());
    }
    return {};
  }

  // Each object in a file named by its SHA-256, so that the same evidence always makes the same files.
  Result<void> save_evidence(const Judge& judge, Outcome& outcome) const {
    if (save_evidence_.empty()) {
      return {};
    }
    RAKKAN_CHECK(make_folder(save_evidence_));
    const auto add = [&](const crypto::Digest& fingerprint, const char* ending, ByteView bytes) {
      outcome.documents.push_back(Document::of(save_evidence_ / (to_hex(fingerprint.view()) + ending), copy_of(bytes)));
    };
    pki::EvidenceMaterial all = judge.evidence;
    all.add(judge.fetched);
    for (const auto& held : all.certificates()) {
      add(held.fingerprint, ".cer", held.certificate.der());
    }
    for (const auto& held : all.lists()) {
      add(held.fingerprint, ".crl", held.list.der());
    }
    for (const auto& held : all.responses()) {
      add(held.fingerprint, ".ocsp", held.response.der());
    }
    return {};
  }

  std::vector<fs::path> files_, trust_, trust_tsa_, evidence_;
  fs::path content_, password_file_, facts_out_, save_evidence_;
  std::vector<std::string> extract_;
  JudgementOptions judgement_;
  bool offline_ = false, online_ = false;
  unsigned jobs_ = 1;
  std::shared_ptr<const Judged> kept_;  // the documents of --extract view it
};

}  // namespace

std::unique_ptr<Command> make_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace rakkan::cli
