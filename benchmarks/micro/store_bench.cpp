// The ledger: one commit (one write, one sync) alone and with many submissions in it. items_per_second counts rows of
// the database; CPU time is what the committing thread needs, wall time what a caller waits at least.
#include <benchmark/benchmark.h>

#include <cstddef>

#include "must.hpp"
#include "rakkan/store/store.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::bench {
namespace {

// The rows that one commit adds for intents (a log entry and a record), or for outcomes (the same, a signature with its
// tail, an answer).
store::Additions additions_of(std::size_t submissions, std::size_t tail, std::uint64_t first) {
  store::Additions additions;
  store::LogChunk chunk{store::Journal::trail, first, {}};
  for (std::uint64_t index = first; index < first + submissions; ++index) {
    chunk.entries.emplace_back(150, Byte{'e'});
    additions.records.push_back({index, Bytes(16, Byte{1}), std::string(500, 'b'), "u-1"});
    if (tail > 0) {
      const std::string id = "sig_" + std::to_string(1'000'000'000 + index);
      additions.changes.emplace_back(store::SignatureRow{SignatureId(id), TenantId("tenant"), CredentialId("operator"),
                                                         index, index, Instant(), std::string(300, 'f'),
                                                         Bytes(tail, Byte{'t'})});
      additions.changes.emplace_back(
          store::IdempotencyRow{TenantId("tenant"),
                                "2f4e9b" + std::to_string(index * 2'654'435'761U % 1'000'003) + id,
                                Bytes(32, Byte{1}),
                                Instant(),
                                SignatureId(id),
                                {}});
    }
  }
  additions.chunks.push_back(std::move(chunk));
  return additions;
}

void Commit(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const auto store = must(store::open_sqlite(folder.path()));
  const auto submissions = static_cast<std::size_t>(state.range(0));
  const auto tail = static_cast<std::size_t>(state.range(1));
  std::uint64_t next = 0;
  std::int64_t rows = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    state.PauseTiming();
    const store::Additions additions = additions_of(submissions, tail, next);
    state.ResumeTiming();
    must(store->commit(additions));
    next += submissions;
    rows += static_cast<std::int64_t>(additions.chunks.size() + additions.records.size() + additions.changes.size());
    if (next % (submissions * 256) == 0) {
      must(store->release_entries(store::Journal::trail, next));  // once in 256 commits, as the log files follow
    }
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(Commit)
    ->ArgNames({"submissions", "tail"})
    ->Args({1, 0})
    ->Args({4, 0})
    ->Args({16, 0})
    ->Args({64, 0})
    ->Args({1, 4'000})
    ->Args({64, 4'000})
    ->Args({64, 20'000})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rakkan::bench
