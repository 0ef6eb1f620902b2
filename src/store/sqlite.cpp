#include "store/sqlite.hpp"

#include <sqlite3.h>

namespace rakkan::store {
namespace {

constexpr std::uint64_t kPageSize = 4096;  // SQLite's default

// Tells a failure of the medium (store_unavailable, store_corrupt) from one of this request alone: audit::GroupCommit
// decides by the code whether it goes on.
ErrorCode code_of(int code) {
  if (code == SQLITE_IOERR_NOMEM) {
    return ErrorCode::resource_shortage;
  }
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::store_corrupt;
    case SQLITE_CONSTRAINT: {
      const bool taken =
          code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_ROWID;
      return taken ? ErrorCode::already_exists : ErrorCode::invalid_argument;
    }
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return ErrorCode::invalid_argument;
    case SQLITE_NOMEM:
      return ErrorCode::resource_shortage;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOLFS:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return ErrorCode::store_unavailable;
    default:
      return ErrorCode::internal;  // one of our statements is wrong, not the medium
  }
}

tl::unexpected<Error> sqlite_error(sqlite3* database, int code) {
  const char* message = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  return fail(code_of(code), std::string("SQLite: ") + message);
}

tl::unexpected<Error> wrong_type(int column) {
  return fail(ErrorCode::store_corrupt, "a column holds another type than this program writes",
              "column " + std::to_string(column));
}

}  // namespace

void Statement::Return::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_reset(statement);  // returns the error of the step before once more
  sqlite3_clear_bindings(statement);
  const auto place = idle->find(sqlite3_sql(statement));
  if (place != idle->end() && place->second == nullptr) {
    place->second = statement;
  } else {
    sqlite3_finalize(statement);
  }
}

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

Result<void> Statement::bind_one(int index, std::int64_t value, Value) {
  if (const int code = sqlite3_bind_int64(statement_.get(), index, value); code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

Result<void> Statement::bind_one(int index, std::string_view value, Value kind) {
  const auto lifetime = kind == Value::stays ? SQLITE_STATIC : SQLITE_TRANSIENT;
  const char* data = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_.get(), index, data, value.size(), lifetime, SQLITE_UTF8);
  if (code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

Result<void> Statement::bind_one(int index, ByteView value, Value kind) {
  const auto lifetime = kind == Value::stays ? SQLITE_STATIC : SQLITE_TRANSIENT;
  const int code = value.empty() ? sqlite3_bind_zeroblob(statement_.get(), index, 0)
                                 : sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), lifetime);
  if (code != SQLITE_OK) {
    return sqlite_error(sqlite3_db_handle(statement_.get()), code);
  }
  return {};
}

// An unbound parameter is NULL.
Result<void> Statement::bind_one(int index, std::optional<std::int64_t> value, Value kind) {
  return value ? bind_one(index, *value, kind) : Result<void>();
}

Database::Connection::~Connection() {
  for (const auto& [text, statement] : idle) {
    sqlite3_finalize(statement);
  }
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(FileSystem& files, const std::filesystem::path& file, const Options& options) {
  auto connection = std::make_unique<Connection>(files);  // to be closed even when opening failed
  const int code = sqlite3_open_v2(file.c_str(), &connection->handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   connection->vfs.name().c_str());
  if (code != SQLITE_OK) {
    return sqlite_error(connection->handle, code);
  }
  sqlite3_busy_timeout(connection->handle, checked_cast<int>(options.busy_timeout.count()).value_or(60'000));
  Database database(std::move(connection));
  // The locking mode is set first: SQLite then needs no shared memory for the write-ahead log.
  RAKKAN_CHECK(database.execute("PRAGMA locking_mode=EXCLUSIVE"));
  RAKKAN_TRY(const std::string journal, database.answer("PRAGMA journal_mode=WAL"));
  if (journal != "wal") {
    return fail(ErrorCode::store_unavailable, "the database has no write-ahead log but \"" + journal + "\"");
  }
  for (const std::string_view pragma :
       {"PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF", "PRAGMA secure_delete=ON",
        "PRAGMA temp_store=MEMORY"}) {
    RAKKAN_CHECK(database.execute(pragma));
  }
  RAKKAN_CHECK(database.execute("PRAGMA wal_autocheckpoint=" + std::to_string(options.log_size / kPageSize)));
  return database;
}

Result<std::string> Database::answer(std::string_view pragma) {
  RAKKAN_TRY(Statement statement, prepare(pragma));
  const Result<bool> row = statement.step();
  if (!row) {
    return fail(explained(row.error()));
  }
  return *row ? statement.text(0) : Result<std::string>();
}

Result<Statement> Database::prepare_unbound(std::string_view sql) {
  auto place = connection_->idle.find(sql);
  if (place != connection_->idle.end() && place->second != nullptr) {
    return Statement(std::exchange(place->second, nullptr), connection_->idle);
  }
  const std::optional<int> size = checked_cast<int>(sql.size());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_->handle, sql.data(), size.value_or(0), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(connection_->handle, code);
  }
  connection_->idle.try_emplace(sqlite3_sql(statement), nullptr);
  return Statement(statement, connection_->idle);
}

Result<void> Database::run_script(std::string_view script) {
  const int code = sqlite3_exec(connection_->handle, std::string(script).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return fail(explained(sqlite_error(connection_->handle, code).value()));
  }
  return {};
}

Result<void> Database::empty_log() {
  RAKKAN_TRY(Statement statement, prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  const Result<bool> row = statement.step();
  if (!row) {
    return fail(explained(row.error()));
  }
  RAKKAN_TRY(const std::int64_t blocked, *row ? statement.integer(0) : Result<std::int64_t>(1));
  if (blocked != 0) {
    return fail(ErrorCode::store_unavailable, "the write-ahead log could not be emptied");
  }
  return writable();
}

Result<void> Database::writable() const {
  if (connection_->vfs.failure()) {
    return fail(explained({ErrorCode::store_unavailable,
                           "a write or sync failed: nothing is written until the store is opened again",
                           {},
                           std::nullopt,
                           {}}));
  }
  return {};
}

Error Database::explained(Error error) const {
  const std::optional<Error>& failure = connection_->vfs.failure();
  if (!failure) {
    const std::optional<Error> shortage = connection_->vfs.take_shortage();
    return shortage && error.code == ErrorCode::resource_shortage ? std::move(error).because(*shortage) : error;
  }
  // Nothing is written any more after such a failure, also when SQLite's own error is a milder one.
  error.code = error.code == ErrorCode::store_corrupt ? error.code : ErrorCode::store_unavailable;
  return std::move(error).because(*failure);
}

int Database::changes() const noexcept { return sqlite3_changes(connection_->handle); }

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_->handle) == 0; }

void Database::rollback() noexcept { sqlite3_exec(connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr); }

}  // namespace rakkan::store
