// FolderPlace tells a data folder from a copy of it: the machine, the path, and the marks that the file system gave to
// the folder and to its database when it made them. A copy has the same contents and other marks; a folder that was
// renamed keeps them.
//
// FolderPlace cannot tell these from the original: a whole disk that was copied block by block to a machine of the same
// id, a snapshot that was put in the original's place, and files that were overwritten in place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "rakkan/base/result.hpp"

namespace rakkan::service {

struct FileMark {
  // The file's birth time (statx(2)) in nanoseconds since 1970, to the tick of the kernel's clock; nobody can set it.
  // 0: the file system does not say.
  std::int64_t born = 0;
  // The inode's number. 0: unknown, or of a file system that numbers its files anew at each mount (FUSE, network,
  // virtual machines).
  std::uint64_t inode = 0;
};

// Compares time and inode: an inode's number is given again when its file is gone, and two files may be made within one
// tick. A value that only one of the two marks has decides nothing.
[[nodiscard]] bool is_same_file(const FileMark& one, const FileMark& other) noexcept;

struct FolderPlace {
  std::string machine;         // a hash of /etc/machine-id, which itself is not to be disclosed; empty: it has no id
  std::filesystem::path path;  // absolute
  FileMark folder;
  FileMark database;
};

inline constexpr const char* kMachineIdFile = "/etc/machine-id";  // machine-id(5)

// The place where the folder is now. `machine_id` is the file whose content names the machine; a missing file, or one
// without an id, as images and containers have it, names none. file_unreadable.
[[nodiscard]] Result<FolderPlace> place_of(const std::filesystem::path& data_dir,
                                           const std::filesystem::path& machine_id = kMachineIdFile);

// True when the database that `place` describes is still at its path, and is another file than the database in `here`
// (another file system, or another inode): then `here` is not the only folder.
[[nodiscard]] bool is_still_there(const FolderPlace& place, const std::filesystem::path& here);

}  // namespace rakkan::service
