// A trail on a folder of its own, which a test can close and open again.
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/store/store.hpp"
#include "support/chunk_ledger.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

// A signer that fails or hangs while a test tells it to.
class BentMessageSigner final : public crypto::MessageSigner {
 public:
  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override { return inner_.public_key(); }
  [[nodiscard]] Result<Bytes> sign_message(ByteView message) override {
    if (broken) {
      return fail(ErrorCode::hsm_session_lost, "the token is away");
    }
    if (!eventually([&] { return !hangs; })) {
      return fail(ErrorCode::hsm_session_lost, "the token hung for longer than a test may take");
    }
    return inner_.sign_message(message);
  }
  std::atomic<bool> broken = false;
  std::atomic<bool> hangs = false;

 private:
  crypto::SoftwareMessageSigner inner_ = crypto::SoftwareMessageSigner::generate().value();
};

inline audit::Submission submission(std::string body = R"({"name":"山田"})",
                                    store::Journal journal = store::Journal::trail) {
  audit::Submission made;
  made.journal = journal;
  made.event = journal == store::Journal::trail ? "signature.intent" : "timestamp.intent";
  made.body = std::move(body);
  return made;
}

class TrailFixture {
 public:
  explicit TrailFixture(FileSystem& with_files = posix_file_system()) : files(with_files) {
    options.origin = "log.example";
    options.checkpoint_interval = std::chrono::milliseconds{1};
  }
  ~TrailFixture() { key->hangs = false; }  // the trail's end waits for its key

  [[nodiscard]] audit::Environment environment() {
    return {files, folder(), current_ledger(), clock, random, key, stamper, &monotonic};
  }
  // The ledger of the store when there is one, else the one in memory.
  [[nodiscard]] store::Ledger& current_ledger() { return store ? static_cast<store::Ledger&>(*store) : ledger; }
  [[nodiscard]] Result<void> open() {
    close();
    if (on_sqlite) {
      RAKKAN_TRY(store, store::open_sqlite(temporary.path(), {}, files));
    }
    RAKKAN_TRY(trail, audit::Trail::open(options, environment()));
    return {};
  }
  void close() {
    trail.reset();
    store.reset();
  }
  // Records `count` entries with the bodies {"n":0}, {"n":1} …
  [[nodiscard]] Result<void> record(std::size_t count, store::Journal journal = store::Journal::trail) {
    for (std::size_t i = 0; i < count; ++i) {
      RAKKAN_CHECK(trail->record_and_wait(submission("{\"n\":" + std::to_string(i) + "}", journal)));
    }
    return {};
  }
  [[nodiscard]] Result<void> wait_for_checkpoint(std::uint64_t index, store::Journal journal = store::Journal::trail) {
    const auto covered = std::make_shared<std::promise<Result<void>>>();
    std::future<Result<void>> answer = covered->get_future();
    trail->when_checkpointed(journal, index, [covered](Result<void> result) { covered->set_value(std::move(result)); });
    if (!comes(answer)) {
      return fail(ErrorCode::deadline_exceeded, "no checkpoint covers the entry");
    }
    return answer.get();
  }
  [[nodiscard]] audit::VerifierKey verifier(store::Journal journal = store::Journal::trail) const {
    return audit::VerifierKey::create(options.origin + "/" + std::string(store::name(journal)), key->public_key())
        .value();
  }
  [[nodiscard]] audit::LogFolder log(store::Journal journal = store::Journal::trail) {
    return {files, folder() / store::name(journal)};
  }
  [[nodiscard]] std::filesystem::path folder() const { return temporary.path() / "audit"; }

  TemporaryFolder temporary;
  FileSystem& files;
  ChunkLedger ledger;
  bool on_sqlite = false;  // the real store instead, on the same files
  std::unique_ptr<store::Store> store;
  SystemClock clock;
  SharedMonotonicClock monotonic;  // of how long entries wait for a checkpoint
  crypto::SystemRandom random;
  std::shared_ptr<BentMessageSigner> key = std::make_shared<BentMessageSigner>();
  std::optional<audit::CheckpointStamper> stamper;
  audit::Options options;
  std::unique_ptr<audit::Trail> trail;
};

}  // namespace rakkan::test
