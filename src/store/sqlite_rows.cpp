#include "store/sqlite_rows.hpp"

namespace rakkan::store {
namespace {

template <class Number>
Result<Number> number_column(const Statement& statement, int column) {
  RAKKAN_TRY(const std::int64_t value, statement.integer(column));
  const auto narrow = checked_cast<Number>(value);
  if (!narrow) {
    return fail(ErrorCode::store_corrupt, "a number is out of range", "column " + std::to_string(column));
  }
  return *narrow;
}

}  // namespace

Result<Instant> instant_column(const Statement& statement, int column) {
  RAKKAN_TRY(const std::int64_t milliseconds, statement.integer(column));
  return Instant(std::chrono::milliseconds(milliseconds));
}

Result<std::uint32_t> unsigned_column(const Statement& statement, int column) {
  return number_column<std::uint32_t>(statement, column);
}

Result<std::uint64_t> index_column(const Statement& statement, int column) {
  return number_column<std::uint64_t>(statement, column);
}

Result<std::int64_t> signed_index(std::uint64_t index) {
  const auto number = checked_cast<std::int64_t>(index);
  if (!number) {
    return fail(ErrorCode::invalid_argument, "an index of more than 63 bits");
  }
  return *number;
}

Result<void> check_credential(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement, database.prepare("SELECT 1 FROM credential WHERE id = ?", id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::credential_unknown, "no credential has this id", "credential " + id.value());
  }
  return {};
}

}  // namespace rakkan::store
