#include "cli/log_files.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/base/read_only_file.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> read_only(const fs::path& path) {
  return fail(ErrorCode::internal, "a log behind a server cannot be written to", path.string());
}

std::string journal_of(const fs::path& path) { return path.begin()->string(); }

}  // namespace

Result<Bytes> LogFiles::fetch(const fs::path& path) const {
  const std::string journal = journal_of(path);
  const std::string name = path.lexically_relative(journal).generic_string();
  RAKKAN_TRY(const WipedBytes content,
             administration_.ask({"GET",
                                  "/v1/audit/logs/" + journal + "/file?name=" + percent_encoded(name),
                                  "",
                                  "application/octet-stream",
                                  {}}));
  return Bytes(content.begin(), content.end());
}

Result<std::unique_ptr<File>> LogFiles::open(const fs::path& path, FileMode mode) {
  if (mode != FileMode::read) {
    return read_only(path);
  }
  if (last_ && last_->first == path) {
    return std::make_unique<ReadOnlyFile>(std::make_shared<const Bytes>(std::exchange(last_, std::nullopt)->second),
                                          path);
  }
  RAKKAN_TRY(Bytes content, fetch(path));
  return std::make_unique<ReadOnlyFile>(std::make_shared<const Bytes>(std::move(content)), path);
}

Result<bool> LogFiles::exists(const fs::path& path) {
  Result<Bytes> content = fetch(path);
  if (!content && content.error().code == ErrorCode::audit_index_unknown) {
    return false;
  }
  RAKKAN_CHECK(content);
  last_.emplace(path, *std::move(content));
  return true;
}

Result<std::vector<std::string>> LogFiles::list(const fs::path& folder) {
  std::vector<std::string> names;
  if (folder.filename() == "timestamps") {
    RAKKAN_TRY(const boost::json::object answer,
               administration_.ask_json("GET", "/v1/audit/logs/" + journal_of(folder)));
    for (const boost::json::value& name : array_member(answer, "timestamps")) {
      if (name.is_string()) {
        names.emplace_back(name.get_string());
      }
    }
  }
  return names;
}

Result<void> LogFiles::remove(const fs::path& path) { return read_only(path); }
Result<void> LogFiles::rename(const fs::path& from, const fs::path& /*to*/) { return read_only(from); }
Result<void> LogFiles::make_folder(const fs::path& folder) { return read_only(folder); }
Result<void> LogFiles::sync_folder(const fs::path& folder) { return read_only(folder); }

}  // namespace rakkan::cli
