// The ledger: one commit (one write, one sync) alone and with many submissions in it. items_per_second counts rows of
// the database; CPU time is what the committing thread needs, wall time what a caller waits at least. `written` is what
// a submission writes to files, in bytes, the way from SQLite's log into the database included.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "must.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/store/store.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::bench {
namespace {

using Certificates = std::vector<std::shared_ptr<const store::SharedCertificate>>;

// A signer's certificate and its CA's, which stand at the beginning of each tail.
Certificates certificates() {
  Certificates all;
  for (const Byte number : {Byte{1}, Byte{2}}) {
    auto made = std::make_shared<store::SharedCertificate>();
    made->sha256.fill(number);
    made->der.assign(1'050, number);
    all.push_back(std::move(made));
  }
  return all;
}

// Bytes that the process has written so far (wchar of proc(5)'s io).
double bytes_written() {
  std::ifstream in("/proc/self/io");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("wchar: ")) {
      return std::stod(line.substr(7));
    }
  }
  return 0;
}

// The rows that one commit adds for intents (a log entry and a record), or for outcomes (the same, a signature with its
// tail, an answer).
store::Additions additions_of(std::size_t submissions, std::size_t tail, std::uint64_t first,
                              const Certificates& shared) {
  store::Additions additions;
  store::LogChunk chunk{store::Journal::trail, first, {}};
  for (std::uint64_t index = first; index < first + submissions; ++index) {
    chunk.entries.emplace_back(150, Byte{'e'});
    additions.records.push_back({index, Bytes(16, Byte{1}), std::string(500, 'b'), "u-1"});
    if (tail > 0) {
      const std::string id = "sig_" + std::to_string(1'000'000'000 + index);
      store::SignatureRow row{SignatureId(id), TenantId("tenant"), CredentialId("operator"), index,
                              index,           Instant(),          std::string(300, 'f'),    Bytes()};
      for (const auto& one : shared) {
        row.certificates.push_back({row.tail.size(), store::CertificateStretch::Form::der, one});
        append(row.tail, one->der);
      }
      row.tail.resize(tail, Byte{'t'});
      additions.changes.emplace_back(std::move(row));
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
  const Certificates shared = state.range(2) != 0 ? certificates() : Certificates();
  std::uint64_t next = 0;
  std::int64_t rows = 0;
  const double written = bytes_written();
  for (auto unused : state) {
    static_cast<void>(unused);
    state.PauseTiming();
    const store::Additions additions = additions_of(submissions, tail, next, shared);
    state.ResumeTiming();
    must(store->commit(additions));
    next += submissions;
    rows += static_cast<std::int64_t>(additions.chunks.size() + additions.records.size() + additions.changes.size());
    if (next % (submissions * 256) == 0) {
      must(store->release_entries(store::Journal::trail, next));  // once in 256 commits, as the log files follow
    }
  }
  state.SetItemsProcessed(rows);
  state.counters["written"] = (bytes_written() - written) / static_cast<double>(next);
}
BENCHMARK(Commit)
    ->ArgNames({"submissions", "tail", "shared"})
    ->Args({1, 0, 0})
    ->Args({4, 0, 0})
    ->Args({16, 0, 0})
    ->Args({64, 0, 0})
    ->Args({1, 4'000, 0})
    ->Args({1, 4'000, 1})
    ->Args({64, 4'000, 0})
    ->Args({64, 4'000, 1})
    ->Args({64, 20'000, 0})
    ->Unit(benchmark::kMicrosecond);

// 64 signatures of B-LTA with large CRLs in their tails, in one commit; and the limit: writing and syncing as many
// bytes to a file. A few commits, since each adds 32 MB to the database.
constexpr std::size_t kLargeTails = 64;
constexpr std::size_t kLargeTail = 500'000;
constexpr int kLargeCommits = 12;
BENCHMARK(Commit)
    ->Name("CommitLargeTails")
    ->ArgNames({"submissions", "tail", "shared"})
    ->Args({kLargeTails, kLargeTail, 1})
    ->Iterations(kLargeCommits)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void WriteLargeTails(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const Bytes bytes(kLargeTails * kLargeTail, Byte{'t'});
  const double written = bytes_written();
  const auto file = must(posix_file_system().open(folder.path() / "tails", FileMode::create_or_modify));
  std::uint64_t end = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    must(file->write_at(end, bytes));
    must(file->sync());
    end += bytes.size();
  }
  const auto tails = static_cast<double>(end) / static_cast<double>(kLargeTail);
  state.counters["written"] = (bytes_written() - written) / tails;
}
BENCHMARK(WriteLargeTails)->Iterations(kLargeCommits)->UseRealTime()->Unit(benchmark::kMillisecond);

// The cost of timestamped signatures beside their entries: kept in one commit, released in the next.
void KeepAndRelease(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const auto store = must(store::open_sqlite(folder.path()));
  const auto signatures = static_cast<std::size_t>(state.range(0));
  const Certificates shared = certificates();
  std::uint64_t next = 0;
  const double written = bytes_written();
  for (auto unused : state) {
    static_cast<void>(unused);
    state.PauseTiming();
    store::Additions kept;
    store::Additions released;
    for (std::size_t i = 0; i < signatures; ++i) {
      store::KeptSignatureRow row;
      row.id = SignatureId("sig_" + std::to_string(1'000'000'000 + next++));
      row.intent = next;
      row.level = "B-T";
      row.missing = "timestamp";
      row.content = Bytes(static_cast<std::size_t>(state.range(1)), Byte{'c'});
      row.certificates = shared;
      released.changes.emplace_back(store::KeptSignatureRelease{row.id, true});
      kept.changes.emplace_back(std::move(row));
    }
    state.ResumeTiming();
    must(store->commit(kept));
    must(store->commit(released));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
  state.counters["written"] = (bytes_written() - written) / static_cast<double>(next);
}
BENCHMARK(KeepAndRelease)
    ->ArgNames({"signatures", "content"})
    ->Args({1, 1'400})
    ->Args({16, 1'400})
    ->Args({64, 1'400})
    ->Args({64, 4'000})
    ->Args({64, 500'000});

}  // namespace
}  // namespace rakkan::bench
