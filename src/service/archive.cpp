#include "rakkan/service/archive.hpp"

#include "rakkan/store/data_folder.hpp"
#include "rakkan/store/store.hpp"
#include "service/folder_check.hpp"

namespace rakkan::service {
struct Archive::Parts {
  store::DataFolder folder;
  std::unique_ptr<store::Store> store;
};

Result<std::unique_ptr<Archive>> Archive::open(const std::filesystem::path& data_dir, const store::Options& options) {
  RAKKAN_CHECK(check_is_data_folder(data_dir));
  RAKKAN_TRY(store::DataFolder folder, store::DataFolder::lock(data_dir));
  RAKKAN_CHECK(check_folder(data_dir));
  RAKKAN_TRY(auto store, store::open_sqlite(data_dir, options));
  return std::unique_ptr<Archive>(new Archive(std::unique_ptr<Parts>(new Parts{std::move(folder), std::move(store)})));
}

Archive::Archive(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
Archive::~Archive() = default;

Result<std::vector<audit::VerifierKey>> Archive::own_keys() { return audit::Trail::known_keys(*parts_->store); }

audit::LogFolder Archive::log(audit::Journal journal) const {
  return {posix_file_system(), log_folder(parts_->folder.path(), journal)};
}

Result<std::optional<audit::Record>> Archive::record(std::uint64_t index) {
  return audit::record_of(*parts_->store, index);
}

Result<SignatureEntries> Archive::signature(const SignatureId& id) {
  RAKKAN_TRY(const store::SignatureRow row, parts_->store->signature(id));
  return SignatureEntries{row.intent, row.outcome};
}

Result<audit::EntryFile> Archive::entry(audit::Journal journal, std::uint64_t index) {
  audit::EntryFile file;
  RAKKAN_TRY(file.entry, audit::read_entry(log(journal), index));
  if (journal == audit::Journal::trail) {
    RAKKAN_TRY(file.record, record(index));
  }
  return file;
}

std::filesystem::path log_folder(const std::filesystem::path& data_dir, audit::Journal journal) {
  return data_dir / "audit" / store::name(journal);
}

}  // namespace rakkan::service
