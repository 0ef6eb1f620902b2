// API keys in SQLite. A scope or an address holds no line break; a column keeps the list with one item on each line.
#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

Result<std::string> lines_of(const std::vector<std::string>& items) {
  std::string lines;
  for (const std::string& item : items) {
    if (item.empty() || item.find('\n') != std::string::npos) {
      return fail(ErrorCode::invalid_argument, "a scope or address is empty or has a line break");
    }
    lines += item + "\n";
  }
  return lines;
}

std::vector<std::string> items_of(std::string_view lines) {
  std::vector<std::string> items;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    items.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return items;
}

Result<std::optional<Instant>> optional_instant(const Statement& statement, int column) {
  if (statement.is_null(column)) {
    return std::nullopt;
  }
  return instant_column(statement, column);
}

Result<ApiKeyRow> read_api_key(const Statement& statement) {
  ApiKeyRow row;
  RAKKAN_TRY(std::string id, statement.text(0));
  row.id = ApiKeyId(std::move(id));
  RAKKAN_TRY(std::string tenant, statement.text(1));
  row.tenant = TenantId(std::move(tenant));
  RAKKAN_TRY(row.label, statement.text(2));
  RAKKAN_TRY(row.secret_hash, statement.blob(3));
  RAKKAN_TRY(const std::string scopes, statement.text(4));
  RAKKAN_TRY(const std::string addresses, statement.text(5));
  RAKKAN_TRY(row.created, instant_column(statement, 6));
  RAKKAN_TRY(row.expires, optional_instant(statement, 7));
  RAKKAN_TRY(row.revoked, optional_instant(statement, 8));
  RAKKAN_TRY(std::string maker, statement.text(9));
  row.maker = ApiKeyId(std::move(maker));
  row.scopes = items_of(scopes);
  row.addresses = items_of(addresses);
  return row;
}

}  // namespace

Result<void> apply_one(Database& database, const ApiKeyRow& row) {
  RAKKAN_TRY(const std::string scopes, lines_of(row.scopes));
  RAKKAN_TRY(const std::string addresses, lines_of(row.addresses));
  const auto milliseconds = [](const std::optional<Instant>& instant) -> std::optional<std::int64_t> {
    return instant ? std::optional(milliseconds_of(*instant)) : std::nullopt;
  };
  RAKKAN_CHECK(database.execute(
      "INSERT INTO api_key (id, tenant, label, secret_hash, scopes, addresses, created, expires, revoked, maker) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.id.value(), row.tenant.value(), row.label, ByteView(row.secret_hash), scopes, addresses,
      milliseconds_of(row.created), milliseconds(row.expires), milliseconds(row.revoked), row.maker.value()));
  return {};
}

Result<void> apply_one(Database& database, const ApiKeyRevocation& revocation) {
  RAKKAN_TRY(const int changed, database.execute("UPDATE api_key SET revoked = coalesce(revoked, ?) WHERE id = ?",
                                                 milliseconds_of(revocation.at), revocation.id.value()));
  if (changed == 0) {
    return fail(ErrorCode::api_key_unknown, "no API key has this id", "API key " + revocation.id.value());
  }
  return {};
}

Result<std::vector<ApiKeyRow>> SqliteStore::api_keys() {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(
      Statement statement,
      database_.prepare("SELECT id, tenant, label, secret_hash, scopes, addresses, created, expires, revoked, maker "
                        "FROM api_key ORDER BY created, id"));
  std::vector<ApiKeyRow> rows;
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return rows;
    }
    RAKKAN_TRY(ApiKeyRow row, read_api_key(statement));
    rows.push_back(std::move(row));
  }
}

}  // namespace rakkan::store
