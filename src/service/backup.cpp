#include "rakkan/service/backup.hpp"

#include <sys/stat.h>

#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "rakkan/audit/snapshot.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/archive.hpp"
#include "service/backup_files.hpp"
#include "service/folder_identity.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTrust = "trust";
constexpr std::uint64_t kLargestTrustFile = 16UL << 20;  // bytes
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::string_view kSums = "SHA256SUMS";
constexpr std::string_view kDatabase = "rakkan.db";
constexpr std::size_t kOpenAtOnce =
    8;  // files of a log that wait for their sync: api::reserved_descriptors counts them
constexpr int kTries = 5;
constexpr std::uint64_t kLargestTokenFile = 1ULL << 20;  // bytes
constexpr std::size_t kPiece = 1U << 20;                 // bytes that are hashed at once
constexpr std::chrono::seconds kAnotherTakes{60};

// --- Where to ---

bool is_within(const fs::path& inner, const fs::path& outer) {
  std::error_code ignored;
  for (fs::path one = inner; one.has_relative_path(); one = one.parent_path()) {
    if (fs::equivalent(one, outer, ignored)) {
      return true;
    }
  }
  return false;
}

// The finished folder cannot take the name of a mount point.
bool is_mount_point(const fs::path& folder) {
  struct stat own{};
  struct stat above{};
  return ::stat(folder.c_str(), &own) == 0 && ::stat(folder.parent_path().c_str(), &above) == 0 &&
         own.st_dev != above.st_dev;
}

// The data folder's disk must not be filled up by its own backup: without room for the next commit nothing is signed.
Result<void> check_room(const fs::path& data_dir, const fs::path& parent) {
  std::error_code unknown;
  const fs::space_info room = fs::space(parent, unknown);
  std::uint64_t needed = unknown ? 0 : fs::file_size(data_dir / kDatabase, unknown);
  if (unknown) {
    return {};
  }
  for (fs::recursive_directory_iterator entry(data_dir / "audit", unknown), end; !unknown && entry != end;
       entry.increment(unknown)) {
    std::error_code gone;  // the log goes on
    const std::uint64_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    needed += gone ? 0 : size;
  }
  needed += needed / 8;
  if (room.available < needed) {
    return fail(
        ErrorCode::file_unwritable,
        "the backup needs " + std::to_string(needed) + " bytes, and the disk has " + std::to_string(room.available),
        parent.string());
  }
  return {};
}

Result<fs::path> target_of(const BackupOrder& order, const Backup::Source& source) {
  const auto wrong = [&](std::string what) {
    return fail(ErrorCode::invalid_argument, std::move(what), order.folder.string());
  };
  if (!order.folder.is_absolute()) {
    return wrong("the folder of a backup is named by an absolute path");
  }
  fs::path target = (order.folder / "").lexically_normal().parent_path();
  if (!target.has_relative_path()) {
    return wrong("the folder of a backup is not the root");
  }
  RAKKAN_TRY(const bool has_parent, source.files.exists(target.parent_path()));
  if (!has_parent) {
    return wrong(
        "the folder that the backup is to lie in is not there; it is not made, since a disk may not be mounted");
  }
  if (is_within(target.parent_path(), source.data_dir)) {
    return wrong("a backup in the data folder would be lost with it");
  }
  RAKKAN_TRY(const bool there, source.files.exists(target));
  if (there) {
    RAKKAN_TRY(const std::vector<std::string> contents, source.files.list(target));
    if (!contents.empty()) {
      return fail(ErrorCode::already_exists, "the folder is not empty", target.string());
    }
    if (is_mount_point(target)) {
      return wrong("a disk is mounted there: name a folder on it");
    }
  }
  RAKKAN_CHECK(check_room(source.data_dir, target.parent_path()));
  return target;
}

// --- Tokens ---

using Contents = std::map<std::string, Bytes>;  // by the path in the folder

Result<Contents> read_tokens(const fs::path& folder) {
  Contents contents;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file()) {
      RAKKAN_TRY(contents[entry->path().lexically_relative(folder).string()],
                 read_file(entry->path(), kLargestTokenFile));
    }
  }
  if (error) {
    return fail(ErrorCode::file_unreadable, "cannot list the folder: " + error.message(), folder.string());
  }
  return contents;
}

// Reads the tokens until two readings are alike: between the two the files were of one moment. Keys are made seldom,
// and nothing else changes the files.
Result<Contents> read_settled_tokens(const fs::path& folder) {
  Result<Contents> before = read_tokens(folder);
  for (int tried = 1;; ++tried) {
    Result<Contents> now = read_tokens(folder);
    if (before && now && *before == *now) {
      return now;
    }
    if (tried == kTries) {
      RAKKAN_CHECK(now);
      return fail(ErrorCode::file_unreadable, "the tokens change all the time", folder.string());
    }
    before = std::move(now);
  }
}

// --- Description ---

