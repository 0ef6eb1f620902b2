// NewFiles knows what is new in a folder since it was made, so that a command that fails leaves nothing behind. It
// looks at names that are the command's own: what somebody else writes into the folder meanwhile is no business of it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rakkan::cli {

class NewFiles {
 public:
  // Looks at what is there now; the folder and its parents may be missing. `own`: files and folders in it, by name.
  NewFiles(std::filesystem::path folder, std::vector<std::string> own);
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles();  // removes what is new, unless it was kept

  void keep() noexcept { kept_ = true; }
  // That file stays in any case, and the folders that it lies in.
  void spare(std::filesystem::path file) { before_.insert(std::move(file)); }
  // Removes what is new of the own names, and the folders on the way to it that were not there. What somebody else
  // keeps from being removed stays.
  void remove() noexcept;

 private:
  // In the order of a walk: a folder before its contents.
  [[nodiscard]] std::vector<std::filesystem::path> found() const;

  std::filesystem::path folder_;
  std::vector<std::string> own_;
  std::set<std::filesystem::path> before_;
  std::vector<std::filesystem::path> missing_;  // the folder and its parents, the innermost first
  bool kept_ = false;
};

}  // namespace rakkan::cli
