// FolderPlace tells a data folder from a copy of it: the machine, the path, and the marks that the file system gave to
// the folder and to its database when it made them. A copy has the same contents and other marks; a folder that was
// renamed keeps them.
//
// Not told apart: a whole disk that was copied block by block to a machine of the same id, a snapshot that was put in
// the original's place, and files that were overwritten in place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "rakkan/base/result.hpp"

namespace rakkan::service {

struct FileMark {
  // When it was made, in nanoseconds since 1970, to the tick of the kernel's clock (statx(2)); nobody can set it. 0:
  // the file system does not say.
  std::int64_t born = 0;
  // 0: unknown, or of a file system that numbers its files anew each time (FUSE, network, virtual machines).
  std::uint64_t inode = 0;
};

// By time and inode: an inode is given again when its file is gone, and two files may be made within one tick. What
// only one of them has tells nothing.
[[nodiscard]] bool is_same_file(const FileMark& one, const FileMark& other) noexcept;

struct FolderPlace {
  std::string machine;         // a hash of /etc/machine-id, which is not to be told to others; empty: it has none
  std::filesystem::path path;  // absolute
  FileMark folder;
  FileMark database;
};

inline constexpr const char* kMachineIdFile = "/etc/machine-id";  // machine-id(5)

// Where the folder is now. file_unreadable. `machine_id`: whose content names the machine; a missing file, or one
// without an id, as images and containers have it, names none.
[[nodiscard]] Result<FolderPlace> place_of(const std::filesystem::path& data_dir,
                                           const std::filesystem::path& machine_id = kMachineIdFile);

// Is a data folder of those marks at the path of `place`, and on another file system than `here` or another file than
// that in `here`? Then `here` is not the only one.
[[nodiscard]] bool is_still_there(const FolderPlace& place, const std::filesystem::path& here);

}  // namespace rakkan::service
