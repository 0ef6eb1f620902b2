#include "programs.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "judge.hpp"
#include "measure.hpp"
#include "must.hpp"
#include "rakkan/base/file.hpp"
#include "signed_documents.hpp"
#include "spent_by.hpp"
#include "support/pdf_builder.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::bench {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

// The targets (README.md).
constexpr double kScaling = 1.25;      // of a job's time divided by the jobs: four fifths of what each core could do
constexpr double kMemoryMb = 64;       // anonymous
constexpr double kBytesAnObject = 48;  // beside

// In-process and warm, one signature in 20 KB, without revocation data: it is not started here.
constexpr double kPyhankoMs = 15.2;

constexpr std::size_t kProcessesARound = 8;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

[[noreturn]] void stop_with(const std::string& program, int exit_code) {
  std::fprintf(stderr, "%s ended with %d\n", program.c_str(), exit_code);
  std::exit(1);
}

// Documents signed at B-B by RSA-2048 in a folder of their own, with what `rakkan verify` needs to pass them.
class Folder {
 public:
  explicit Folder(const Options& options)
      : options_(&options), program_((options.build / "rakkan").string()), signed_(crypto::KeyKind::rsa_2048) {
    test::write_bytes(path("root.cer"), signed_.authority().root().der());
    fs::create_directory(path("evidence"));
    int number = 0;
    for (const Bytes& der : signed_.given()) {
      test::write_bytes(path("evidence") / std::to_string(++number), der);
    }
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  // The document of the benchmarks, signed anew with each call.
  Bytes sign(const std::string& document) {
    return signed_.b_b(must(MappedFile::open(options_->documents / (document + ".pdf"))).view());
  }
  [[nodiscard]] fs::path write(const std::string& name, ByteView file) const {
    return test::write_bytes(path(name), file);
  }
  [[nodiscard]] SignedDocuments& documents() noexcept { return signed_; }

  // `rakkan verify` of a file or a folder, which passes.
  [[nodiscard]] Spent verify(const fs::path& what, unsigned jobs = 1, Watch watch = Watch::no) const {
    const Spent spent =
        spent_by({program_, "verify", "--offline", "--format", "ndjson", "--at",
                  to_rfc3339(SignedDocuments::judged_at()), "--trust", path("root.cer").string(), "--evidence",
                  path("evidence").string(), "--jobs", std::to_string(jobs), what.string()},
                 watch);
    if (spent.exit_code != 0) {
      stop_with(program_ + " verify " + what.string(), spent.exit_code);
    }
    return spent;
  }

 private:
  const Options* options_;
  std::string program_;
  test::TemporaryFolder folder_{test::memory_folder()};
  SignedDocuments signed_;
};

// 1 and the powers of two up to the processors, and these.
std::vector<unsigned> jobs_to_measure() {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  std::vector<unsigned> jobs;
  for (unsigned count = 1; count < processors; count *= 2) {
    jobs.push_back(count);
  }
  jobs.push_back(processors);
  return jobs;
}

// pdfsig with a database that trusts the root, and without asking the responder of the certificate.
class Pdfsig {
 public:
  Pdfsig(const Folder& folder, const fs::path& file)
      : words_{"pdfsig", "-no-ocsp", "-nssdir", folder.path("nss").string(), file.string()} {
    const std::string database = "sql:" + folder.path("nss").string();
    fs::create_directory(folder.path("nss"));
    if (spent_by({"certutil", "-N", "-d", database, "--empty-password"}).exit_code != 0 ||
        spent_by(
            {"certutil", "-A", "-d", database, "-n", "root", "-t", "C,C,C", "-i", folder.path("root.cer").string()})
                .exit_code != 0) {
      reason_ = "certutil makes no database";
      return;
    }
    const test::CommandOutcome outcome = test::run_command(words_);
    if (outcome.output.find("Signature is Valid.") == std::string::npos) {
      reason_ = "does not say that the signature is valid";
    }
    // Poppler 22 says no more than "Unknown issue" of the chain, also with all of it in the database; it is not known
    // how much of it was verified, so the row names the word.
    constexpr std::string_view kCertificate = "Certificate Validation: ";
    if (const std::size_t at = outcome.output.find(kCertificate); at != std::string::npos) {
      const std::size_t begin = at + kCertificate.size();
      certificate_ = outcome.output.substr(begin, outcome.output.find('\n', begin) - begin);
    }
  }

  // Why it takes no part; empty: it does.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  // Its words about the certificate.
  [[nodiscard]] const std::string& certificate() const noexcept { return certificate_; }
  [[nodiscard]] double cpu_ms() const { return spent_by(words_).cpu_ms; }

