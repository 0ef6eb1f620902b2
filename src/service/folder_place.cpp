#include "rakkan/service/folder_place.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLongestMachineId = 64;  // bytes
constexpr std::size_t kMachineIdSize = 32;       // hexadecimal digits (machine-id(5))
constexpr std::string_view kPurpose = "rakkan data folder\n";
constexpr std::size_t kHashSize = 16;  // bytes of the hash that are used

// File systems whose inode numbers are good for one mount only. The last constant, of VirtualBox's shared folders, is
// not in the kernel's header.
constexpr std::array<std::int64_t, 8> kPassingInodes{FUSE_SUPER_MAGIC,      NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,
                                                     SMB2_SUPER_MAGIC,      CIFS_SUPER_MAGIC, V9FS_MAGIC,
                                                     OVERLAYFS_SUPER_MAGIC, 0x786F4256};

std::string machine_named_by(const fs::path& file) {
  const Result<Bytes> content = read_file(file, kLongestMachineId);
  if (!content) {
    return {};
  }
  const std::string_view text = text_of(*content);
  const std::string_view id = text.substr(0, text.find('\n'));
  if (id.size() != kMachineIdSize || !from_hex(id)) {
    return {};  // empty, or "uninitialized": an image that was never booted (machine-id(5))
  }
  const crypto::Digest hash = crypto::digest(crypto::DigestAlgorithm::sha256, {bytes_of(kPurpose), bytes_of(id)});
  return to_hex(hash.view().first(kHashSize));
}

// A file's mark, and its device and inode, by which two files that exist at the same time are compared: the device's
// number may change with a restart of the machine, so it is no part of the mark.
struct Found {
  FileMark mark;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};

Result<Found> look_at(const fs::path& path) {
  struct statx status{};
  struct statfs system{};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0 ||
      ::statfs(path.c_str(), &system) != 0) {
    const int error = errno;
    return fail(ErrorCode::file_unreadable, "cannot look at it: " + std::system_category().message(error),
                path.string());
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  Found found;
  if ((status.stx_mask & STATX_BTIME) != 0) {
    found.mark.born = status.stx_btime.tv_sec * kSecond + status.stx_btime.tv_nsec;
  }
  const auto type = static_cast<std::int64_t>(static_cast<std::uint32_t>(system.f_type));
  if (std::find(kPassingInodes.begin(), kPassingInodes.end(), type) == kPassingInodes.end()) {
    found.mark.inode = status.stx_ino;
  }
  found.inode = status.stx_ino;
  found.device = std::uint64_t{status.stx_dev_major} << 32U | status.stx_dev_minor;
  return found;
}

fs::path database_in(const fs::path& folder) { return folder / "rakkan.db"; }

}  // namespace

bool is_same_file(const FileMark& one, const FileMark& other) noexcept {
  const bool born_together = one.born == 0 || other.born == 0 || one.born == other.born;
  const bool same_inode = one.inode == 0 || other.inode == 0 || one.inode == other.inode;
  return born_together && same_inode;
}

Result<FolderPlace> place_of(const fs::path& data_dir, const fs::path& machine_id) {
  FolderPlace place;
  place.machine = machine_named_by(machine_id);
  place.path = fs::absolute(data_dir).lexically_normal();
  if (place.path.filename().empty() && place.path.has_relative_path()) {
    place.path = place.path.parent_path();  // "/srv/rakkan/"
  }
  RAKKAN_TRY(const Found folder, look_at(place.path));
  RAKKAN_TRY(const Found database, look_at(database_in(place.path)));
  place.folder = folder.mark;
  place.database = database.mark;
  return place;
}

bool is_still_there(const FolderPlace& place, const fs::path& here) {
  const Result<Found> there = look_at(database_in(place.path));
  const Result<Found> ours = look_at(database_in(here));
  if (!there || !ours || !is_same_file(there->mark, place.database)) {
    return false;
  }
  // The same folder reached by two paths has the same device and inode.
  return there->device != ours->device || there->inode != ours->inode;
}

}  // namespace rakkan::service
