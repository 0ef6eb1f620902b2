#include "rakkan/audit/snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "audit/log_files.hpp"
#include "audit/timestamps.hpp"
#include "rakkan/base/read_only_file.hpp"

namespace rakkan::audit {
namespace {

namespace fs = std::filesystem;

// How often a snapshot begins anew because the writer replaced the checkpoint between two of its reads.
constexpr int kTries = 8;
constexpr int kVerifications = 3;

tl::unexpected<Error> read_only(const fs::path& path) {
  return fail(ErrorCode::internal, "a snapshot of a log cannot be written to", path.string());
}

}  // namespace

class LogSnapshot::Files final : public FileSystem {
 public:
  explicit Files(LogFolder log) : log_(std::move(log)) {}

  [[nodiscard]] Result<void> take() {
    for (int tried = 1;; ++tried) {
      Result<void> read = take_once();
      if (read || tried == kTries || read.error().code != ErrorCode::audit_log_corrupt) {
        return read;
      }
      // When the checkpoint has not been replaced meanwhile, the tile under it is really missing.
      const Result<Bytes> now = read_log_file(log_, std::string(kCheckpointFile));
      if (now && *now == kept_[log_.path / kCheckpointFile]) {
        return read;
      }
    }
  }

  [[nodiscard]] const fs::path& path() const noexcept { return log_.path; }

  [[nodiscard]] Result<std::unique_ptr<File>> open(const fs::path& path, FileMode mode) override {
    if (mode != FileMode::read) {
      return read_only(path);
    }
    const auto kept = kept_.find(path);
    if (kept != kept_.end()) {
      return std::make_unique<ReadOnlyFile>(std::shared_ptr<const Bytes>(std::shared_ptr<void>(), &kept->second), path);
    }
    return log_.files.open(path, mode);
  }
  [[nodiscard]] Result<bool> exists(const fs::path& path) override {
    if (!begun_) {
      return false;
    }
    return kept_.contains(path) ? Result<bool>(true) : log_.files.exists(path);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const fs::path& folder) override {
    if (!begun_) {
      return std::vector<std::string>();
    }
    RAKKAN_TRY(std::vector<std::string> names, log_.files.list(folder));
    if (folder == log_.path / kTimestampFolder) {
      std::erase_if(names, [&](const std::string& name) { return is_later(name); });
    } else if (folder.extension() == ".p") {
      names = those_that_stay(folder, std::move(names));
    }
    return names;
  }
  [[nodiscard]] Result<void> remove(const fs::path& path) override { return read_only(path); }
  [[nodiscard]] Result<void> rename(const fs::path& from, const fs::path& /*to*/) override { return read_only(from); }
  [[nodiscard]] Result<void> make_folder(const fs::path& folder) override { return read_only(folder); }
  [[nodiscard]] Result<void> sync_folder(const fs::path& folder) override { return read_only(folder); }

 private:
  [[nodiscard]] Result<void> take_once() {
    kept_.clear();
    const std::string name(kCheckpointFile);
    RAKKAN_TRY(begun_, log_.files.exists(log_.path / name));
    if (!begun_) {
      return {};
    }
    RAKKAN_CHECK(keep(name));
    RAKKAN_TRY(const Note note, Note::parse(text_of(kept_[log_.path / name])));
    RAKKAN_TRY(const Checkpoint checkpoint, Checkpoint::parse(note.text));
    size_ = checkpoint.tree.size;
    for (int level = Tile::kEntries; level < static_cast<int>(tile_levels(size_)); ++level) {
      const std::uint64_t number = (size_ >> (kTileHeight * static_cast<unsigned>(std::max(level, 0)))) / kTileWidth;
      const Tile last{level, number, tile_width(level, number, size_)};
      if (last.width != 0 && last.width != kTileWidth) {
        RAKKAN_CHECK(keep(last.path()));
      }
    }
    return {};
  }

  [[nodiscard]] Result<void> keep(const std::string& name) {
    RAKKAN_TRY(kept_[log_.path / name], read_log_file(log_, name));
    return {};
  }

  // True for a timestamp's file ("1234.tst") of a checkpoint behind this one.
  [[nodiscard]] bool is_later(const std::string& name) const {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), size);
    return error == std::errc{} && *end == '.' && size > size_;
  }

  // The writer may remove a partial tile after its name was listed: the names whose files can be read are returned, and
  // the contents are kept for the next reader.
  [[nodiscard]] std::vector<std::string> those_that_stay(const fs::path& folder, std::vector<std::string> names) {
    std::erase_if(names, [&](const std::string& name) {
      const fs::path path = folder / name;
      return !kept_.contains(path) && !keep(path.lexically_relative(log_.path).string());
    });
    return names;
  }

  LogFolder log_;
  bool begun_ = false;
  std::uint64_t size_ = 0;
  std::map<fs::path, Bytes> kept_;
};

LogSnapshot::LogSnapshot(std::unique_ptr<Files> files) noexcept : files_(std::move(files)) {}
LogSnapshot::LogSnapshot(LogSnapshot&&) noexcept = default;
LogSnapshot& LogSnapshot::operator=(LogSnapshot&&) noexcept = default;
LogSnapshot::~LogSnapshot() = default;

Result<LogSnapshot> LogSnapshot::take(const LogFolder& log) {
  auto files = std::make_unique<Files>(log);
  RAKKAN_CHECK(files->take());
  return LogSnapshot(std::move(files));
}

LogFolder LogSnapshot::folder() const { return {*files_, files_->path()}; }

Result<VerifiedLog> verify_live_log(const LogFolder& log, const VerifierKey& key, const Verification& verification) {
  for (int tried = 1;; ++tried) {
    RAKKAN_TRY(const LogSnapshot snapshot, LogSnapshot::take(log));
    Result<VerifiedLog> verified = verify_log(snapshot.folder(), key, verification);
    if (verified || tried == kVerifications || verified.error().code != ErrorCode::audit_log_corrupt) {
      return verified;
    }
  }
}

}  // namespace rakkan::audit
