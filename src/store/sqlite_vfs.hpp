// SqliteVfs lets SQLite reach its files through a FileSystem. One for each connection, in WAL with
// locking_mode=EXCLUSIVE: no shared memory, and one lock on the database until it is closed.
//
// - Writes that follow each other are gathered and go to the file as one before it is synced or read: a commit is one
//   write and one sync.
// - After a write, truncation, sync or removal failed, nothing is written any more: nobody knows what is on the disk,
//   and a later sync would only seem to succeed. The database recovers from its log when it is opened again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "rakkan/base/file_system.hpp"

struct sqlite3_vfs;

namespace rakkan::store {

class SqliteVfs {
 public:
  // Registers the VFS with SQLite under a name of its own. `files` outlives the VFS, and the VFS outlives its
  // connection. The constructor is thread-safe; the rest is used by one thread at a time, as the connection is.
  explicit SqliteVfs(FileSystem& files);
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;
  ~SqliteVfs();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] FileSystem& files() const noexcept { return *files_; }

  // The first failure, if there was one. A lack of descriptors or memory before anything was done is no such failure:
  // SQLite is told that it has no memory, undoes the transaction, and the next one may succeed.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  void note_failure(const Error& error);
  // True for a shortage, which passes. Its error is kept until it is taken, since SQLite's own code for all of them is
  // "out of memory".
  [[nodiscard]] bool passes(const Error& error);
  [[nodiscard]] std::optional<Error> take_shortage() noexcept { return std::exchange(shortage_, std::nullopt); }

 private:
  FileSystem* files_;
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::optional<Error> failure_;
  std::optional<Error> shortage_;
};

}  // namespace rakkan::store
