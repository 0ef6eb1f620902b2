// Trail records what happened so that nobody, the operator included, can change it unseen: two append-only Merkle logs
// (RFC 6962 §2.1, C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-proof) whose entries and records become durable
// together, many callers to one sync (group commit).
//
// An entry of the trail holds no personal data: it is one line of JSON that commits to an erasable record by a salted
// hash. An entry of the token journal is public as a whole.
//
//   {"v":1,"event":"signature.intent","at":"2026-11-24T01:02:03.123Z","record":"<base64 SHA-256(salt ‖ body)>"}
//   {"v":1,"event":"timestamp.intent","at":"…","body":{…}}
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/audit/line.hpp"
#include "rakkan/audit/note.hpp"
#include "rakkan/audit/options.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::audit {

using store::Journal;

// Condition is a fact that has to hold when a submission takes its place among the others. It is asked under the lock
// that gives places, so that an entry in an earlier place (the revocation of a key) counts for every entry behind it.
class Condition {
 public:
  // Fails when the fact does not hold at `at`, the time that the entry will bear. Quick, takes no lock, and is called
  // on the thread that submits.
  [[nodiscard]] virtual Result<void> holds(Instant at) const = 0;

 protected:
  Condition() = default;
  Condition(const Condition&) = default;
  Condition& operator=(const Condition&) = default;
  ~Condition() = default;
};

// Submission is one event to be recorded, with the changes that have to become durable together with its entry.
struct Submission {
  Journal journal = Journal::trail;
  // "signature.intent", "request.refused": words of [a-z_] joined by dots. Empty, with an empty body: there is no
  // entry, and the changes alone become durable, in their place of the queue and the commit of its group.
  std::string event;
  std::string body;     // one JSON object: the record (trail), or part of the entry itself (tokens)
  std::string subject;  // id of the person whom the record is about; may be empty
  // Changes of the store; the `outcome` of a signature among them is set to this entry's index.
  std::vector<store::RowChange> changes = {};
  // Null: the submission is recorded in any case. The condition outlives the call of record(), and is not looked at
  // after it.
  const Condition* condition = nullptr;
  // The line of which this is a step, a copy; the last step moves it in, which ends the line.
  Line line = {};
};

struct Receipt {
  std::uint64_t index = 0;  // of the entry, when there is one
  Instant at;
};

// CheckpointStamper obtains timestamps of checkpoints. It is called on a thread of its own and may take as long as an
// authority takes.
struct CheckpointStamper {
  // Returns a TimeStampToken (RFC 3161, DER) over SHA-256 of these bytes.
  std::function<Result<Bytes>(ByteView checkpoint)> stamp;
  bool own = false;  // the timestamps are by our own unit: reports say so, since they prove less
};

struct Environment {  // everything that it refers to outlives the trail
  FileSystem& files;
  std::filesystem::path folder;  // <data_dir>/audit, made where it is missing; each journal is a folder in it
  store::Ledger& ledger;
  const Clock& clock;
  RandomSource& random;
  // Signs checkpoints; Ed25519. Blocks (it is called from the trail's own thread).
  std::shared_ptr<crypto::MessageSigner> checkpoint_key;
  std::optional<CheckpointStamper> stamper;  // none: checkpoints are not timestamped
  // The clock that measures how long entries wait for their checkpoint; null: the machine's.
  const MonotonicClock* monotonic = nullptr;
};

// True for a name that was made up for a log whose operator gave none. Such a log is for development.
[[nodiscard]] bool is_development_origin(std::string_view origin) noexcept;

// Checks whether the log that began with the name `begun` (empty: a new log) may go on with those options:
// configuration_invalid, with the option audit.origin in `where`, when its name is another than the configured one, and
// in production when it has no name, or one for development.
[[nodiscard]] Result<void> check_origin(const Options& options, const std::string& begun, bool production);

// The record behind an entry of the trail; nothing when it was erased.
[[nodiscard]] Result<std::optional<Record>> record_of(store::Ledger& ledger, std::uint64_t index);

class Trail {
 public:
  // True when the log has begun. Until then its key may be made (credentials::KeySource::checkpoint_signer).
  [[nodiscard]] static Result<bool> has_begun(store::Ledger& ledger);

