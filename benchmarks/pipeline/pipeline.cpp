// rakkan-pipeline-bench: the signing line (docs/architecture.md, steps 1 to 4, 7, 8 and 10, at B-B) in one process,
// measured by CPU time in interleaved rounds: our own cost with a signer that costs nothing, with software keys, with
// SoftHSM.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "augmentation.hpp"
#include "hsm_keys.hpp"
#include "identity.hpp"
#include "long_term.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "report.hpp"
#include "support/bare_signing_line.hpp"

namespace rakkan::bench {
namespace {

using credentials::SigningMaterial;
using crypto::KeyKind;

struct Options {
  std::filesystem::path documents = "build/bench/documents";
  std::filesystem::path json = "build/bench/pipeline.json";
  int rounds = 9;
  int slice_ms = 60;
  bool hsm = true;
  std::vector<std::string> parts{"line", "levels", "augment"};
  std::vector<std::string> levels{"B-B", "B-T", "B-LT", "B-LTA"};
  std::vector<unsigned> at_once{1, 8, 32};
  std::string probe;  // a child of ours: measure the memory of signing this document
};

// Random octets that are always the same: with a fixed time the same document gives the same digest, so that a
// remembered signature value stays right.
class FixedRandom final : public RandomSource {
 public:
  Result<void> fill(ByteSpan out) override {
    std::fill(out.begin(), out.end(), Byte{0x42});
    return {};
  }
};

SigningMaterial material(std::shared_ptr<crypto::Signer> key, std::shared_ptr<crypto::Signer> used) {
  const Identity identity = must(issue_identity(std::move(key)));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(identity.key->public_key().kind());
  return must(SigningMaterial::create(std::move(used), identity.certificate, identity.chain, suite));
}

std::shared_ptr<crypto::Signer> software_key(KeyKind kind) {
  return std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(kind)));
}

pades::SignatureFieldSpec field() {
  pades::SignatureFieldSpec spec;
  spec.signing_time = Instant(std::chrono::milliseconds(1'795'478'400'000));
  spec.name = "ベンチマーク株式会社 立会人署名";
  spec.reason = "山田太郎 の指示に基づき署名 / Signed on instruction of 山田太郎";
  return spec;
}

// The material for the measurements with one kind of key.
struct KeyUnderTest {
  std::string name;
  SigningMaterial free;      // with a key that costs nothing
  SigningMaterial software;  // with the same key at its real cost
};

