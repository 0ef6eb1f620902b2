// rakkan-verify-bench: verification offline in one process and as the program `rakkan verify`, beside OpenSSL's own
// verification, the document's digest and peers, measured by CPU time in interleaved rounds.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "in_process.hpp"
#include "options.hpp"
#include "programs.hpp"
#include "report.hpp"

namespace rakkan::bench {
namespace {

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Cost of verification beside its limits, taken in the same run", "rakkan-verify-bench");
  app.add_option("--build", options.build, "folder of the program rakkan")->capture_default_str();
  app.add_option("--documents", options.documents, "folder made by make_documents.py")->capture_default_str();
  app.add_option("--json", options.json, "where the rows go")->capture_default_str();
  app.add_option("--rounds", options.rounds, "interleaved rounds")->capture_default_str();
  app.add_option("--slice-ms", options.slice_ms, "CPU time of one case in one round")->capture_default_str();
  app.add_option("--files", options.files, "of the part folder, so many files")->capture_default_str();
  app.add_option("--objects", options.objects, "of the part memory, so many objects in a document")
      ->capture_default_str();
  app.add_option("--key", options.keys, "of the part judgement, these kinds of keys alone");
  app.add_option("--part", options.parts, "judgement, folder, peers, memory: these alone");
  CLI11_PARSE(app, argc, argv);
  const auto has = [&](const char* part) {
    return std::find(options.parts.begin(), options.parts.end(), part) != options.parts.end();
  };
  Report report;
  if (has("judgement")) {
    in_process(options, report);
  }
  if (has("folder")) {
    folder(options, report);
  }
  if (has("peers")) {
    peers(options, report);
  }
  if (has("memory")) {
    memory(options, report);
  }
  return report.write(options.json) ? 0 : 1;
}

}  // namespace
}  // namespace rakkan::bench

int main(int argc, char** argv) { return rakkan::bench::run(argc, argv); }
