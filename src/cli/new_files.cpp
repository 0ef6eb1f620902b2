#include "cli/new_files.hpp"

#include <system_error>
#include <utility>

namespace rakkan::cli {
namespace fs = std::filesystem;

NewFiles::NewFiles(fs::path folder, std::vector<std::string> own) : folder_(std::move(folder)), own_(std::move(own)) {
  std::error_code ignored;
  for (fs::path one = folder_; !one.empty() && !fs::exists(one, ignored); one = one.parent_path()) {
    missing_.push_back(one);
  }
  const std::vector<fs::path> there = found();
  before_.insert(there.begin(), there.end());
}

NewFiles::~NewFiles() {
  if (!kept_) {
    remove();
  }
}

void NewFiles::remove() noexcept {
  std::error_code ignored;
  const std::vector<fs::path> now = found();
  for (auto path = now.rbegin(); path != now.rend(); ++path) {
    if (!before_.contains(*path)) {
      fs::remove(*path, ignored);
    }
  }
  for (const fs::path& folder : missing_) {
    fs::remove(folder, ignored);
  }
}

std::vector<fs::path> NewFiles::found() const {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const std::string& name : own_) {
    const fs::path one = folder_ / name;
    if (!fs::exists(fs::symlink_status(one, error))) {
      continue;
    }
    paths.push_back(one);
    fs::recursive_directory_iterator inside(one, fs::directory_options::skip_permission_denied, error);
    for (; !error && inside != fs::recursive_directory_iterator(); inside.increment(error)) {
      paths.push_back(inside->path());
    }
  }
  return paths;
}

}  // namespace rakkan::cli
