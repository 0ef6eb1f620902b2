// SelfCheck verifies signatures that a key of ours has just made, with the public key of its certificate. It is
// PublicKey::verify for a key that verifies again and again: once it has verified often enough, a thread with time to
// spare may give it a table by which a check at P-256 costs a third. A signature that the table does not accept is
// judged by OpenSSL's own verification.
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

  // The number of checks after which a table pays for its making.
  static constexpr std::uint64_t kChecksToATable = 512;
  // The most tables of all keys together; each has 150 KB.
  static constexpr std::uint64_t kMostTables = 256;

  // True for exactly one call after a table became due; that caller has to have build_table() called. A table becomes
  // due again while there is none.
  [[nodiscard]] bool claim_table() noexcept;
  // Makes the table, which takes 15 ms: never to be called on a thread that answers requests. Does nothing for a key of
  // another kind, a key that has a table, and when there are kMostTables.
  void build_table();
  [[nodiscard]] bool has_table() const noexcept { return table_.load(std::memory_order_acquire) != nullptr; }

 private:
  const PublicKey key_;
  mutable std::atomic<std::uint64_t> checks_{0};  // checks without a table
  std::atomic<std::uint64_t> due_at_{kChecksToATable};
  std::mutex building_;
  std::unique_ptr<const P256Table> owned_table_;
  std::atomic<const P256Table*> table_{nullptr};  // owned_table_, once it is made
};

}  // namespace rakkan::crypto
