// PendingBook knows the signatures that wait for what is missing in them: which of them may be tried now, and by whom.
// One is worked on by one at a time. Tries are few: a source of timestamps that fails is asked for one signature at a
// time, ever more rarely, until it answers. The book is memory; the store has the signatures (KeptSignatureRow).
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/store/row_change.hpp"

namespace rakkan::service {

class PendingBook {
 public:
  static constexpr std::chrono::milliseconds kFirstPause{1'000};  // after the first failure of a source or a signature
  static constexpr std::chrono::milliseconds kLongestPause{60'000};  // of a source; of a signature five times as long

  // All outlive it. A signature is given up `window` after it was made.
  PendingBook(const Clock& clock, const MonotonicClock& monotonic, RandomSource& random, std::chrono::seconds window)
      : clock_(&clock), monotonic_(&monotonic), random_(&random), window_(window) {}

  // Adds one that the store keeps. `source`: where the missing thing comes from, a TSA profile's name. `reason`: the
  // error of the first try; nothing: it was read at the start.
  void add(const store::KeptSignatureRow& row, std::string source, std::optional<ErrorCode> reason);

  // The source has answered somebody else: what waits for it need not wait any longer. Cheap while nothing is pending.
  void answers(const std::string& source);

  // Turn is the right to work on one signature. Its destructor gives the right back, and counts a failure when neither
  // failed() nor ended() was called. The book outlives it.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : book_(std::exchange(other.book_, nullptr)), id_(std::move(other.id_)) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (book_ != nullptr) {
        failed(ErrorCode::internal);
      }
    }
    [[nodiscard]] const SignatureId& id() const noexcept { return id_; }
    // It is still missing; returns the error for those who ask for the signature.
    Error failed(ErrorCode why);
    // The signature has its outcome.
    enum class End : std::uint8_t { made, abandoned, elsewhere };  // elsewhere: another recorded it
    void ended(End how);

   private:
    friend class PendingBook;
    Turn(PendingBook& book, SignatureId id) : book_(&book), id_(std::move(id)) {}
    PendingBook* book_;
    SignatureId id_;
  };

  // Whether a caller's try counts as one more of the service's own tries, or is made whenever nobody works on it.
  enum class Pace : std::uint8_t { in_turn, at_once };
  // The turn for a signature of that principal. signature_unknown when none of this id is pending; signature_pending
  // when somebody works on it, or it is not its turn.
  [[nodiscard]] Result<Turn> claim(const access::Principal& principal, const SignatureId& id, Pace pace);
  // The next one to be tried, or to be given up; nothing when all have to wait. Tenants take turns. One that lacks its
  // document is only given up.
  [[nodiscard]] std::optional<Turn> next();
  // Forgets one whose value was erased; another's turn on it goes on and fails.
  void forget(const SignatureId& id);

  [[nodiscard]] std::optional<PendingSignature> find(const access::Principal& principal, const SignatureId& id) const;
  [[nodiscard]] std::vector<PendingSignature> list(const access::Principal& principal) const;  // by their intents
  // The signature with that intent, of whatever tenant.
  [[nodiscard]] std::optional<SignatureId> with_intent(std::uint64_t intent) const;
  // The error for somebody who wants one that is pending.
  [[nodiscard]] static Error error_of(const PendingSignature& pending);

  struct Counts {
    std::uint64_t waiting = 0;
    std::uint64_t working = 0;
    std::uint64_t finished = 0;   // since the start
    std::uint64_t abandoned = 0;  // likewise
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Entry {
    PendingSignature seen;
    std::string source;
    std::chrono::milliseconds next{0};  // on the monotonic clock
    std::chrono::milliseconds tried{0};
    bool working = false;
  };
  struct Source {
    unsigned failures = 0;  // in a row
    unsigned working = 0;
    std::chrono::milliseconds next{0};
  };
  using Entries = std::map<SignatureId, Entry>;

  [[nodiscard]] bool may_be_tried(const Entry& entry, std::chrono::milliseconds now) const;
  [[nodiscard]] PendingSignature as_seen(const Entry& entry, std::chrono::milliseconds now) const;
  [[nodiscard]] std::chrono::milliseconds pause_after(unsigned failures, std::chrono::milliseconds longest);
  Turn take(Entries::iterator entry);
  void note_failure(Entry& entry, ErrorCode why);
  Error give_back(const SignatureId& id, ErrorCode why);
  void remove(const SignatureId& id, Turn::End how);

  const Clock* clock_;
  const MonotonicClock* monotonic_;
  RandomSource* random_;
  const std::chrono::seconds window_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::atomic<std::size_t> size_{0};  // of entries_
  std::map<std::string, Source> sources_;
  std::map<TenantId, std::pair<unsigned, std::uint64_t>> tenants_;  // at work, and when it had its last turn
  std::uint64_t turns_ = 0;
  std::uint64_t finished_ = 0;
  std::uint64_t abandoned_ = 0;
};

}  // namespace rakkan::service
