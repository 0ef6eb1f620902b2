// The audit log: the cost of an entry before it waits; the trail at full speed over a ledger that costs nothing; and
// the trail over the real store on a real disk, one submission at a time and with 64 in flight.
#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>
#include <semaphore>

#include "audit/right_edge.hpp"
#include "must.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/store/store.hpp"
#include "support/chunk_ledger.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::audit {
namespace {

using bench::must;

// A record as a signature of the witness type has it.
const std::string kBody =
    R"({"id":"sig_0123456789abcdefghijklmnopqrstuv","tenant":"cloud-contracts","credential":"operator-seal-2026",)"
    R"("digest":"SHA-256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","instruction":{"party":)"
    R"("山田 太郎","at":"2026-11-24T01:02:03Z","by":"mail","document":"業務委託契約書.pdf"}})";

Submission submission() {
  Submission made;
  made.event = "signature.intent";
  made.body = kBody;
  return made;
}

// Salt, hash, line, leaf and its share of the tree: all that an entry costs, but for moving it about.
void AppendAlone(benchmark::State& state) {
  crypto::SystemRandom random;
  const SystemClock clock;
  RightEdge edge;
  Bytes salt(kSaltSize);
  for (auto _ : state) {
    must(random.fill(salt));
    const Entry entry{"signature.intent", clock.now(), commitment_of(salt, kBody)};
    const std::string line = entry.encode();
    edge.append(leaf_hash(bytes_of(line)),
                [](int, std::span<const TreeHash> hashes) { benchmark::DoNotOptimize(hashes.data()); });
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(AppendAlone);

struct OpenTrail {
  explicit OpenTrail(store::Ledger& ledger)
      : trail(must(
            Trail::open(options(), {posix_file_system(), folder.path() / "audit", ledger, clock, random, key, {}}))) {}

  static Options options() {
    Options options;
    options.origin = "bench.invalid";
    return options;
  }

  test::TemporaryFolder folder{std::filesystem::current_path()};
  SystemClock clock;
  crypto::SystemRandom random;
  std::shared_ptr<crypto::MessageSigner> key =
      std::make_shared<crypto::SoftwareMessageSigner>(must(crypto::SoftwareMessageSigner::generate()));
  std::unique_ptr<Trail> trail;
};

// Keeps `in_flight` submissions going until the state ends; an iteration is one of them, acknowledged.
void keep_going(benchmark::State& state, Trail& trail, std::ptrdiff_t in_flight) {
  std::counting_semaphore<> free(in_flight);
  const Trail::Load before = trail.load();
  for (auto _ : state) {
    free.acquire();
    trail.record(submission(), [&](const Result<Receipt>& receipt) {
      must(receipt);
      free.release();
    });
  }
  for (std::ptrdiff_t i = 0; i < in_flight; ++i) {
    free.acquire();
  }
  const Trail::Load after = trail.load();
  state.SetItemsProcessed(state.iterations());
  state.counters["window_ms"] = std::chrono::duration<double, std::milli>(OpenTrail::options().commit_window).count();
  state.counters["a_commit"] =
      static_cast<double>(after.entries - before.entries) / static_cast<double>(after.commits - before.commits);
}

// The whole trail, its files and checkpoints included, but no store: cpu time is that of all its threads.
void RecordWithoutStore(benchmark::State& state) {
  test::ChunkLedger ledger;
  const OpenTrail open(ledger);
  keep_going(state, *open.trail, 256);
}
BENCHMARK(RecordWithoutStore)->UseRealTime()->MeasureProcessCPUTime()->Iterations(100'000);

void CommitOnDisk(benchmark::State& state) {
  const test::TemporaryFolder folder(std::filesystem::current_path());
  const auto store = must(store::open_sqlite(folder.path()));
  const OpenTrail open(*store);
  keep_going(state, *open.trail, state.range(0));
}
BENCHMARK(CommitOnDisk)->ArgName("in_flight")->Arg(1)->Arg(64)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace rakkan::audit
