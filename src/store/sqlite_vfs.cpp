#include "store/sqlite_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace rakkan::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGatherLimit = std::size_t{1} << 20;

// The range that SQLite's own programs lock in a database (its pending byte and 511 bytes behind it): a program that
// opens the database while it is in use here is told that it is locked, and leaves the write-ahead log alone.
constexpr std::uint64_t kLockOffset = 0x4000'0000;
constexpr std::uint64_t kLockSize = 512;

// One file of the database: the database itself, its log, or the journal of its first transaction.
class OpenFile {
 public:
  OpenFile(SqliteVfs& vfs, std::unique_ptr<File> file, fs::path path, bool made)
      : vfs_(&vfs), file_(std::move(file)), path_(std::move(path)), name_is_unsynced_(made) {}

  int read(ByteSpan out, std::uint64_t offset) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
      return flushed;
    }
    const Result<std::size_t> count = file_->read_at(offset, out);
    if (!count) {
      return vfs_->passes(count.error()) ? SQLITE_IOERR_NOMEM : SQLITE_IOERR_READ;
    }
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(*count), out.end(), Byte{0});
    return *count == out.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  int write(ByteView data, std::uint64_t offset) {
    const bool follows = offset == gathered_at_ + gathered_.size() && gathered_.size() + data.size() <= kGatherLimit;
    if (!gathered_.empty() && !follows) {
      if (const int flushed = flush(); flushed != SQLITE_OK) {
        return flushed;
      }
    }
    if (gathered_.empty()) {
      gathered_at_ = offset;
    }
    append(gathered_, data);
    return writable();
  }

  // Syncs the truncation at once, which SQLite does not ask for: erased values do not come back with a power loss.
  int truncate(std::uint64_t length) {
    sqlite3_int64 before = 0;
    if (const int known = size(before); known != SQLITE_OK) {
      return known;
    }
    if (length == static_cast<std::uint64_t>(before)) {
      return SQLITE_OK;
    }
    const int truncated = change(SQLITE_IOERR_TRUNCATE, [&] { return file_->truncate(length); });
    return truncated == SQLITE_OK ? sync() : truncated;
  }

  // Syncs the file's name first: when no descriptor for its folder is to be had, nothing of the contents is durable
  // yet.
  int sync() {
    if (const int named = sync_name(); named != SQLITE_OK) {
      return named;
    }
    if (const int flushed = flush(); flushed != SQLITE_OK) {
      return flushed;
    }
    return change(SQLITE_IOERR_FSYNC, [&] { return file_->sync(); });
  }

  int size(sqlite3_int64& out) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
      return flushed;
    }
    const Result<std::uint64_t> bytes = file_->size();
    if (!bytes) {
      return vfs_->passes(bytes.error()) ? SQLITE_IOERR_NOMEM : SQLITE_IOERR_FSTAT;
    }
    out = static_cast<sqlite3_int64>(*bytes);
    return SQLITE_OK;
  }

  int lock() {
    if (locked_) {
      return SQLITE_OK;
    }
    const Result<bool> locked = file_->try_lock(kLockOffset, kLockSize);
    if (!locked) {
      return SQLITE_IOERR_LOCK;
    }
    locked_ = *locked;
    return locked_ ? SQLITE_OK : SQLITE_BUSY;
  }

  int flush() {
    if (gathered_.empty()) {
      return SQLITE_OK;
    }
    const int written = change(SQLITE_IOERR_WRITE, [&] { return file_->write_at(gathered_at_, gathered_); });
    gathered_.clear();
    return written;
  }

 private:
  int sync_name() {
    if (!name_is_unsynced_) {
      return SQLITE_OK;
    }
    const int synced = change(SQLITE_IOERR_DIR_FSYNC, [&] { return vfs_->files().sync_folder(path_.parent_path()); });
    name_is_unsynced_ = synced != SQLITE_OK;
    return synced;
  }

  [[nodiscard]] int writable() const noexcept { return vfs_->failure() ? SQLITE_IOERR_WRITE : SQLITE_OK; }

  template <class Change>
  int change(int code, Change run) {
    if (vfs_->failure()) {
      return code;
    }
    const Result<void> done = run();
    if (!done) {
      if (vfs_->passes(done.error())) {
        return SQLITE_IOERR_NOMEM;
      }
      vfs_->note_failure(done.error());
      return code;
    }
    return SQLITE_OK;
  }

  SqliteVfs* vfs_;
  std::unique_ptr<File> file_;
  fs::path path_;
  bool name_is_unsynced_;
  bool locked_ = false;
  Bytes gathered_;
  std::uint64_t gathered_at_ = 0;
};

// The file handle of SQLite's interface: SQLite allocates it and knows its first member alone.
struct Handle {
  sqlite3_file base;
  OpenFile* file;
};

OpenFile& opened(sqlite3_file* file) noexcept { return *reinterpret_cast<Handle*>(file)->file; }
SqliteVfs& owner(sqlite3_vfs* vfs) noexcept { return *static_cast<SqliteVfs*>(vfs->pAppData); }
sqlite3_vfs& system_vfs() noexcept { return *sqlite3_vfs_find(nullptr); }
std::uint64_t unsigned_of(sqlite3_int64 value) noexcept { return static_cast<std::uint64_t>(value); }

