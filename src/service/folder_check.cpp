#include "service/folder_check.hpp"

#include <set>
#include <system_error>

#include "rakkan/base/file.hpp"
#include "rakkan/base/permissions.hpp"
#include "rakkan/credentials/key_source.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr int kNoDeeper = 0;

class FolderCheck {
 public:
  FolderCheck(fs::path folder, UserId owner)
      : folder_(std::move(folder)), owner_(owner), other_owner_(this_user() == kRoot ? kRoot : owner) {}

  // Checks a file or folder `name` of the data folder, and its contents down to `levels` levels.
  [[nodiscard]] Result<void> check(const fs::path& name, Readers readers, int levels = kNoDeeper) const {
    return check_tree(folder_ / name, readers, levels);
  }
  // Checks all files of the data folder whose names start with `beginning`.
  [[nodiscard]] Result<void> check_files(std::string_view beginning, Readers readers) const {
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->path().filename().string().starts_with(beginning)) {
        RAKKAN_CHECK(check_one(entry->path(), readers));
      }
    }
    return listed(error, folder_);
  }

 private:
  [[nodiscard]] Result<void> check_one(const fs::path& path, Readers readers) const {
    return check_permissions(path, readers, {owner_, other_owner_});
  }
  [[nodiscard]] Result<void> check_tree(const fs::path& path, Readers readers, int levels) const {
    RAKKAN_CHECK(check_one(path, readers));
    std::error_code error;
    if (levels == kNoDeeper || !fs::is_directory(path, error)) {
      return {};
    }
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      RAKKAN_CHECK(check_tree(entry->path(), readers, levels - 1));
    }
    return listed(error, path);
  }
  [[nodiscard]] static Result<void> listed(std::error_code error, const fs::path& path) {
    if (error) {
      return fail(ErrorCode::file_unreadable, "cannot list the folder: " + error.message(), path.string());
    }
    return {};
  }

  const fs::path folder_;
  const UserId owner_;
  const UserId other_owner_;
};

}  // namespace

Result<void> check_is_data_folder(const fs::path& data_dir) {
  std::error_code error;
  if (fs::exists(data_dir / "rakkan.db", error) || error) {
    return {};  // a folder that cannot be looked at is refused when it is opened
  }
  return fail(
      ErrorCode::data_folder_missing,
      "no data folder is at this path: `rakkan init` makes one; a configuration that was moved out of its folder has "
      "to name the folder (data_dir)",
      data_dir.string());
}

Result<void> check_folder(const fs::path& data_dir) {
  RAKKAN_TRY(const UserId owner, owner_of(data_dir));
  const FolderCheck folder(data_dir, owner);
  constexpr int kObjectsOfTokens = 2;
  constexpr int kNewestOfLogs = 2;
  RAKKAN_CHECK(folder.check("lock", Readers::group));
  RAKKAN_CHECK(folder.check_files("rakkan.db", Readers::group));
  RAKKAN_CHECK(folder.check("tokens", Readers::owner, kObjectsOfTokens));
  RAKKAN_CHECK(folder.check("audit", Readers::everybody, kNewestOfLogs));
  RAKKAN_CHECK(folder.check("pins", Readers::everybody));
  RAKKAN_CHECK(folder.check("so-pins", Readers::owner));
  return folder.check("softhsm2.conf", Readers::everybody);
}

Result<void> check_pin_files(const credentials::TokenOptions& options, const fs::path& data_dir,
                             const std::vector<std::string>& token_labels) {
  for (const std::string& label : std::set<std::string>(token_labels.begin(), token_labels.end())) {
    RAKKAN_CHECK(check_secret_file(credentials::token_file(options.pin_file, data_dir, label)));
    RAKKAN_CHECK(check_secret_file(credentials::token_file(options.so_pin_file, data_dir, label)));
  }
  return {};
}

}  // namespace rakkan::service