  // The name that the log began with; empty before that.
  [[nodiscard]] static Result<std::string> known_origin(store::Ledger& ledger);
  // The logs' public keys as the data folder itself states them, one for each journal; none before the log has begun.
  [[nodiscard]] static Result<std::vector<VerifierKey>> known_keys(store::Ledger& ledger);

  // Opens or starts both logs; finishes what a crash left between ledger and files. audit_log_corrupt when the files do
  // not continue the last checkpoint, or the key is not the one the log began with.
  [[nodiscard]] static Result<std::unique_ptr<Trail>> open(Options options, Environment environment);
  ~Trail();  // stop()

  // Done is called once, on the trail's thread: with the receipt of an entry that is durable now, or with
  // audit_unavailable (a write or sync failed; from then on every call fails and healthy() is false), or with
  // resource_shortage (for some seconds there was no memory or no descriptor; nothing was written, and the next call
  // may succeed). Refusals (overloaded: too many waiting; shutting_down; the error of the submission's condition) are
  // answered on the caller's thread before record() returns.
  using Done = std::function<void(Result<Receipt>)>;
  // Records a submission. A group of submissions is one transaction: one with a change that the store does not take (an
  // id that is taken, a credential that does not exist) gets that error, as store/row_change.hpp names it, and the
  // others of its group are recorded. invalid_argument for an event, body or size that a log does not take.
  // Thread-safe.
  void record(Submission submission, Done done);

  // Announces a line that is going to record something soon, for which a group may wait, within Options::commit_window.
  // No group waits for a submission that was not announced. Thread-safe.
  [[nodiscard]] Line begin_line();

  // Records like record(), and waits, for callers that own their thread.
  [[nodiscard]] Result<Receipt> record_and_wait(Submission submission);

  // True while writes succeed.
  [[nodiscard]] bool healthy() const noexcept;
  // The shortage of descriptors or memory that delays commits, checkpoints or timestamps right now. It passes by
  // itself, and nothing is lost by it.
  [[nodiscard]] std::optional<Error> shortage() const;
  // Succeeds when work may be begun that will have to be recorded. audit_unavailable: a write failed, or an entry has
  // waited for its checkpoint longer than Options::longest_uncovered; work that has begun is recorded even then.
  [[nodiscard]] Result<void> ready() const;

  // The newest published checkpoint (a signed note), empty before the first.
  [[nodiscard]] std::string checkpoint(Journal journal) const;
  // Calls `done` when a checkpoint covers the entry: immediately when one does, else within about a second.
  // audit_index_unknown when there is no such entry; audit_unavailable, shutting_down when no checkpoint will come.
  void when_checkpointed(Journal journal, std::uint64_t index, std::function<void(Result<void>)> done);
  // A .tlog-proof under the newest checkpoint. audit_index_unknown; audit_not_checkpointed.
  [[nodiscard]] Result<std::string> prove(Journal journal, std::uint64_t index);
  // The entry with the record behind it, as it is handed out beside a proof; without the record when that was erased.
  // Reads files and store. audit_index_unknown; audit_not_checkpointed.
  [[nodiscard]] Result<EntryFile> entry(Journal journal, std::uint64_t index);

  [[nodiscard]] std::string verifier_key(Journal journal) const;  // signed-note vkey: <name>+<hex id>+<base64 key>
  [[nodiscard]] std::uint64_t size(Journal journal) const noexcept;

  // Writes the waiting entries and a last checkpoint, and ends. Stopping again is harmless.
  void stop() noexcept;

  struct Load {
    std::uint64_t entries = 0;  // recorded since the start
    std::uint64_t commits = 0;  // transactions for these entries
    std::size_t waiting = 0;
    // How long the oldest entry that no checkpoint covers has waited; zero when all are covered. More than a few
    // checkpoint intervals: the key does not sign, and last_checkpoint_error says why.
    std::chrono::milliseconds uncovered{0};
    std::string last_checkpoint_error;  // empty after a success
    std::string last_timestamp_error;   // likewise
  };
  [[nodiscard]] Load load() const noexcept;

 private:
  struct Impl;
  explicit Trail(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::audit
