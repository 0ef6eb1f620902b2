// NewFiles remembers which files of a folder are new since the object was made, so that a command that fails leaves
// nothing behind. It looks only at names that are the command's own: files that others write into the folder meanwhile
// are left alone.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rakkan::cli {

class NewFiles {
 public:
  // Notes the files that exist now; the folder and its parents may be missing. `own` are the names of files and folders
  // in it.
  NewFiles(std::filesystem::path folder, std::vector<std::string> own);
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles();  // removes the new files, unless keep() was called

  void keep() noexcept { kept_ = true; }
  // Makes a file stay in any case, with the folders that it lies in.
  void spare(std::filesystem::path file) { before_.insert(std::move(file)); }
  // Removes new files of the own names, and the folders on the way to them that did not exist. A folder with files of
  // others stays.
  void remove() noexcept;

 private:
  // The own files that exist now, a folder before its contents.
  [[nodiscard]] std::vector<std::filesystem::path> found() const;

  std::filesystem::path folder_;
  std::vector<std::string> own_;
  std::set<std::filesystem::path> before_;
  std::vector<std::filesystem::path> missing_;  // the folder and its parents, the innermost first
  bool kept_ = false;
};

}  // namespace rakkan::cli
