#include "rakkan/base/process.hpp"
#include "rakkan/cli/cli.hpp"
#include "rakkan/console/error_report.hpp"

int main(int argc, char** argv) {
  rakkan::settle_standard_streams();
  if (const auto kept = rakkan::keep_to_ourselves(); !kept) {
    return rakkan::console::report("rakkan", kept.error(), false);
  }
  return rakkan::cli::run(argc, argv);
}
