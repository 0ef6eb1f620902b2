// Archive is a data folder's audit log with its records, and nothing else: no key is used and no token opened. It
// serves verifying, showing and exporting, also when the log or the HSM is damaged, and beside a service that goes on
// writing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/store/options.hpp"

namespace rakkan::store {
class Store;
}

namespace rakkan::service {

// The entries of one signature, by their indexes in the trail.
struct SignatureEntries {
  std::uint64_t intent = 0;
  std::uint64_t outcome = 0;
};

// An Archive over a store that is open already. Thread-safe; calls block: they read files and the store.
class Archive {
 public:
  // The store outlives it.
  Archive(store::Store& store, std::filesystem::path data_dir);

  // The log's public keys as the folder itself states them, one for each journal; none before the first entry.
  [[nodiscard]] Result<std::vector<audit::VerifierKey>> own_keys() const;
  [[nodiscard]] audit::LogFolder log(audit::Journal journal) const;
  // The record of an entry; nothing when it was erased.
  [[nodiscard]] Result<std::optional<audit::Record>> record(std::uint64_t index) const;
  // The indexes of the signature's entries. signature_unknown.
  [[nodiscard]] Result<SignatureEntries> signature(const SignatureId& id) const;
  // An entry under the log's checkpoint, with its record when it has one. audit_index_unknown.
  [[nodiscard]] Result<audit::EntryFile> entry(audit::Journal journal, std::uint64_t index) const;
  // The tenant that the record names, or that is named by the intent which the record closes; empty: the operator's.
  [[nodiscard]] Result<TenantId> tenant_of(const audit::Record& record) const;

  // Indexes of the entries whose records are about the person `subject`.
  [[nodiscard]] Result<std::vector<std::uint64_t>> records_about(std::string_view subject) const;

  [[nodiscard]] store::Ledger& ledger() const noexcept;

 private:
  store::Store* store_;
  std::filesystem::path data_dir_;
};

// OpenArchive is an Archive that has the data folder to itself: it holds the folder's lock and opens its store.
class OpenArchive : public Archive {
 public:
  // Locks the data folder, wherever it is: a copy's log is read like any other. data_folder_missing,
  // data_folder_in_use, store_unavailable, store_corrupt.
  [[nodiscard]] static Result<std::unique_ptr<OpenArchive>> open(const std::filesystem::path& data_dir,
                                                                 const store::Options& options);
  ~OpenArchive();
  OpenArchive(const OpenArchive&) = delete;
  OpenArchive& operator=(const OpenArchive&) = delete;

 private:
  struct Parts;
  explicit OpenArchive(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// The folder of a journal's log in a data folder.
[[nodiscard]] std::filesystem::path log_folder(const std::filesystem::path& data_dir, audit::Journal journal);

}  // namespace rakkan::service
