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
struct sqlite3_stmt;

namespace rakkan::store {

// The prepared statements by their texts; null for one that is in use.
using IdleStatements = std::map<std::string, sqlite3_stmt*, std::less<>>;

class Statement {
 public:
  // Runs the statement to its next row: true when there is one. already_exists when a key is taken.
  [[nodiscard]] Result<bool> step();

  // Columns of the row that step() found. A value of another type is store_corrupt: this program did not write it.
  [[nodiscard]] Result<std::int64_t> integer(int column) const;
  [[nodiscard]] Result<std::string> text(int column) const;
  [[nodiscard]] Result<Bytes> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const noexcept;

 private:
  friend class Database;
  // Returns a statement to the idle ones, unbound, or finalizes it when another one of the same text is idle.
  struct Return {
    IdleStatements* idle;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement, IdleStatements& idle) noexcept : statement_(statement, Return{&idle}) {}

  // Says whether SQLite may read the value where it is until the statement is done.
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
  // Opens the database in WAL mode with synchronous=FULL (a commit that returned is on the disk) and
  // locking_mode=EXCLUSIVE (no other process has the file open). `files` outlives the database. store_unavailable.
  [[nodiscard]] static Result<Database> open(FileSystem& files, const std::filesystem::path& file,
                                             const Options& options);

  template <class... Values>
  [[nodiscard]] Result<Statement> prepare(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare_unbound(sql));
    RAKKAN_CHECK(statement.bind(Statement::Value::is_copied, values...));
    return statement;
  }

  // Runs a statement that returns no rows; returns how many rows it changed.
  template <class... Values>
  [[nodiscard]] Result<int> execute(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare_unbound(sql));
    RAKKAN_CHECK(statement.bind(Statement::Value::stays, values...));
    const Result<bool> unexpected_row = statement.step();  // a PRAGMA answers with a row, which is ignored
    if (!unexpected_row) {
      return fail(explained(unexpected_row.error()));
    }
    return changes();
  }

  // Runs fixed statements without values, separated by semicolons.
  [[nodiscard]] Result<void> run_script(std::string_view script);

  // Moves everything from the write-ahead log into the database and truncates the log to nothing: values that were
  // overwritten are gone from both files. Only outside of a transaction.
  [[nodiscard]] Result<void> empty_log();

  // Runs `body` (returning Result<T>) in one transaction: committed when it succeeds, rolled back when not. After a
  // write or sync has failed every transaction is store_unavailable.
  template <class Body>
  [[nodiscard]] auto transaction(Body&& body) -> decltype(body()) {
    RAKKAN_CHECK(writable());
    return run_between("BEGIN IMMEDIATE", body);
  }

  // Runs `body`, which only reads, in one transaction: it sees one consistent state and takes no lock.
  template <class Body>
  [[nodiscard]] auto snapshot(Body&& body) -> decltype(body()) {
    return run_between("BEGIN", body);
  }

 private:
  // The connection and its statements; stays at one address, since statements point to it.
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
      rollback();  // the rollback of the transaction before had no memory, so that one is still open
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
  // Adds to the error the failed write or sync that caused it, if there was one.
  [[nodiscard]] Error explained(Error error) const;
  void rollback() noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;

  std::unique_ptr<Connection> connection_;
};

}  // namespace rakkan::store