 private:
  Words words_;
  std::string reason_;
  std::string certificate_;
};

Bytes document_of_objects(std::uint32_t count) {
  test::PdfBuilder builder;
  builder.object(1, "<</Type/Catalog/Pages 2 0 R>>")
      .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
      .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>");
  for (std::uint32_t number = 4; number < count; ++number) {
    builder.object(number, "<</Type/ExtGState/LW 1>>");
  }
  return builder.table("/Root 1 0 R").bytes();
}

// Objects in use by the bytes of the file, which has no object streams.
std::size_t objects_in(ByteView file) {
  constexpr std::string_view kObject = " 0 obj\n";
  const std::string_view text = text_of(file);
  std::size_t count = 0;
  for (std::size_t at = text.find(kObject); at != std::string_view::npos; at = text.find(kObject, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

void folder(const Options& options, Report& report) {
  Folder documents(options);
  fs::create_directory(documents.path("files"));
  for (std::size_t i = 0; i < options.files; ++i) {
    static_cast<void>(documents.write("files/" + std::to_string(i) + ".pdf", documents.sign("20k")));
  }
  const fs::path files = documents.path("files");
  const std::vector<unsigned> jobs = jobs_to_measure();
  std::vector<std::vector<double>> wall_us(jobs.size()), cpu_us(jobs.size());
  const double each = 1e3 / static_cast<double>(options.files);
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const Spent spent = documents.verify(files, jobs.at(i));
      wall_us.at(i).push_back(spent.wall_ms * each);
      cpu_us.at(i).push_back(spent.cpu_ms * each);
    }
  }
  const std::string table =
      "rakkan verify of a folder of " + std::to_string(options.files) + " files of 20 KB at B-B, RSA-2048, a file";
  const double wall = median(wall_us.front()), cpu = median(cpu_us.front());
  report.add({table, "1 job, CPU", cpu, "us", "", 0, {}, {}});
  report.add({table, "1 job, wall time", wall, "us", "", 0, {}, {}});
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    const std::string name = std::to_string(jobs.at(i)) + " jobs";
    report.add({table, name + ", CPU", median(cpu_us.at(i)), "us", "1 job", cpu, {}, {}});
    report.add(
        {table, name + ", wall time", median(wall_us.at(i)), "us", "1 job, divided", wall / jobs.at(i), {}, kScaling});
  }
}

void peers(const Options& options, Report& report) {
  Folder documents(options);
  const Bytes content = documents.sign("20k");
  const fs::path file = documents.write("20k.pdf", content);
  const Pdfsig pdfsig(documents, file);
  const Judge judge(documents.documents().trust(), documents.documents().given(), SignedDocuments::judged_at());
  std::vector<double> process_ms, in_process_ms, pdfsig_ms;
  for (int round = 0; round < options.rounds; ++round) {
    double own = 0, other = 0;
    for (std::size_t i = 0; i < kProcessesARound; ++i) {
      own += documents.verify(file).cpu_ms;
      other += pdfsig.reason().empty() ? pdfsig.cpu_ms() : 0;
    }
    process_ms.push_back(own / kProcessesARound);
    pdfsig_ms.push_back(other / kProcessesARound);
    const auto judge_new = [&] {
      pki::VerifiedSignatures known;
      static_cast<void>(judge.judge(content, known));
    };
    in_process_ms.push_back(interleave({{"new", judge_new}}, 1, options.slice()).front().median_us / 1e3);
  }
  const std::string table = "20k.pdf at B-B, RSA-2048, beside peers, CPU";
  const double in_process = median(in_process_ms);
  if (pdfsig.reason().empty()) {
    const double limit = median(pdfsig_ms);
    const std::string peer = "pdfsig (" + pdfsig.certificate() + ")";
    report.add({table, "rakkan verify, a process each", median(process_ms), "ms", peer, limit, {}, {}});
    report.add({table, "in this process, everything new", in_process, "ms", peer, limit, {}, {}});
  } else {
    report.add({table, "rakkan verify, a process each", median(process_ms), "ms", "", 0, {}, {}});
    report.add({table, "pdfsig cannot: " + pdfsig.reason(), 0, "ms", "", 0, {}, {}});
  }
  report.add({table,
              "in this process, everything new",
              in_process,
              "ms",
              "pyHanko in process, of an earlier run",
              kPyhankoMs,
              {},
              {}});
}

void memory(const Options& options, Report& report) {
  Folder documents(options);
  const auto measure = [&](const std::string& name, const Bytes& file) {
    const fs::path path = documents.write("document.pdf", file);
    std::vector<double> peaks;
    for (int round = 0; round < std::min(options.rounds, 3); ++round) {
      peaks.push_back(documents.verify(path, 1, Watch::memory).anonymous_mb);
    }
    // The largest: what was missed between two looks is no merit.
    const double peak = *std::max_element(peaks.begin(), peaks.end());
    const double objects = static_cast<double>(objects_in(file));
    const double allowed = kMemoryMb + objects * kBytesAnObject / 1e6;
    report.add({"Memory of rakkan verify (anonymous, peak), B-B, RSA-2048",
                name + ", " + std::to_string(objects_in(file)) + " objects",
                peak,
                "MB",
                "the file",
                static_cast<double>(file.size()) / 1e6,
                allowed,
                {}});
  };
  measure("50m.pdf", documents.sign("50m"));
  measure("many objects", documents.documents().b_b(document_of_objects(options.objects)));
}

}  // namespace rakkan::bench
