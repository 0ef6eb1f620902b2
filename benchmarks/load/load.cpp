// rakkan-load-bench: rakkand under load over HTTP with keep-alive, beside what the token alone can do. Server, token
// and load share the machine, so the figures that count are CPU time of the server and ratios of one run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hsm_keys.hpp"
#include "http_load.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "openssl_ts.hpp"
#include "rakkan/audit/options.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/crypto/digest.hpp"
#include "report.hpp"
#include "requests.hpp"
#include "support/eventually.hpp"
#include "support/scripted_server.hpp"
#include "support/server_folder.hpp"

namespace rakkan::bench {
namespace {

using std::chrono::milliseconds;

// Upper bounds of the server's ratios (README.md, Targets).
constexpr double kCmsCpuRatio = 1.10;
constexpr double kHsmThreadShare = 0.60;
constexpr double kLogShare = 0.05;
constexpr double kP99Ms = 20;
const auto kCommitWindowMs = static_cast<double>(audit::Options{}.commit_window.count());  // the servers' default
constexpr milliseconds kSettled{500};  // after which requests wait that were sent before
constexpr unsigned kHsmThreads = 2;    // pools.hsm.threads
constexpr double kOverloadRatio = 2;
constexpr double kRefusalMs = 50;
constexpr double kCrowdShare = 0.80;
constexpr double kDigests50 = 1.5;      // of the CPU time of a digest
constexpr double kBesideHanging = 1.1;  // of the p99 without a timestamp authority that hangs
constexpr double kAsBefore = 1.05;      // of the CPU time of an earlier build, which is measured no better than so

struct Options {
  std::filesystem::path build = "build/bench";
  std::filesystem::path documents = "build/bench/documents";
  std::filesystem::path json = "build/bench/load.json";
  int rounds = 3;
  int seconds = 4;
  std::filesystem::path before;  // the programs of an earlier build; empty: no part "before"
  std::vector<std::string> keys{"RSA-2048", "P-256"};
  std::vector<std::string> parts{"cms",   "tsa",   "documents", "latency", "crowd",
                                 "batch", "large", "windows",   "hanging", "before"};

  [[nodiscard]] bool has(const std::string& part) const {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  }
  [[nodiscard]] bool has_key(const std::string& key) const {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  }
};

struct KeyUnderLoad {
  std::string name;
  crypto::KeyKind kind{};
  std::string credential;
  std::string unit;
};

// CPU seconds the server spent while `load` ran, in all and by thread name.
struct Spent {
  LoadResult load;
  double cpu = 0;
  std::map<std::string, double> threads;
  double written = 0;  // bytes, to disks

