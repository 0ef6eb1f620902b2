#include "store/sqlite_store.hpp"

#include "store/sqlite_schema.hpp"

namespace rakkan::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unavailable(std::string what, const fs::path& path, Error cause) {
  return fail(
      Error{ErrorCode::store_unavailable, std::move(what), path.string(), std::nullopt, {}}.because(std::move(cause)));
}

// Makes the folder with its parents, and syncs the names of the folders that it made.
Result<void> make_durable_folder(FileSystem& files, const fs::path& folder) {
  RAKKAN_TRY(const bool there, files.exists(folder));
  if (there || !folder.has_relative_path()) {
    return {};
  }
  RAKKAN_CHECK(make_durable_folder(files, folder.parent_path()));
  RAKKAN_CHECK(files.make_folder(folder));
  return files.sync_folder(folder.parent_path());
}

// Makes the folder and an empty database file, both for their owner alone, and syncs the folder that names the file.
Result<void> make_durable_file(FileSystem& files, const fs::path& file) {
  RAKKAN_CHECK(make_durable_folder(files, file.parent_path()));
  RAKKAN_CHECK(files.open(file, FileMode::create_or_modify));
  return files.sync_folder(file.parent_path());
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const fs::path& data_dir, const Options& options, FileSystem& files) {
  const fs::path file = fs::absolute(data_dir).lexically_normal() / "rakkan.db";
  if (Result<void> made = make_durable_file(files, file); !made) {
    return unavailable("the database cannot be made", file, std::move(made).error());
  }
  RAKKAN_TRY(Database database, Database::open(files, file, options));
  RAKKAN_CHECK(migrate(database));
  RAKKAN_CHECK(database.empty_log());  // finishes an erasure that a crash interrupted
  RAKKAN_TRY(const JournalEnds ends, read_journal_ends(database));
  RAKKAN_TRY(KnownCertificates certificates, KnownCertificates::read(database));
  RAKKAN_TRY(KnownKept kept, KnownKept::read(database, certificates));
  return std::make_unique<SqliteStore>(std::move(database), files, ends, std::move(certificates), std::move(kept));
}

Result<std::uint64_t> SqliteStore::next_tsu_epoch(const CredentialId& unit) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<std::uint64_t> {
    RAKKAN_TRY(Statement statement,
               database_.prepare("INSERT INTO tsu_epoch (unit, epoch) VALUES (?, 1) ON CONFLICT (unit) "
                                 "DO UPDATE SET epoch = epoch + 1 RETURNING epoch",
                                 unit.value()));
    RAKKAN_TRY(const bool row, statement.step());
    if (!row) {
      return fail(ErrorCode::store_corrupt, "no epoch came back");
    }
    RAKKAN_TRY(const std::int64_t epoch, statement.integer(0));
    RAKKAN_TRY(const bool more, statement.step());  // to its end, or COMMIT finds it still running
    if (more || epoch <= 0) {
      return fail(ErrorCode::store_corrupt, "an impossible epoch", "unit " + unit.value());
    }
    return static_cast<std::uint64_t>(epoch);
  });
}

}  // namespace rakkan::store
