// FolderIdentity is the part of a data folder's store that is about the folder itself: its id, its place and its
// tokens.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/random.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "rakkan/service/folder_standing.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::service {

class FolderIdentity {
 public:
  // Reads the identity; a folder without one (new, or of an earlier version) gets it here, for the place where it is.
  // file_unreadable, store_unavailable, store_corrupt.
  [[nodiscard]] static Result<FolderIdentity> open(store::Ledger& ledger, RandomSource& random,
                                                   const std::filesystem::path& data_dir,
                                                   const std::filesystem::path& machine_id = kMachineIdFile);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const FolderPlace& made() const noexcept { return made_; }
  [[nodiscard]] const FolderPlace& here() const noexcept { return here_; }
  [[nodiscard]] bool original_is_there() const;

  // Fails with data_folder_copied or data_folder_on_another_machine when the folder is not where it belongs.
  [[nodiscard]] Result<void> check() const;
  // Stores the present place as the one where the folder belongs, since it was renamed. Only after check() succeeded.
  [[nodiscard]] Result<void> follow_rename(store::Ledger& ledger) const;

 private:
  FolderIdentity() = default;

  std::string id_;
  FolderPlace made_;
  FolderPlace here_;
};

// FolderTokens are a folder's tokens as its store has them. Thread-safe.
class FolderTokens final : public credentials::KnownTokens {
 public:
  // The serial numbers by label. store_unavailable, store_corrupt.
  [[nodiscard]] static Result<std::map<std::string, std::string>> read(store::Ledger& ledger);
  FolderTokens(store::Ledger& ledger, std::map<std::string, std::string> serials)
      : ledger_(&ledger), serials_(std::move(serials)) {}

  [[nodiscard]] Result<std::string> serial_of(const std::string& token_label) override;
  [[nodiscard]] Result<void> remember(const std::string& token_label, const std::string& serial) override;

  [[nodiscard]] std::map<std::string, std::string> all() const;
  // Makes these the folder's tokens in memory; the store gets them by the change that is recorded with the adoption.
  void replace(std::map<std::string, std::string> serials);

 private:
  store::Ledger* ledger_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> serials_;  // by label
};

// Compares the tokens that the folder knows with those that the module shows.
[[nodiscard]] std::vector<TokenStanding> compare(const std::map<std::string, std::string>& known,
                                                 const std::vector<credentials::TokenSeen>& seen);

// RecordedAdoption is an adoption as changes of the store, and as its record for the trail.
struct RecordedAdoption {
  std::vector<store::RowChange> changes;
  std::string body;
};
// Makes the changes and the record. The folder keeps its id, or, beside an original that still exists, gets `fresh_id`.
[[nodiscard]] RecordedAdoption adoption(const FolderIdentity& identity, const std::vector<TokenStanding>& tokens,
                                        const Adoption& adoption, const std::string& fresh_id);
// A new id of 32 hexadecimal digits.
[[nodiscard]] Result<std::string> fresh_folder_id(RandomSource& random);

}  // namespace rakkan::service
