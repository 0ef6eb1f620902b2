// SelfCheck verifies what a key of ours has just signed, with the public key of its certificate. It is
// PublicKey::verify for a key that verifies again and again: once it has done so often enough, somebody with time to
// spare may give it a table by which a check at P-256 costs a third. What the table does not accept, the library
// judges.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::crypto {

class P256Table;

// Thread-safe.
class SelfCheck {
 public:
  explicit SelfCheck(PublicKey key);
  ~SelfCheck();
  SelfCheck(const SelfCheck&) = delete;
  SelfCheck& operator=(const SelfCheck&) = delete;

  [[nodiscard]] const PublicKey& key() const noexcept { return key_; }

  // As PublicKey::verify, with its errors.
  [[nodiscard]] Result<void> verify(const AlgorithmSuite& suite, const Digest& digest, ByteView signature) const;

  // A table pays for its making after so many checks.
  static constexpr std::uint64_t kChecksToATable = 512;
  // All keys together have no more of them: 150 KB each.
  static constexpr std::uint64_t kMostTables = 256;

  // True for one call of all that follow a check by which a table became due: its caller sees to it that build_table()
  // is called. Becomes due again while there is none.
  [[nodiscard]] bool claim_table() noexcept;
  // Takes 15 ms: never on a thread that answers. Does nothing for a key of another kind, a key that has a table, and
  // when there are kMostTables.
  void build_table();
  [[nodiscard]] bool has_table() const noexcept { return table_.load(std::memory_order_acquire) != nullptr; }

 private:
  const PublicKey key_;
  mutable std::atomic<std::uint64_t> checks_{0};  // without a table
  std::atomic<std::uint64_t> due_at_{kChecksToATable};
  std::mutex building_;
  std::unique_ptr<const P256Table> owned_table_;
  std::atomic<const P256Table*> table_{nullptr};  // owned_table_, once it is there
};

}  // namespace rakkan::crypto