std::string describe(const std::optional<audit::Checkpoint>& log) {
  if (!log) {
    return "null";
  }
  json::ObjectWriter json;
  json.text("origin", log->origin).number("size", log->tree.size).plain("root", to_base64(log->tree.root));
  return std::move(json).finish();
}

void add_logs(const BackupReport& report, json::ObjectWriter& json) {
  for (std::size_t i = 0; i < report.logs.size(); ++i) {
    json.raw(name(store::kJournals[i]), describe(report.logs.at(i)));
  }
}

std::string logs_of(const BackupReport& report) {
  json::ObjectWriter json;
  add_logs(report, json);
  return std::move(json).finish();
}

// --- The making of one ---

class Making {
 public:
  Making(const Backup::Source& source, const BackupOrder& order, fs::path target,
         const std::function<Result<void>()>& goes_on)
      : source_(source),
        order_(order),
        goes_on_(goes_on),
        target_(std::move(target)),
        root_(target_.string() + std::string(kUnfinished)),
        files_(source.files, goes_on) {}

  [[nodiscard]] Result<BackupReport> run() {
    RAKKAN_CHECK(begin());
    RAKKAN_CHECK(copy_store());
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      RAKKAN_CHECK(copy_log(i));
    }
    RAKKAN_CHECK(copy_tokens());
    RAKKAN_CHECK(copy_trust());
    RAKKAN_TRY(const std::string configuration, source_.configuration());
    RAKKAN_CHECK(files_.write(root_ / "rakkan.toml", bytes_of(configuration)));
    RAKKAN_CHECK(files_.write(root_ / "backup.json", bytes_of(description())));
    RAKKAN_CHECK(seal());
    RAKKAN_CHECK(record());
    RAKKAN_CHECK(publish());
    return std::move(report_);
  }
  void undo() noexcept { files_.remove_all(); }

 private:
  [[nodiscard]] Result<void> begin() {
    RAKKAN_TRY(const bool there, source_.files.exists(root_));
    if (there) {
      return fail(ErrorCode::already_exists, "a backup to this folder did not end: remove what is left of it",
                  root_.string());
    }
    RAKKAN_CHECK(files_.make_folder(root_));
    RAKKAN_CHECK(files_.make_folder(root_ / "audit"));
    report_.folder = target_;
    RAKKAN_TRY(report_.of, folder_id(source_.store));
    return {};
  }

  [[nodiscard]] Result<void> copy_store() {
    files_.expect(root_ / kDatabase);
    const auto settled = [&]() -> Result<void> {
      report_.at = source_.clock.now();
      for (const store::Journal journal : store::kJournals) {
        RAKKAN_TRY(audit::LogSnapshot log,
                   audit::LogSnapshot::take({source_.files, log_folder(source_.data_dir, journal)}));
        logs_.push_back(std::move(log));
      }
      return {};
    };
    return source_.store.copy_to(root_ / kDatabase, {goes_on_, settled});
  }

  // Copies the log under the checkpoint of the snapshot, and verifies the copy. A timestamp that is being written just
  // now is whole a moment later.
  [[nodiscard]] Result<void> copy_log(std::size_t place) {
    if (logs_.at(place).note().empty()) {
      return {};
    }
    RAKKAN_TRY(const std::vector<audit::VerifierKey> keys, audit::Trail::known_keys(source_.store));
    const audit::LogFolder to{files_, log_folder(root_, store::kJournals[place])};
    for (int tried = 1;; ++tried) {
      Result<audit::Checkpoint> copied = audit::export_log(logs_.at(place).folder(), to, kOpenAtOnce);
      const auto verified =
          copied ? audit::verify_live_log(to, keys) : Result<audit::VerifiedLog>(fail(copied.error()));
      if (verified) {
        report_.logs.at(place) = *std::move(copied);
        return {};
      }
      if (tried == kTries || verified.error().code != ErrorCode::audit_log_corrupt) {
        return fail(verified.error());
      }
    }
  }

  // The trust file with its certificates, where the data folder keeps them (docs/trust-file.md): the copy's
  // configuration names them, and it does not start without.
  [[nodiscard]] Result<void> copy_trust() {
    const fs::path from = source_.data_dir / kTrust;
    std::error_code error;
    if (!fs::is_directory(from, error)) {
      return {};
    }
    RAKKAN_CHECK(files_.make_folder(root_ / kTrust));
    for (fs::directory_iterator entry(from, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->is_regular_file(error)) {
        RAKKAN_TRY(const Bytes content, read_file(entry->path(), kLargestTrustFile));
        RAKKAN_CHECK(files_.write(root_ / kTrust / entry->path().filename(), content));
      }
    }
    return error ? fail(ErrorCode::file_unreadable, error.message(), from.string()) : Result<void>();
  }

  // Comes after the store, so that every key that the copied store knows is in its copied token.
  [[nodiscard]] Result<void> copy_tokens() {
    RAKKAN_TRY(const auto tokens, hsm::own_softhsm_tokens(source_.data_dir));
    if (order_.with_tokens && !tokens) {
      return fail(ErrorCode::invalid_argument,
                  "the data folder keeps no tokens of SoftHSM: those of another module are backed up by its own means",
                  source_.data_dir.string());
    }
    if (tokens) {
      RAKKAN_CHECK(files_.make_folder(root_ / "tokens"));  // SoftHSM does not start without it
      RAKKAN_CHECK(files_.write(root_ / hsm::kSoftHsmConfiguration, bytes_of(tokens->configuration)));
    }
    if (!order_.with_tokens) {
      return {};
    }
    report_.with_tokens = true;
    RAKKAN_TRY(const Contents contents, read_settled_tokens(tokens->folder));
    for (const auto& [name, content] : contents) {
      const fs::path file = root_ / "tokens" / name;
      RAKKAN_CHECK(files_.make_folder(file.parent_path()));
      RAKKAN_CHECK(files_.write(file, content));
    }
    return {};
  }

  [[nodiscard]] std::string description() const {
    json::ObjectWriter folder;
    folder.text("id", report_.of).text("path", source_.data_dir.string());
    json::ObjectWriter json;
    json.number("v", 1)
        .text("made", to_rfc3339(report_.at))
        .text("program", source_.program)
        .raw("data_folder", std::move(folder).finish())
        .raw("logs", logs_of(report_))
        .flag("with_tokens", report_.with_tokens);
    return std::move(json).finish() + "\n";
  }

  // Writes the sum of every file as it can be read back.
  [[nodiscard]] Result<void> seal() {
    std::string sums;
    for (const fs::path& file : files_.made()) {
      RAKKAN_TRY(const std::string sum, sum_of(file));
      sums += sum + "  " + file.lexically_relative(root_).string() + "\n";
    }
    report_.files = files_.made().size() + 1;
    report_.bytes += sums.size();
    report_.sums = to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(sums)).view());
    RAKKAN_CHECK(files_.write(root_ / kSums, bytes_of(sums)));
    return files_.sync_folders();
  }

  [[nodiscard]] Result<std::string> sum_of(const fs::path& path) {
    RAKKAN_TRY(const std::unique_ptr<File> file, files_.open(path, FileMode::read));
    crypto::Hasher hasher(crypto::DigestAlgorithm::sha256);
    Bytes piece(kPiece);
    for (std::uint64_t offset = 0;;) {
      RAKKAN_TRY(const std::size_t size, file->read_at(offset, piece));
      hasher.update(ByteView(piece).first(size));
      offset += size;
      report_.bytes += size;
      if (size < piece.size()) {
        return to_hex(hasher.finish().view());
      }
      RAKKAN_CHECK(goes_on_());
    }
  }

  // Comes before the rename: every backup that has its name is in the trail. The trail may name one more, which a crash
  // in between took away.
  [[nodiscard]] Result<void> record() {
    json::ObjectWriter body;
    body.text("by", order_.by).text("folder", target_.string()).text("made", to_rfc3339(report_.at));
    add_logs(report_, body);
    body.flag("with_tokens", report_.with_tokens).plain("sums", report_.sums);
    audit::Submission submission;
    submission.event = "folder.backed_up";
    submission.body = std::move(body).finish();
    RAKKAN_CHECK(source_.trail.record_and_wait(std::move(submission)));
    return {};
  }

  [[nodiscard]] Result<void> publish() {
    RAKKAN_CHECK(source_.files.rename(root_, target_));
    Result<void> synced = source_.files.sync_folder(target_.parent_path());
    if (!synced) {
      static_cast<void>(source_.files.rename(target_, root_));  // it goes with the rest
    }
    return synced;
  }

  const Backup::Source& source_;
  const BackupOrder& order_;
  const std::function<Result<void>()>& goes_on_;
  const fs::path target_;
  const fs::path root_;  // while it is made
  BackupFiles files_;
  std::vector<audit::LogSnapshot> logs_;  // in the order of store::kJournals
  BackupReport report_;
};

}  // namespace

Result<BackupReport> Backup::make(const BackupOrder& order, const std::function<Result<void>()>& goes_on) {
  const std::unique_lock running(running_, std::try_to_lock);
  if (!running.owns_lock()) {
    return fail(Error{ErrorCode::overloaded, "a backup is being made already", {}, kAnotherTakes, {}});
  }
  RAKKAN_TRY(fs::path target, target_of(order, source_));
  Making making(source_, order, std::move(target), goes_on);
  Result<BackupReport> made = making.run();
  if (!made) {
    making.undo();
  }
  return made;
}

std::string to_json(const BackupReport& report) {
  json::ObjectWriter json;
  json.text("folder", report.folder.string())
      .text("made", to_rfc3339(report.at))
      .text("data_folder", report.of)
      .raw("logs", logs_of(report))
      .flag("with_tokens", report.with_tokens)
      .number("files", report.files)
      .number("bytes", report.bytes)
      .plain("sums", report.sums);
  return std::move(json).finish();
}

}  // namespace rakkan::service
