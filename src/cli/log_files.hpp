// LogFiles shows the audit log behind an Administration as a FileSystem, for the functions that read logs. It is
// read-only, and fetches each file when it is opened. A journal's folder is its name alone: "trail/tile/0/000".
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/administration.hpp"
#include "rakkan/base/file_system.hpp"

namespace rakkan::cli {

class LogFiles final : public FileSystem {
 public:
  // `administration` outlives the LogFiles.
  explicit LogFiles(const Administration& administration) : administration_(administration) {}

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override;
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override;
  // Lists the folder of a journal's timestamps; other folders are not listed.
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override;

 private:
  [[nodiscard]] Result<Bytes> fetch(const std::filesystem::path& path) const;

  const Administration& administration_;
  // The file that was asked for last, since it is usually opened next.
  std::optional<std::pair<std::filesystem::path, Bytes>> last_;
};

}  // namespace rakkan::cli