  [[nodiscard]] double us_each() const {
    return load.accepted > 0 ? cpu * 1e6 / static_cast<double>(load.accepted) : 0;
  }
  [[nodiscard]] double kb_written_each() const {
    return load.accepted > 0 ? written / 1'024 / static_cast<double>(load.accepted) : 0;
  }
  // The seconds of all threads whose name begins so.
  [[nodiscard]] double of(const std::string& thread) const {
    double seconds = 0;
    for (auto found = threads.lower_bound(thread); found != threads.end() && found->first.starts_with(thread);
         ++found) {
      seconds += found->second;
    }
    return seconds;
  }
  [[nodiscard]] double us_each_of(const std::string& thread) const {
    return load.accepted > 0 ? of(thread) * 1e6 / static_cast<double>(load.accepted) : 0;
  }
};

template <class Load>
Spent watch(const test::ServerProcess& server, Load load) {
  const auto before = server.cpu_seconds_by_thread();
  const double written = server.bytes_written();
  Spent spent{load(), 0, {}, 0};
  spent.written = server.bytes_written() - written;
  for (const auto& [name, seconds] : server.cpu_seconds_by_thread()) {
    const auto earlier = before.find(name);
    spent.threads[name] = seconds - (earlier == before.end() ? 0 : earlier->second);
    spent.cpu += spent.threads[name];
  }
  if (spent.load.failed > 0) {
    std::fprintf(stderr, "%zu requests failed, the first with status %u: %s\n", spent.load.failed,
                 spent.load.first_failure, spent.load.first_failure_body.c_str());
    std::exit(1);
  }
  return spent;
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

class Bench {
 public:
  Bench(const Options& options, Report& report)
      : options_(&options),
        report_(&report),
        folder_(options.build, options.build / "load-data"),
        hsm_(must(HsmKeys::create())) {
    // The module has read it; the servers have tokens of their own.
    ::unsetenv("SOFTHSM2_CONF");
  }

  void run() {
    for (const KeyUnderLoad& key : {KeyUnderLoad{"RSA-2048", crypto::KeyKind::rsa_2048, "operator", "tsu-rsa"},
                                    KeyUnderLoad{"P-256", crypto::KeyKind::ec_p256, "operator-p256", "tsu"}}) {
      if (!options_->has_key(key.name)) {
        continue;
      }
      if (options_->has("windows")) {
        commit_windows(key);
      }
      if (options_->has("hanging")) {
        beside_a_hanging_authority(key);
      }
      if (options_->has("before") && !options_->before.empty()) {
        beside_an_earlier_build(key);
      }
      const test::ServerProcess server = folder_.start({"tsu.credential=" + key.unit});
      const HsmKeys::Key raw = must(hsm_->generate(key.kind));
      if (options_->has("cms")) {
        beside_raw(server, key, raw);
      }
      if (options_->has("tsa")) {
        timestamps(server, key, raw);
      }
      if (options_->has("documents")) {
        documents(server, key);
      }
      if (options_->has("latency")) {
        latency(server, key);
      }
      if (options_->has("crowd")) {
        crowd(server, key);
      }
      if (options_->has("batch")) {
        beside_batches(key);
      }
    }
    if (options_->has("large")) {
      many_large_uploads();
    }
  }

 private:
  [[nodiscard]] milliseconds slice() const { return std::chrono::seconds(options_->seconds); }
  [[nodiscard]] Target target() const { return {"127.0.0.1", folder_.port()}; }
  [[nodiscard]] Caller caller(const KeyUnderLoad& key) const { return {folder_.api_key(), key.credential}; }

  struct Raw {
    double us_each = 0;     // CPU
    double per_second = 0;  // wall
  };
  [[nodiscard]] Raw raw_signatures(const HsmKeys::Key& key, unsigned threads) const {
    const auto cpu = process_cpu_time();
    const auto count = static_cast<double>(hsm_->raw_signatures(key, threads, slice() / 2));
    const double seconds = std::chrono::duration<double>(process_cpu_time() - cpu).count();
    return {seconds * 1e6 / count, count / std::chrono::duration<double>(slice() / 2).count()};
  }

  // Rounds of raw C_Sign, by as many threads as the server's pool has, and of the same key behind /v1/cms, one after
  // another.
  void beside_raw(const test::ServerProcess& server, const KeyUnderLoad& key, const HsmKeys::Key& raw_key) {
    const auto requests = cms_requests(caller(key), 20'000);
    for (const unsigned in_flight : {32U, 64U}) {
      std::vector<double> ours, raw, hsm, share, rates, raw_rates, p99, written;
      std::map<std::string, std::vector<double>> threads;
      for (int round = 0; round < options_->rounds; ++round) {
        const Raw limit = raw_signatures(raw_key, kHsmThreads);
        const Spent spent = watch(server, [&] { return closed_loop(target(), requests, in_flight, slice()); });
        ours.push_back(spent.us_each());
        raw.push_back(limit.us_each);
        hsm.push_back(spent.us_each_of("hsm"));
        share.push_back(spent.of("audit") / spent.cpu);
        rates.push_back(spent.load.rate());
        raw_rates.push_back(limit.per_second);
        p99.push_back(percentile(spent.load.accepted_ms, 0.99));
        written.push_back(spent.kb_written_each());
        for (const char* thread : {"http", "audit-commit", "audit-files", "rakkand"}) {
          threads[thread].push_back(spent.us_each_of(thread));
        }
      }
      const std::string table = "/v1/cms, " + key.name + ", " + std::to_string(in_flight) + " in flight";
      Row cpu{table, "server CPU a signature", median(ours), "us", "raw C_Sign", median(raw), {}, {}};
      if (key.kind == crypto::KeyKind::rsa_2048) {
        cpu.target_ratio = kCmsCpuRatio;
      }
      report_->add(cpu);
      Row thread{table, "HSM thread CPU a signature", median(hsm), "us", "raw C_Sign", median(raw), {}, {}};
      if (key.kind == crypto::KeyKind::ec_p256) {
        thread.target_ratio = 1 / kHsmThreadShare;
      }
      report_->add(thread);
      for (const auto& [name, samples] : threads) {
        report_->add({table, name + " threads, CPU a signature", median(samples), "us", "", 0, {}, {}});
      }
      report_->add({table, "signatures a second", median(rates), "/s", "raw C_Sign", median(raw_rates), {}, {}});
      report_->add({table, "the log's threads, of all CPU", median(share), "", "", 0, kLogShare, {}});
      report_->add({table, "p99", median(p99), "ms", "", 0, {}, {}});
      report_->add({table, "written to disk, a signature", median(written), "KB", "", 0, {}, {}});
    }
  }

  void timestamps(const test::ServerProcess& server, const KeyUnderLoad& key, const HsmKeys::Key& raw_key) {
    const auto requests = tsa_requests(caller(key), 20'000);
    const Raw limit = raw_signatures(raw_key, kHsmThreads);
    const Spent spent = watch(server, [&] { return closed_loop(target(), requests, 64, slice()); });
    const std::string table = "/tsa, " + key.name + ", 64 in flight";
    report_->add({table, "server CPU a token", spent.us_each(), "us", "raw C_Sign", limit.us_each, {}, {}});
    report_->add({table, "tokens a second", spent.load.rate(), "/s", "raw C_Sign", limit.per_second, {}, {}});
    report_->add({table, "p99", percentile(spent.load.accepted_ms, 0.99), "ms", "", 0, {}, {}});
    const double peer = must(openssl_ts_us_each(key.kind, options_->build / "openssl-ts", 20));
    report_->add({table, "server CPU a token", spent.us_each(), "us", "openssl ts -reply", peer, {}, {}});
  }

  // CPU time of the SHA-256 of these bytes, from memory that was touched before.
  [[nodiscard]] static double digest_us(ByteView bytes) {
    std::vector<double> samples;
    const auto end = std::chrono::steady_clock::now() + milliseconds(200);
    while (samples.size() < 3 || (samples.size() < 999 && std::chrono::steady_clock::now() < end)) {
      const auto before = process_cpu_time();
      static_cast<void>(crypto::digest(crypto::DigestAlgorithm::sha256, bytes));
      samples.push_back(std::chrono::duration<double, std::micro>(process_cpu_time() - before).count());
    }
    return median(std::move(samples));
  }

  void documents(const test::ServerProcess& server, const KeyUnderLoad& key) {
    for (const unsigned in_flight : {1U, 8U}) {
      const std::string table =
          "/v1/signatures, " + key.name + ", " + std::to_string(in_flight) + " in flight, the tail as answer";
      for (const std::string name : {"20k", "200k", "2m", "50m"}) {
        const MappedFile file = must(MappedFile::open(options_->documents / (name + ".pdf")));
        const auto requests = pdf_requests(caller(key), text_of(file.view()), 64);
        std::vector<double> cpu, digests, rates, p99;
        for (int round = 0; round < options_->rounds; ++round) {
          digests.push_back(digest_us(file.view()) / 1'000);
          const Spent spent = watch(server, [&] { return closed_loop(target(), requests, in_flight, slice()); });
          cpu.push_back(spent.us_each() / 1'000);
          rates.push_back(spent.load.rate());
          p99.push_back(percentile(spent.load.accepted_ms, 0.99));
        }
        Row row{table, name + ": server CPU", median(cpu), "ms", "its digest", median(digests), {}, {}};
        if (name == "50m") {
          row.target_ratio = kDigests50;
        }
        report_->add(row);
        report_->add({table, name + ": documents a second", median(rates), "/s", "", 0, {}, {}});
        report_->add({table, name + ": p99", median(p99), "ms", "", 0, {}, {}});
      }
    }
  }

  // A thousand callers who come again at once when they are refused, beside as many as the server keeps busy.
  void crowd(const test::ServerProcess& server, const KeyUnderLoad& key) {
    constexpr unsigned kFew = 64;
    constexpr unsigned kCrowd = 1'000;
    const auto requests = cms_requests(caller(key), 20'000);
    std::vector<double> few, many, refused, p99;
    for (int round = 0; round < options_->rounds; ++round) {
      few.push_back(closed_loop(target(), requests, kFew, slice()).rate());
      const Spent spent = watch(server, [&] { return closed_loop(target(), requests, kCrowd, slice()); });
      many.push_back(spent.load.rate());
      refused.push_back(static_cast<double>(spent.load.refused) / spent.load.seconds);
      p99.push_back(percentile(spent.load.accepted_ms, 0.99));
    }
    const std::string table = "/v1/cms, " + key.name + ", " + std::to_string(kCrowd) + " connections, closed loop";
    report_->add({table, "share of the rate at 64 that is kept", median(many) / median(few), "", "", 0, {}, {}});
    report_->add({table, "accepted a second at 64", median(few), "/s", "at 1,000", median(many), {}, 1 / kCrowdShare});
    report_->add({table, "refused a second", median(refused), "/s", "", 0, {}, {}});
    report_->add({table, "p99 of what was accepted", median(p99), "ms", "", 0, {}, {}});
  }

  void latency(const test::ServerProcess& server, const KeyUnderLoad& key) {
    const auto requests = cms_requests(caller(key), 20'000);
    const double capacity = closed_loop(target(), requests, 64, slice()).rate();
    const Spent calm = watch(server, [&] { return open_loop(target(), requests, capacity * 0.7, slice() * 2, 512); });
    const double calm_p99 = percentile(calm.load.accepted_ms, 0.99);
    const std::string table =
        "/v1/cms, " + key.name + ", open loop at " + std::to_string(static_cast<int>(capacity * 0.7)) + "/s (70 %)";
    report_->add({table, "p50", percentile(calm.load.accepted_ms, 0.50), "ms", "", 0, {}, {}});
    report_->add({table, "p95", percentile(calm.load.accepted_ms, 0.95), "ms", "", 0, {}, {}});
    report_->add({table, "p99", calm_p99, "ms", "", 0, kP99Ms + kCommitWindowMs, {}});
    report_->add({table, "refused", static_cast<double>(calm.load.refused), "", "", 0, {}, {}});

    const Spent heavy = watch(server, [&] { return open_loop(target(), requests, capacity * 2, slice() * 2, 2'048); });
    const std::string overload = "/v1/cms, " + key.name + ", twice the capacity";
    report_->add({overload, "accepted a second", heavy.load.rate(), "/s", "capacity", capacity, {}, {}});
    report_->add({overload, "p50 of what was accepted", percentile(heavy.load.accepted_ms, 0.50), "ms", "", 0, {}, {}});
    report_->add({overload, "p95 of what was accepted", percentile(heavy.load.accepted_ms, 0.95), "ms", "", 0, {}, {}});
    report_->add({overload,
                  "p99 of what was accepted",
                  percentile(heavy.load.accepted_ms, 0.99),
                  "ms",
                  "p99 at 70 %",
                  calm_p99,
                  {},
                  kOverloadRatio});
    report_->add({overload,
                  "refused a second",
                  static_cast<double>(heavy.load.refused) / heavy.load.seconds,
                  "/s",
                  "",
                  0,
                  {},
                  {}});
    report_->add({overload, "p99 of a refusal", percentile(heavy.load.refused_ms, 0.99), "ms", "", 0, kRefusalMs, {}});
  }

  // Single requests at a third of the capacity, alone and while batches take what they can.
  void beside_batches(const KeyUnderLoad& key) {
    constexpr unsigned kBatches = 4;
    constexpr std::size_t kLines = 200;
    const auto single = cms_requests(caller(key), 20'000);
    const auto batches = batch_requests(caller(key), kLines, 50);
    const double capacity = closed_loop(target(), single, 64, slice()).rate();
    const LoadResult alone = open_loop(target(), single, capacity / 3, slice() * 2, 512);
    LoadResult of_batches;
    std::thread others([&] { of_batches = closed_loop(target(), batches, kBatches, slice() * 2); });
    const LoadResult beside = open_loop(target(), single, capacity / 3, slice() * 2, 512);
    others.join();
    const std::string table = "/v1/cms, " + key.name + ", at " + std::to_string(static_cast<int>(capacity / 3)) +
                              "/s (33 %), beside " + std::to_string(kBatches) + " batches";
    for (const auto& [name, share] : {std::pair{"p50", 0.50}, {"p95", 0.95}, {"p99", 0.99}}) {
      report_->add({table,
                    name,
                    percentile(beside.accepted_ms, share),
                    "ms",
                    "without batches",
                    percentile(alone.accepted_ms, share),
                    {},
                    {}});
    }
    report_->add({table, "refused", static_cast<double>(beside.refused), "", "", 0, {}, {}});
    report_->add({table, "lines a second", of_batches.rate() * kLines, "/s", "capacity", capacity, {}, {}});
  }

  // The gain and loss of the trail's commits by waiting for each other: a server as it is beside one that never waits,
  // in turns, for few callers and for many.
  void commit_windows(const KeyUnderLoad& key) {
    const std::filesystem::path other = options_->build / ("load-data-no-window-" + key.unit);
    std::filesystem::remove_all(other);  // an earlier run's
    const test::ServerFolder other_folder = folder_.copy_to(other);
    const test::ServerProcess with = folder_.start({"tsu.credential=" + key.unit});
    const test::ServerProcess without = other_folder.start({"tsu.credential=" + key.unit, "audit.commit_window=0s"});
    const std::array servers{std::pair{&with, target()}, std::pair{&without, Target{"127.0.0.1", other_folder.port()}}};
    for (const auto& [path, requests] : {std::pair{"/tsa", tsa_requests(caller(key), 20'000)},
                                         std::pair{"/v1/cms", cms_requests(caller(key), 20'000)}}) {
      for (const unsigned in_flight : {1U, 8U, 16U, 64U, 256U}) {
        std::array<std::vector<double>, 2> rates, cpu, p50;
        for (std::size_t turn = 0; turn < servers.size() * static_cast<std::size_t>(options_->rounds); ++turn) {
          const std::size_t place = (turn + turn / 2) % 2;  // each is first in every other round
          const auto& [server, at] = servers.at(place);
          const Spent spent = watch(*server, [&] { return closed_loop(at, requests, in_flight, slice()); });
          rates.at(place).push_back(spent.load.rate());
          cpu.at(place).push_back(spent.us_each());
          p50.at(place).push_back(percentile(spent.load.accepted_ms, 0.50));
        }
        const std::string table =
            std::string(path) + ", " + key.name + ", " + std::to_string(in_flight) + " connections, commit window";
        const auto add = [&](const char* name, const auto& values, const char* unit) {
          report_->add({table, name, median(values[0]), unit, "without a window", median(values[1]), {}, {}});
        };
        add("answers a second", rates, "/s");
        add("server CPU an answer", cpu, "us");
        add("p50", p50, "ms");
      }
    }
  }

  // Single requests at half of the capacity, alone and while 64 others wait for a timestamp authority that accepts a
  // connection and never answers. Each round has a server, a folder and an authority of its own, since after so many
  // failures a server asks that authority no more, and what is pending is tried again.
  void beside_a_hanging_authority(const KeyUnderLoad& key) {
    constexpr std::size_t kWaiting = 64;
    const auto single = cms_requests(caller(key), 20'000);
    std::vector<double> capacities, alone, beside, alone_p50, beside_p50, refused;
    for (int round = 0; round < options_->rounds; ++round) {
      const std::filesystem::path place = options_->build / ("load-data-hanging-" + key.unit);
      std::filesystem::remove_all(place);  // an earlier round's
      const test::ServerFolder folder = folder_.copy_to(place);
      const Target at{"127.0.0.1", folder.port()};
      const test::SilentServer authority;
      const auto patience = slice() * 4;  // longer than it is needed
      const test::ServerProcess server =
          folder.start({"tsu.credential=" + key.unit, "tsa.hanging.url=" + authority.url() + "/",
                        "tsa.hanging.timeout=" + std::to_string(patience.count()) + "ms"});
      const auto hanging = stamped_cms_requests(caller(key), kWaiting, "hanging");
      static_cast<void>(closed_loop(at, single, 64, slice() / 2));  // warm
      const double capacity = closed_loop(at, single, 64, slice()).rate();
      const LoadResult before = open_loop(at, single, capacity / 2, slice(), 512);
      std::atomic<bool> answered = false;
      std::thread waiting([&] {
        static_cast<void>(all_at_once(at, hanging));
        answered = true;
      });
      test::let_pass(kSettled);
      const LoadResult during = open_loop(at, single, capacity / 2, slice(), 512);
      const bool too_early = answered;
      waiting.join();
      if (too_early || during.failed > 0 || before.failed > 0) {
        stop({ErrorCode::internal, "the requests to the hanging authority did not wait, or others failed", {}, {}, {}});
      }
      capacities.push_back(capacity);
      alone.push_back(percentile(before.accepted_ms, 0.99));
      beside.push_back(percentile(during.accepted_ms, 0.99));
      alone_p50.push_back(percentile(before.accepted_ms, 0.50));
      beside_p50.push_back(percentile(during.accepted_ms, 0.50));
      refused.push_back(static_cast<double>(during.refused));
    }
    const std::string table = "/v1/cms, " + key.name + ", at " +
                              std::to_string(static_cast<int>(median(capacities) / 2)) + "/s (50 %), beside " +
                              std::to_string(kWaiting) + " that wait for a timestamp authority";
    report_->add({table, "p50", median(beside_p50), "ms", "without them", median(alone_p50), {}, {}});
    report_->add({table, "p99", median(beside), "ms", "without them", median(alone), {}, kBesideHanging});
    report_->add({table, "refused", median(refused), "", "", 0, {}, {}});
  }

  // The same requests to this build and to an earlier one, in turns.
  void beside_an_earlier_build(const KeyUnderLoad& key) {
    if (!earlier_) {
      earlier_ = std::make_unique<test::ServerFolder>(options_->before, options_->build / "load-data-before");
    }
    const test::ServerProcess now = folder_.start({"tsu.credential=" + key.unit});
    const test::ServerProcess then = earlier_->start({"tsu.credential=" + key.unit});
    const Caller then_caller{earlier_->api_key(), key.credential};
    const std::array servers{std::pair{&now, target()}, std::pair{&then, Target{"127.0.0.1", earlier_->port()}}};
    using Requests = std::array<std::vector<WireRequest>, 2>;
    const Requests plain{cms_requests(caller(key), 20'000), cms_requests(then_caller, 20'000)};
    const Requests stamped{stamped_cms_requests(caller(key), 20'000), stamped_cms_requests(then_caller, 20'000)};
    for (const auto& [level, requests] : {std::pair{"B-B", &plain}, std::pair{"B-T", &stamped}}) {
      for (const unsigned in_flight : {1U, 8U, 64U}) {
        std::array<std::vector<double>, 2> rates, cpu, hsm, p50, p99, written;
        for (std::size_t turn = 0; turn < servers.size() * static_cast<std::size_t>(options_->rounds); ++turn) {
          const std::size_t place = (turn + turn / 2) % 2;  // each is first in every other round
          const auto& [server, at] = servers.at(place);
          const Spent spent = watch(*server, [&] { return closed_loop(at, requests->at(place), in_flight, slice()); });
          rates.at(place).push_back(spent.load.rate());
          cpu.at(place).push_back(spent.us_each());
          hsm.at(place).push_back(spent.us_each_of("hsm"));
          p50.at(place).push_back(percentile(spent.load.accepted_ms, 0.50));
          p99.at(place).push_back(percentile(spent.load.accepted_ms, 0.99));
          written.at(place).push_back(spent.kb_written_each());
        }
        const std::string table = "/v1/cms at " + std::string(level) + ", " + key.name + ", " +
                                  std::to_string(in_flight) + " in flight, this build and an earlier one";
        const auto add = [&](const char* name, const auto& values, const char* unit,
                             std::optional<double> ratio = std::nullopt) {
          report_->add({table, name, median(values[0]), unit, "earlier", median(values[1]), {}, ratio});
        };
        add("server CPU a signature", cpu, "us", kAsBefore);
        add("HSM thread CPU a signature", hsm, "us");
        add("signatures a second", rates, "/s");
        add("p50", p50, "ms");
        add("p99", p99, "ms");
        add("written to disk, a signature", written, "KB");
      }
    }
  }

  // 200 uploads of 50 MB at once against a budget of 512 MiB: uploads that do not fit are refused, and memory stays
  // below.
  void many_large_uploads() {
    constexpr double kBudgetMb = 512;
    const test::ServerProcess server = folder_.start({"http.limits.in_flight=512MiB", "http.limits.tenant_share=100"});
    const MappedFile file = must(MappedFile::open(options_->documents / "50m.pdf"));
    const auto requests = pdf_requests({folder_.api_key(), "operator"}, text_of(file.view()), 200);
    const double before = server.peak_memory_mb();
    const Spent spent = watch(server, [&] { return all_at_once(target(), requests); });
    const std::string table = "200 uploads of 50 MB at once, budget 512 MiB";
    report_->add({table,
                  "peak memory above an idle server",
                  server.peak_memory_mb() - before,
                  "MB",
                  "budget",
                  kBudgetMb,
                  {},
                  1.05});
    report_->add({table, "accepted", static_cast<double>(spent.load.accepted), "", "", 0, {}, {}});
    report_->add({table, "refused", static_cast<double>(spent.load.refused), "", "", 0, {}, {}});
  }

  const Options* options_;
  Report* report_;
  test::ServerFolder folder_;
  std::unique_ptr<test::ServerFolder> earlier_;
  std::unique_ptr<HsmKeys> hsm_;
};

int main_of(int argc, char** argv) {
  Options options;
  CLI::App app{"rakkand under load"};
  app.add_option("--build", options.build, "Build folder with rakkan, rakkand and rakkan-dev-pki")
      ->capture_default_str();
  app.add_option("--documents", options.documents, "Folder of the sample documents")->capture_default_str();
  app.add_option("--json", options.json, "Report")->capture_default_str();
  app.add_option("--rounds", options.rounds)->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of one measurement")->capture_default_str();
  app.add_option("--key", options.keys, "RSA-2048, P-256: these alone");
  app.add_option("--part", options.parts,
                 "cms, tsa, documents, latency, crowd, batch, large, windows, hanging, before: these alone");
  app.add_option("--before", options.before,
                 "For the part before: folder with rakkan, rakkand and rakkan-dev-pki of an earlier build");
  CLI11_PARSE(app, argc, argv);
  options.build = std::filesystem::absolute(options.build);
  options.before = options.before.empty() ? options.before : std::filesystem::absolute(options.before);
  Report report;
  Bench(options, report).run();
  if (!report.write(options.json)) {
    std::fprintf(stderr, "cannot write %s\n", options.json.c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace rakkan::bench

int main(int argc, char** argv) { return rakkan::bench::main_of(argc, argv); }