int close_file(sqlite3_file* file) noexcept {
  const std::unique_ptr<OpenFile> closed(&opened(file));
  return closed->flush();
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) noexcept {
  return opened(file).read({static_cast<Byte*>(out), static_cast<std::size_t>(size)}, unsigned_of(offset));
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept {
  return opened(file).write({static_cast<const Byte*>(data), static_cast<std::size_t>(size)}, unsigned_of(offset));
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) noexcept { return opened(file).truncate(unsigned_of(size)); }
int sync_file(sqlite3_file* file, int) noexcept { return opened(file).sync(); }
int file_size(sqlite3_file* file, sqlite3_int64* size) noexcept { return opened(file).size(*size); }
int lock_file(sqlite3_file* file, int) noexcept { return opened(file).lock(); }
int unlock_file(sqlite3_file*, int) noexcept { return SQLITE_OK; }

int check_reserved_lock(sqlite3_file*, int* reserved) noexcept {
  *reserved = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) noexcept { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) noexcept { return 4096; }
// A torn write leaves the bytes beside it alone (sqlite3.h: SQLITE_IOCAP_POWERSAFE_OVERWRITE).
int device_characteristics(sqlite3_file*) noexcept { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

sqlite3_io_methods make_file_methods() noexcept {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;  // neither shared memory nor mapping
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_reserved_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = device_characteristics;
  return methods;
}

FileMode mode_of(int flags) noexcept {
  if ((flags & SQLITE_OPEN_READONLY) != 0) {
    return FileMode::read;
  }
  return (flags & SQLITE_OPEN_CREATE) != 0 ? FileMode::create_or_modify : FileMode::read_write;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) noexcept {
  static const sqlite3_io_methods kMethods = make_file_methods();
  auto* handle = reinterpret_cast<Handle*>(file);
  handle->base.pMethods = nullptr;
  if (name == nullptr) {
    return SQLITE_CANTOPEN;  // a temporary file: this program's are kept in memory (PRAGMA temp_store)
  }
  SqliteVfs& self = owner(vfs);
  const Result<bool> there = self.files().exists(name);
  Result<std::unique_ptr<File>> opened = self.files().open(name, mode_of(flags));
  if (!there || !opened) {
    return self.passes(there ? opened.error() : there.error()) ? SQLITE_NOMEM : SQLITE_CANTOPEN;
  }
  handle->file = std::make_unique<OpenFile>(self, *std::move(opened), name, !*there).release();
  handle->base.pMethods = &kMethods;
  if (out_flags != nullptr) {
    *out_flags = flags;
  }
  return SQLITE_OK;
}

// Deletes a file and syncs its folder, whether SQLite asks for the sync or not, as after a truncation.
int delete_file(sqlite3_vfs* vfs, const char* name, int) noexcept {
  SqliteVfs& self = owner(vfs);
  if (self.failure()) {
    return SQLITE_IOERR_DELETE;
  }
  Result<void> removed = self.files().remove(name);
  if (removed) {
    removed = self.files().sync_folder(fs::path(name).parent_path());
  }
  if (!removed) {
    self.note_failure(removed.error());
    return SQLITE_IOERR_DELETE;
  }
  return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* out) noexcept {
  SqliteVfs& self = owner(vfs);
  const Result<bool> there = self.files().exists(name);
  *out = there.value_or(false) ? 1 : 0;
  if (!there) {
    return self.passes(there.error()) ? SQLITE_IOERR_NOMEM : SQLITE_IOERR_ACCESS;
  }
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) noexcept {
  const std::size_t length = std::strlen(name);
  if (length >= static_cast<std::size_t>(size)) {
    return SQLITE_CANTOPEN;
  }
  std::memcpy(out, name, length + 1);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* out) noexcept {
  return system_vfs().xRandomness(&system_vfs(), size, out);
}
int sleep_for(sqlite3_vfs*, int microseconds) noexcept { return system_vfs().xSleep(&system_vfs(), microseconds); }
int current_time(sqlite3_vfs*, double* now) noexcept { return system_vfs().xCurrentTime(&system_vfs(), now); }
int last_error(sqlite3_vfs*, int, char*) noexcept { return 0; }

}  // namespace

SqliteVfs::SqliteVfs(FileSystem& files) : files_(&files), vfs_(std::make_unique<sqlite3_vfs>()) {
  static std::atomic<std::uint64_t> number{0};
  name_ = "rakkan-" + std::to_string(++number);
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(Handle);
  vfs_->mxPathname = 4096;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  vfs_->xAccess = access;
  vfs_->xFullPathname = full_path;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep_for;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  sqlite3_initialize();
  sqlite3_vfs_register(vfs_.get(), 0);
}

SqliteVfs::~SqliteVfs() { sqlite3_vfs_unregister(vfs_.get()); }

bool SqliteVfs::passes(const Error& error) {
  if (error.code != ErrorCode::resource_shortage) {
    return false;
  }
  shortage_ = error;
  return true;
}

void SqliteVfs::note_failure(const Error& error) {
  if (!failure_) {
    failure_ = error;
  }
}

}  // namespace rakkan::store
