// The one adapter around SQLite's C API: a connection, a prepared statement, a transaction. Values travel as bound
// parameters only.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace rakkan::store {

class Statement {
 public:
  // Runs to the next row: true when there is one.
  [[nodiscard]] Result<bool> step();

  // Columns of the row that step() found. A value of another type is store_corrupt: we did not write it.
  [[nodiscard]] Result<std::int64_t> integer(int column) const;
  [[nodiscard]] Result<std::string> text(int column) const;
  [[nodiscard]] Result<Bytes> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const noexcept;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  [[nodiscard]] Result<void> bind_one(int index, std::int64_t value);
  [[nodiscard]] Result<void> bind_one(int index, std::string_view value);
  [[nodiscard]] Result<void> bind_one(int index, ByteView value);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  // WAL, synchronous=FULL: what a commit returned from is on the disk. store_unavailable.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout);

  template <class... Values>
  [[nodiscard]] Result<Statement> prepare(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare_unbound(sql));
    [[maybe_unused]] int index = 0;
    Result<void> bound;
    (void)(... && (bound = statement.bind_one(++index, values)).has_value());
    RAKKAN_CHECK(bound);
    return statement;
  }

  // Runs a statement that returns no rows; how many rows it changed.
  template <class... Values>
  [[nodiscard]] Result<int> execute(std::string_view sql, const Values&... values) {
    RAKKAN_TRY(Statement statement, prepare(sql, values...));
    RAKKAN_TRY(const bool unexpected_row, statement.step());
    (void)unexpected_row;  // a PRAGMA answers with one
    return changes();
  }

  // Runs `body` (returning Result<T>) in one transaction that holds the write lock: committed when it succeeds, rolled
  // back when not.
  template <class Body>
  [[nodiscard]] auto transaction(Body&& body) -> decltype(body()) {
    return run_between("BEGIN IMMEDIATE", body);
  }

  // The same for reading: one consistent state, no lock.
  template <class Body>
  [[nodiscard]] auto snapshot(Body&& body) -> decltype(body()) {
    return run_between("BEGIN", body);
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  explicit Database(sqlite3* database) noexcept : database_(database) {}

  template <class Body>
  [[nodiscard]] auto run_between(std::string_view begin, Body& body) -> decltype(body()) {
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

  [[nodiscard]] Result<Statement> prepare_unbound(std::string_view sql);
  [[nodiscard]] int changes() const noexcept;
  void rollback() noexcept;

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace rakkan::store