class Pipeline {
 public:
  explicit Pipeline(const Options& options) : options_(&options) {
    for (const char* name : {"20k", "200k", "200k-streams", "2m", "50m"}) {
      documents_.emplace(name, must(MappedFile::open(options.documents / (std::string(name) + ".pdf"))));
    }
    for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ec_p256}) {
      const std::shared_ptr<crypto::Signer> key = software_key(kind);
      const SigningMaterial software = material(key, key);
      keys_.push_back({std::string(crypto::name(kind)), software.with_signer(make_remembering_signer(key)), software});
    }
  }

  void run(Report& report) {
    for (const KeyUnderTest& key : keys_) {
      detached(report, key);
    }
    for (const KeyUnderTest& key : keys_) {
      for (const char* document : {"20k", "200k", "200k-streams", "2m", "50m"}) {
        in_pdf(report, key, document);
      }
    }
    if (options_->hsm) {
      hsm(report);
    }
  }

 private:
  std::vector<Cost> measure(const std::vector<Case>& cases) const {
    return interleave(cases, options_->rounds, std::chrono::milliseconds(options_->slice_ms));
  }

  Bytes sign(ByteView base, const SigningMaterial& key) {
    return must(test::sign_pdf_line(base, key, field(), random_)).tail;
  }

  // The parts that are not our own cost, each on its own: the least cost of a signature.
  struct Parts {
    Case self_check, key;
  };
  static Parts parts(const KeyUnderTest& key) {
    const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a document"));
    const Bytes value = must(key.software.signer().sign(key.software.suite(), digest));
    return {
        {"self-check",
         [&key, digest, value] {
           must_hold(key.software.self_check()->key().verify(key.software.suite(), digest, value));
         }},
        {"key", [&key, digest] { static_cast<void>(must(key.software.signer().sign(key.software.suite(), digest))); }}};
  }
  static void must_hold(const Result<void>& result) {
    if (!result) {
      stop(result.error());
    }
  }

  void detached(Report& report, const KeyUnderTest& key) {
    const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("another document"));
    const Parts limit = parts(key);
    const std::vector<Cost> costs =
        measure({{"free", [&] { static_cast<void>(must(test::sign_digest_line(digest, key.free))); }},
                 {"software", [&] { static_cast<void>(must(test::sign_digest_line(digest, key.software))); }},
                 limit.self_check,
                 limit.key});
    const double free = costs.at(0).median_us, software = costs.at(1).median_us, check = costs.at(2).median_us,
                 sign = costs.at(3).median_us;
    const std::string table = "Detached CMS, " + key.name;
    report.add({table, "own cost (without key and self-check)", free - check, "us", "", 0, 60.0, {}});
    report.add({table, "self-check", check, "us", "", 0, {}, {}});
    report.add({table, "software key, all of it", software, "us", "key + self-check", sign + check, {}, {}});
  }

  void in_pdf(Report& report, const KeyUnderTest& key, const std::string& document) {
    const ByteView base = documents_.at(document).view();
    const Parts limit = parts(key);
    const Bytes tail = sign(base, key.free);
    // The tail without /Contents, which is hashed beside the base, is about this long.
    const std::size_t hashed_tail = std::min<std::size_t>(tail.size(), 2'000);
    const auto digest_all = [base, hashed_tail, tail] {
      const ByteView more(tail.data(), hashed_tail);
      static_cast<void>(crypto::digest(crypto::DigestAlgorithm::sha256, {base, more}));
    };
    const std::vector<Cost> costs = measure({{"free", [&] { static_cast<void>(sign(base, key.free)); }},
                                             {"software", [&] { static_cast<void>(sign(base, key.software)); }},
                                             {"digest", digest_all},
                                             limit.self_check,
                                             limit.key});
    const double free = costs.at(0).median_us, software = costs.at(1).median_us, digest = costs.at(2).median_us,
                 check = costs.at(3).median_us, sign = costs.at(4).median_us;
    const std::string table = document + ".pdf at B-B, " + key.name;
    const bool large = document == "50m";
    Row own{table, "own cost (without key, digest, self-check)", free - digest - check, "us", "digest", digest, {}, {}};
    if (document == "200k") {
      own.target = 100.0;
    }
    report.add(own);
    report.add({table, "self-check", check, "us", "", 0, {}, {}});
    Row all{table, "software key, all of it", software, "us", "key + digest + self-check", sign + digest + check, {},
            {}};
    if (document == "20k") {
      all.target = key.name == "P-256" ? 140.0 : 370.0;
    }
    report.add(all);
    if (large) {
      report.add({table, "software key, all of it", software, "us", "digest", digest, {}, 1.1});
      memory(report, table, document);
    }
  }

  // In a process of its own, so that nothing else has raised the mark.
  void memory(Report& report, const std::string& table, const std::string& document) {
    const std::string file = (options_->documents / (document + ".pdf")).string();
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
      return;
    }
    const pid_t child = fork();
    if (child == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      execl("/proc/self/exe", "rakkan-pipeline-bench", "--probe-memory", file.c_str(), "--documents",
            options_->documents.c_str(), nullptr);
      _exit(127);
    }
    close(pipe_ends[1]);
    std::string text;
    char buffer[256];
    for (ssize_t got = 0; (got = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(got));
    }
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    double anonymous = 0, all = 0;
    if (std::sscanf(text.c_str(), "%lf %lf", &anonymous, &all) != 2) {
      std::cerr << "rakkan-pipeline-bench: the memory probe failed\n";
      std::exit(1);
    }
    const double size = static_cast<double>(documents_.at(document).view().size()) / 1e6;
    // The file once, and what is appended to it with the pages it stands on.
    report.add({table, "peak memory, mapped file included", all, "MB", "the file", size, size + 0.5, {}});
    report.add({table, "of it our own (anonymous)", anonymous, "MB", "the file", size, {}, {}});
  }

  // Calls `body` from that many threads for that long and returns the number of calls.
  static long repeat(unsigned threads, std::chrono::milliseconds time, const std::function<void()>& body) {
    std::vector<std::thread> workers;
    std::atomic<long> total{0};
    const auto begin = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        while (std::chrono::steady_clock::now() - begin < time) {
          body();
          ++total;
        }
      });
    }
    for (std::thread& worker : workers) {
      worker.join();
    }
    return total;
  }

  struct Rates {
    std::vector<double> per_second;  // wall clock
    std::vector<double> cpu_us;      // of the process, one signature

    template <class Run>
    void take(Run run) {
      const auto begin = std::chrono::steady_clock::now();
      const std::chrono::nanoseconds cpu = process_cpu_time();
      const long count = run();
      if (count == 0) {
        std::cerr << "rakkan-pipeline-bench: SoftHSM signs nothing\n";
        std::exit(1);
      }
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
      per_second.push_back(static_cast<double>(count) / spent.count());
      cpu_us.push_back(static_cast<double>((process_cpu_time() - cpu).count()) / 1000.0 / static_cast<double>(count));
    }
  };
  static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
  }

  void hsm(Report& report) {
    const std::unique_ptr<HsmKeys> token = must(HsmKeys::create());
    const ByteView base = documents_.at("20k").view();
    const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a document"));
    for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ec_p256}) {
      const HsmKeys::Key key = must(token->generate(kind));
      const SigningMaterial signing = material(key.signer, key.signer);
      for (const unsigned threads : {1U, 2U}) {
        Rates raw, detached_cms, pdf;
        for (int round = 0; round < options_->rounds; ++round) {
          const std::chrono::milliseconds slice(options_->slice_ms * 4);
          raw.take([&] { return token->raw_signatures(key, threads, slice); });
          detached_cms.take([&] {
            return repeat(threads, slice, [&] { static_cast<void>(must(test::sign_digest_line(digest, signing))); });
          });
          pdf.take([&] {
            return repeat(threads, slice, [&] {
              FixedRandom random;
              static_cast<void>(must(test::sign_pdf_line(base, signing, field(), random)));
            });
          });
        }
        const std::string table =
            "SoftHSM, " + std::string(crypto::name(kind)) + ", threads: " + std::to_string(threads);
        const double limit = median(raw.per_second), limit_us = median(raw.cpu_us);
        report.add({table, "detached CMS, CPU", median(detached_cms.cpu_us), "us", "raw C_Sign", limit_us, {}, {}});
        report.add({table, "20k.pdf at B-B, CPU", median(pdf.cpu_us), "us", "raw C_Sign", limit_us, {}, {}});
        report.add({table, "detached CMS, rate", median(detached_cms.per_second), "/s", "raw C_Sign", limit, {}, {}});
        report.add({table, "20k.pdf at B-B, rate", median(pdf.per_second), "/s", "raw C_Sign", limit, {}, {}});
      }
    }
  }

  const Options* options_;
  std::map<std::string, MappedFile> documents_;
  std::vector<KeyUnderTest> keys_;
  FixedRandom random_;
};

