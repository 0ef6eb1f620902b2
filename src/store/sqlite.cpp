#include "store/sqlite.hpp"

#include <sqlite3.h>

namespace rakkan::store {
namespace {

tl::unexpected<Error> sqlite_error(sqlite3* database, int code) {
  const bool damaged = (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
  const char* message = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  return fail(damaged ? ErrorCode::store_corrupt : ErrorCode::store_unavailable, std::string("SQLite: ") + message);
}

tl::unexpected<Error> wrong_type(int column) {
  return fail(ErrorCode::store_corrupt, "a column holds another type than we write",
              "column " + std::to_string(column));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return sqlite_error(sqlite3_db_handle(statement_.get()), code);
}

Result<std::int64_t> Statement::integer(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_INTEGER) {
    return wrong_type(column);
  }
  return sqlite3_column_int64(statement_.get(), column);
}

Result<std::string> Statement::text(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) {
    return wrong_type(column);
  }
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data == nullptr ? std::string() : std::string(data, size);
}

Result<Bytes> Statement::blob(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_BLOB) {
    return wrong_type(column);
  }
  const auto* data = static_cast<const Byte*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return copy_of(ByteView(data, size));
}

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<void> Statement::bind_one(int index, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_.get(), index, value); code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

// The bound value is read while the statement steps, within the call that owns it; SQLITE_TRANSIENT copies it all the
// same.
Result<void> Statement::bind_one(int index, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_.get(), index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

Result<void> Statement::bind_one(int index, ByteView value) {
  const int code = value.empty()
                       ? sqlite3_bind_zeroblob(statement_.get(), index, 0)
                       : sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Result<Database> Database::open(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(handle);  // to be closed even when opening failed
  if (code != SQLITE_OK) {
    return sqlite_error(handle, code);
  }
  sqlite3_busy_timeout(handle, checked_cast<int>(busy_timeout.count()).value_or(60'000));
  for (const std::string_view pragma :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF"}) {
    RAKKAN_CHECK(database.execute(pragma));
  }
  return database;
}

Result<Statement> Database::prepare_unbound(std::string_view sql) {
  const std::optional<int> size = checked_cast<int>(sql.size());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), size.value_or(0), &statement, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(database_.get(), code);
  }
  return Statement(statement);
}

int Database::changes() const noexcept { return sqlite3_changes(database_.get()); }

void Database::rollback() noexcept { sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr); }

}  // namespace rakkan::store
