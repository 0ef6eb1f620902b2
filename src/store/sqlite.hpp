// The one adapter around SQLite's C API: a connection, a prepared statement, a transaction. Values travel as bound
// parameters only. A statement is prepared once and kept for the life of its connection.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/options.hpp"
#include "store/sqlite_vfs.hpp"

struct sqlite3;
struct sqlite3_backup;
struct sqlite3_stmt;

namespace rakkan::store {

// Every statement's text, with the statement when nobody is running it.
using IdleStatements = std::map<std::string, sqlite3_stmt*, std::less<>>;

class Statement {
 public:
  // Runs to the next row: true when there is one. already_exists when a key is taken.
  [[nodiscard]] Result<bool> step();

  // Columns of the row that step() found. A value of another type is store_corrupt: we did not write it.
  [[nodiscard]] Result<std::int64_t> integer(int column) const;
  [[nodiscard]] Result<std::string> text(int column) const;
  [[nodiscard]] Result<Bytes> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const noexcept;

 private:
  friend class Database;
  // Goes back to the idle ones, unbound, or is finalized when another of its text is there.
  struct Return {
    IdleStatements* idle;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement, IdleStatements& idle) noexcept : statement_(statement, Return{&idle}) {}

  // Whether SQLite may read the value where it is until the statement is done.
  enum class Value : std::uint8_t { stays, is_copied };
  [[nodiscard]] Result<void> bind_one(int index, std::int64_t value, Value kind);
  [[nodiscard]] Result<void> bind_one(int index, std::string_view value, Value kind);
  [[nodiscard]] Result<void> bind_one(int index, ByteView value, Value kind);
  [[nodiscard]] Result<void> bind_one(int index, std::optional<std::int64_t> value, Value kind);  // nothing: NULL

  template <class... Values>
  [[nodiscard]] Result<void> bind([[maybe_unused]] Value kind, const Values&... values) {
    [[maybe_unused]] int index = 0;
    Result<void> bound;
    (void)(... && (bound = bind_one(++index, values, kind)).has_value());
    return bound;
  }

  std::unique_ptr<sqlite3_stmt, Return> statement_;
};

class Database {
 public:
  // WAL, synchronous=FULL: what a commit returned from is on the disk. locking_mode=EXCLUSIVE: nobody else has it open.
  // `files` outlives the database. store_unavailable.
  [[nodiscard]] static Result<Database> open(FileSystem& files, const std::filesystem::path& file,
                                             const Options& options);

  template <class... Values>
  [[nodiscard]] Result<Statement> prepare(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare_unbound(sql));
    RAKKAN_CHECK(statement.bind(Statement::Value::is_copied, values...));
    return statement;
  }

  // Runs a statement that returns no rows; how many rows it changed.
  template <class... Values>
  [[nodiscard]] Result<int> execute(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare_unbound(sql));
    RAKKAN_CHECK(statement.bind(Statement::Value::stays, values...));
    const Result<bool> unexpected_row = statement.step();  // a PRAGMA answers with one
    if (!unexpected_row) {
      return fail(explained(unexpected_row.error()));
    }
    return changes();
  }

  // Runs statements of ours without values, separated by semicolons.
  [[nodiscard]] Result<void> run_script(std::string_view script);

  // Moves everything from the write-ahead log into the database and cuts the log to nothing: what was overwritten is
  // gone from both. Outside of a transaction.
  [[nodiscard]] Result<void> empty_log();

  // Runs `body` (returning Result<T>) in one transaction: committed when it succeeds, rolled back when not. After a
  // write or sync has failed every transaction is store_unavailable.
  template <class Body>
  [[nodiscard]] auto transaction(Body&& body) -> decltype(body()) {
    RAKKAN_CHECK(writable());
    return run_between("BEGIN IMMEDIATE", body);
  }

  // The same for reading: one consistent state, no lock.
  template <class Body>
  [[nodiscard]] auto snapshot(Body&& body) -> decltype(body()) {
    return run_between("BEGIN", body);
  }

 private:
  friend class DatabaseCopy;
  // What a connection is made of; at one address, since statements point to it.
  struct Connection {
    explicit Connection(FileSystem& files) : vfs(files) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();
    SqliteVfs vfs;
    sqlite3* handle = nullptr;
    IdleStatements idle;
  };
  explicit Database(std::unique_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {}

  template <class Body>
  [[nodiscard]] auto run_between(std::string_view begin, Body& body) -> decltype(body()) {
    if (in_transaction()) {
      rollback();  // the last one's had no memory to end itself
    }
    RAKKAN_CHECK(execute(begin));
    auto result = body();
    if (!result.has_value()) {
      rollback();
      return result;
    }
    if (const Result<int> committed = execute("COMMIT"); !committed) {
      rollback();
      return fail(committed.error());
    }
    return result;
  }

  [[nodiscard]] Result<std::string> answer(std::string_view pragma);
  [[nodiscard]] Result<Statement> prepare_unbound(std::string_view sql);
  [[nodiscard]] int changes() const noexcept;
  [[nodiscard]] Result<void> writable() const;
  // The error with the failed write or sync that caused it, if one did.
  [[nodiscard]] Error explained(Error error) const;
  void rollback() noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;

  std::unique_ptr<Connection> connection_;
};

// DatabaseCopy copies a database to another file, some pages at a time. What the database's own connection changes
// between two steps goes into the copy too, so that the copy is that of the last commit before its last step. Used, and
// destroyed, under the lock of the database's connection.
class DatabaseCopy {
 public:
  // Into a file that is not there, or is empty. Neither database nor files go before it. store_unavailable, or as the
  // file system fails.
  [[nodiscard]] static Result<DatabaseCopy> begin(Database& from, FileSystem& files, const std::filesystem::path& to);

  // True when the copy is complete: then it is written, and not synced.
  [[nodiscard]] Result<bool> step(int pages);
  // After that; the errors of the last writes.
  [[nodiscard]] Result<void> finish();

 private:
  struct End {
    void operator()(sqlite3_backup* copy) const noexcept;
  };
  explicit DatabaseCopy(std::unique_ptr<Database::Connection> to) noexcept : to_(std::move(to)) {}
  [[nodiscard]] tl::unexpected<Error> failed(int code) const;

  std::unique_ptr<Database::Connection> to_;
  std::unique_ptr<sqlite3_backup, End> copy_;
};

}  // namespace rakkan::store
