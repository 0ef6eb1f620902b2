// Conversions of values between rows and structures.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/store/ledger.hpp"
#include "store/sqlite.hpp"

namespace rakkan::store {

inline std::int64_t milliseconds_of(Instant instant) { return instant.time_since_epoch().count(); }

[[nodiscard]] Result<Instant> instant_column(const Statement& statement, int column);
[[nodiscard]] Result<std::uint32_t> unsigned_column(const Statement& statement, int column);
[[nodiscard]] Result<std::uint64_t> index_column(const Statement& statement, int column);

// An index as SQLite stores it: its integers have 63 bits beside the sign. invalid_argument.
[[nodiscard]] Result<std::int64_t> signed_index(std::uint64_t index);

// The index behind the last entry of each journal.
using JournalEnds = std::array<std::uint64_t, std::size(kJournals)>;
constexpr std::size_t place(Journal journal) { return static_cast<std::size_t>(journal); }

[[nodiscard]] Result<std::vector<LogChunk>> read_chunks(Database& database, Journal journal);
[[nodiscard]] Result<JournalEnds> read_journal_ends(Database& database);

}  // namespace rakkan::store
