#include "rakkan/service/start_check.hpp"

#include <fstream>
#include <optional>
#include <utility>

#include "rakkan/audit/note.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/credentials/configured_roots.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/fetch/origin.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "rakkan/service/archive.hpp"
#include "service/folder_check.hpp"
#include "service/open_folder.hpp"
#include "service/timestampers.hpp"
#include "service/tsu_policy.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

template <class T>
void add(std::vector<Error>& findings, Result<T> result) {
  if (!result) {
    findings.push_back(std::move(result).error());
  }
}

// The log's name as its newest checkpoint has it, a file that every user may read; empty before the first checkpoint.
std::string published_origin(const fs::path& data_dir) {
  const Result<Bytes> note =
      read_file(log_folder(data_dir, audit::Journal::trail) / "checkpoint", audit::Note::kMaxSize);
  if (!note) {
    return {};
  }
  const std::string_view text = text_of(*note);
  const std::string_view name = text.substr(0, text.find('\n'));
  return std::string(name.substr(0, name.rfind('/')));  // without the journal's name
}

// Whether the folder can be listed; its files are judged when they are read.
Result<void> check_evidence_folder(const std::string& folder) {
  std::error_code error;
  const bool is_folder = folder.empty() || fs::is_directory(folder, error);
  if (is_folder && !folder.empty()) {
    static_cast<void>(fs::directory_iterator(folder, error));
  }
  return is_folder && !error
             ? Result<void>()
             : fail(ErrorCode::file_unreadable,
                    "cannot list " + folder + (error ? ": " + error.message() : ": not a folder"), "evidence.folder");
}

FolderReport check_from_outside(const EmbeddedOptions& options, const Error& in_use) {
  FolderReport report;
  report.not_looked_at = "the store, the place and the parties' tokens of the data folder: " + in_use.detail;
  add(report.findings, check_folder(options.data_dir));
  add(report.findings, check_pin_files(options.service.token, options.data_dir, {options.audit.token_label}));
  const std::string origin = published_origin(options.data_dir);
  if (!origin.empty()) {
    add(report.findings, audit::check_origin(options.audit, origin, options.production));
  }
  add(report.findings, hsm::use_softhsm_folder(options.data_dir));
  return report;
}

}  // namespace

std::vector<Error> check(const Options& options) {
  std::vector<Error> findings;
  add(findings, tsu_policy(options.tsu));
  add(findings, credentials::configured_roots(options.credentials));
  for (Error& wrong : check_lists(options, {})) {
    findings.push_back(std::move(wrong));
  }
  add(findings, fetch::OutsideAddresses::allowing(options.fetch.allowed_origins));
  add(findings, fetch::OutsideAddresses::allowing(options.evidence.nonce_origins, "evidence.nonce_origins"));
  add(findings, check_evidence_folder(options.evidence.folder));
  if (!options.fetch.ca_file.empty() && !std::ifstream(options.fetch.ca_file).is_open()) {
    findings.push_back({ErrorCode::file_unreadable, "cannot read " + options.fetch.ca_file, "fetch.ca_file", {}, {}});
  }
  for (const auto& [name, profile] : options.tsa) {
    if (!profile.internal()) {
      const Result<void> credentials = fetch::check_credentials(profile.options.credentials, profile.options.url);
      if (!credentials) {
        findings.push_back(Error(credentials.error()).blamed_on("tsa." + name + ".url"));
      }
    }
    const std::string& file = profile.options.ca_file;
    if (!file.empty() && !std::ifstream(file).is_open()) {
      findings.push_back({ErrorCode::file_unreadable, "cannot read " + file, "tsa." + name + ".ca_file", {}, {}});
    }
  }
  return findings;
}

FolderReport check_folder_for_start(const EmbeddedOptions& options) {
  crypto::SystemRandom random;
  FolderReport report;
  const Result<OpenFolder> folder = open_folder(options, random);
  if (!folder && folder.error().code == ErrorCode::data_folder_in_use) {
    report = check_from_outside(options, folder.error());
  } else if (!folder) {
    report.findings.push_back(folder.error());
  }
  const bool is_folder = check_is_data_folder(options.data_dir).has_value();
  // SoftHSM's module can be loaded once its folder of tokens is known.
  if (!options.hsm.module_path.empty() || (is_folder && hsm::use_softhsm_folder(options.data_dir))) {
    add(report.findings, credentials::load_module(options.hsm));
  }
  return report;
}

}  // namespace rakkan::service
