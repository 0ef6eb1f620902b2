// A workload on a store, and the checks of the store afterwards, whatever happened in between.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rakkan/store/store.hpp"
#include "support/power_loss_file_system.hpp"

namespace rakkan::test {

class StoreWorkload {
 public:
  static constexpr const char* kFolder = "/var/lib/rakkan";

  // Batches of about `tail_size` bytes, with releases, erasures, epochs and PIN attempts between them.
  StoreWorkload(PowerLossFileSystem& disk, int batches, std::size_t tail_size)
      : disk_(&disk), batches_(batches), tail_size_(tail_size) {}

  // Opens the store (with a log as short as can be), works and closes it; goes on after a failure to see that
  // everything later fails as well.
  void run();
  // Opens the store again and looks: everything acknowledged is there, everything else wholly or not at all, what was
  // erased is in no file; the store works; SQLite's own program finds its files sound.
  void check();

  [[nodiscard]] bool all_acknowledged() const { return failures_ == 0; }

 private:
  struct Batch {
    bool tried = false;
    bool acknowledged = false;
    bool erasure_tried = false;
    bool erased = false;
  };

  // A row of cached evidence; each is forgotten when the next one is kept.
  struct Cached {
    bool tried = false;
    bool kept = false;
    bool forgetting = false;
    bool forgotten = false;
    bool purged = false;  // since it was forgotten
  };

  void note(const std::string& what, const Result<void>& result);
  void work(store::Store& store);
  void commit(store::Store& store, int number);
  [[nodiscard]] store::Additions batch(int number) const;
  [[nodiscard]] store::KeptSignatureRow kept(int number,
                                             std::shared_ptr<const store::SharedCertificate> certificate) const;
  void cache(store::Store& store, int number);
  [[nodiscard]] store::EvidenceRow evidence(int number) const;
  [[nodiscard]] std::string evidence_text(int number) const;
  void purged();
  void check_evidence(store::Store& store);
  void check_batch(store::Store& store, int number, const std::set<std::uint64_t>& chunks);
  void check_erased_bytes();
  void check_remains(store::Store& store);
  void check_purged_evidence();
  void check_soundness() const;
  // A text that stands nowhere else.
  [[nodiscard]] std::string secret(int number) const;

  PowerLossFileSystem* disk_;
  int batches_;
  std::size_t tail_size_;
  std::vector<Batch> state_ = std::vector<Batch>(static_cast<std::size_t>(batches_));
  std::vector<Cached> cached_ = std::vector<Cached>(static_cast<std::size_t>(batches_));
  int failures_ = 0;
  std::uint64_t released_ = 0;
  std::uint64_t release_tried_ = 0;
  std::uint64_t epoch_ = 0;
  unsigned pin_attempts_ = 0;
  unsigned pin_attempts_tried_ = 0;
  bool credential_added_ = false;
};

}  // namespace rakkan::test
