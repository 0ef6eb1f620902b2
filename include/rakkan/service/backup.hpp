// Backup copies a data folder that a service goes on working with: store, audit log and configuration as they belong
// together at one moment. The copy is a data folder again, which `rakkan data adopt` goes on with.
//
//   FOLDER/rakkan.db, rakkan.toml, softhsm2.conf
//   FOLDER/audit/trail/…, audit/tokens/…
//   FOLDER/tokens/…                 only with_tokens: the private keys of SoftHSM, encrypted under their PINs
//   FOLDER/backup.json              when, by which program and of which folder it was made; sizes and root hashes of
//   the
//                                   logs
//   FOLDER/SHA256SUMS               every other file, for sha256sum(1)
//
// PINs and keys of TLS are never in it.
//
// Why it is consistent: entries are in the store before they are in the log's files, and stay there until these are
// synced (the ledger is the log's write-ahead). The logs' checkpoints are read at the moment at which the copy of the
// store is complete and nothing can be committed. So the copied store holds the entries behind those checkpoints, and
// opening the copy brings its log up from there.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "rakkan/audit/checkpoint.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

struct BackupOrder {
  std::filesystem::path folder;  // absolute, in a folder that is there; itself it is not there, or empty
  bool with_tokens = false;      // SoftHSM's in the data folder: private keys, encrypted under their PINs
  std::string by;                // who, as the trail says it
};

struct BackupReport {
  std::filesystem::path folder;
  std::string of;  // the data folder's id
  Instant at;      // of the state that it holds
  // The checkpoints of the logs in it, in the order of store::kJournals; nothing for a log that has not begun.
  std::array<std::optional<audit::Checkpoint>, std::size(store::kJournals)> logs;
  bool with_tokens = false;
  std::uint64_t files = 0;  // with SHA256SUMS
  std::uint64_t bytes = 0;
  std::string sums;  // SHA-256 of SHA256SUMS, in hexadecimal
};

class Backup {
 public:
  struct Source {  // outlives it
    store::Store& store;
    audit::Trail& trail;
    const Clock& clock;
    std::filesystem::path data_dir;
    std::string program;                                 // its version
    std::function<Result<std::string>()> configuration;  // the text for rakkan.toml
    FileSystem& files = posix_file_system();             // the store's and the trail's
  };
  explicit Backup(Source source) : source_(std::move(source)) {}

  // Blocks as long as it takes to copy all of it; signing goes on (store::Store::copy_to). It is made under another
  // name, FOLDER.unfinished, checked, synced, entered into the trail (folder.backed_up) and renamed, so that whatever
  // happens there is a whole one under its name, or none. `goes_on` is asked all the time: its error ends the backup,
  // and what was made goes.
  //
  // invalid_argument for a folder that will not do, already_exists, overloaded while another one is being made,
  // file_unreadable, file_unwritable, resource_shortage, store_unavailable, audit_log_corrupt, audit_unavailable.
  [[nodiscard]] Result<BackupReport> make(const BackupOrder& order, const std::function<Result<void>()>& goes_on);

 private:
  const Source source_;
  std::mutex running_;
};

// The report as JSON.
[[nodiscard]] std::string to_json(const BackupReport& report);

}  // namespace rakkan::service