// A line "name: N kB" of /proc/self/status, in MB.
double status_mb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name + ":", 0) == 0) {
      return std::stod(line.substr(name.size() + 1)) * 1024 / 1e6;
    }
  }
  return 0;
}

// Prints the growth in MB of anonymous memory (what is left and what is in use at the end) and of the high-water mark.
int probe_memory(const Options& options) {
  FixedRandom random;
  const std::shared_ptr<crypto::Signer> key = software_key(KeyKind::ec_p256);
  const SigningMaterial signing = material(key, key);
  {
    const MappedFile warm = must(MappedFile::open(options.documents / "20k.pdf"));
    static_cast<void>(must(test::sign_pdf_line(warm.view(), signing, field(), random)));
  }
  std::ofstream("/proc/self/clear_refs") << "5\n";  // resets the high-water mark
  const double before = status_mb("VmRSS"), anonymous = status_mb("RssAnon");
  const MappedFile file = must(MappedFile::open(options.probe));
  const service::SignedPdf signed_pdf = must(test::sign_pdf_line(file.view(), signing, field(), random));
  std::printf("%f %f\n", status_mb("RssAnon") - anonymous, status_mb("VmHWM") - before);
  return signed_pdf.tail.empty() ? 1 : 0;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Cost of the signing line beside its limits, taken in the same run", "rakkan-pipeline-bench");
  app.add_option("--documents", options.documents, "folder made by make_documents.py")->capture_default_str();
  app.add_option("--json", options.json, "where the rows go")->capture_default_str();
  app.add_option("--rounds", options.rounds, "interleaved rounds")->capture_default_str();
  app.add_option("--slice-ms", options.slice_ms, "CPU time of one case in one round")->capture_default_str();
  app.add_flag("!--no-hsm", options.hsm, "without SoftHSM");
  app.add_option("--part", options.parts, "line, levels, augment: these alone");
  app.add_option("--level", options.levels, "B-B, B-T, B-LT, B-LTA: of the part levels these alone");
  app.add_option("--at-once", options.at_once, "of the part levels, so many documents at the same time");
  app.add_option("--probe-memory", options.probe)->group("");
  CLI11_PARSE(app, argc, argv);
  if (!options.probe.empty()) {
    return probe_memory(options);
  }
  const auto has = [&](const char* part) {
    return std::find(options.parts.begin(), options.parts.end(), part) != options.parts.end();
  };
  Report report;
  if (has("line")) {
    Pipeline(options).run(report);
  }
  if (has("levels")) {
    long_term({options.documents / "200k.pdf", options.rounds, std::chrono::milliseconds(options.slice_ms), options.hsm,
               options.levels, options.at_once},
              report);
  }
  if (has("augment")) {
    augmentation({options.documents, options.rounds, std::chrono::milliseconds(options.slice_ms)}, report);
  }
  return report.write(options.json) ? 0 : 1;
}

}  // namespace
}  // namespace rakkan::bench

int main(int argc, char** argv) { return rakkan::bench::run(argc, argv); }
