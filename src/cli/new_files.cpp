#include "cli/new_files.hpp"

#include <system_error>
#include <utility>

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

// In the order of a walk: a folder before its contents.
std::vector<fs::path> contents_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    found.push_back(entry->path());
  }
  return found;
}

}  // namespace

NewFiles::NewFiles(fs::path folder) : folder_(std::move(folder)) {
  std::error_code ignored;
  for (fs::path one = folder_; !one.empty() && !fs::exists(one, ignored); one = one.parent_path()) {
    missing_.push_back(one);
  }
  const std::vector<fs::path> found = contents_of(folder_);
  before_.insert(found.begin(), found.end());
}

NewFiles::~NewFiles() {
  if (!kept_) {
    remove();
  }
}

void NewFiles::remove() noexcept {
  std::error_code ignored;
  std::vector<fs::path> now = contents_of(folder_);
  for (auto path = now.rbegin(); path != now.rend(); ++path) {
    if (!before_.contains(*path)) {
      fs::remove(*path, ignored);
    }
  }
  for (const fs::path& folder : missing_) {
    fs::remove(folder, ignored);
  }
}

}  // namespace rakkan::cli
