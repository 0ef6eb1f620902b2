#include <iostream>

#include "rakkan/base/process.hpp"
#include "rakkan/cli/cli.hpp"

int main(int argc, char** argv) {
  rakkan::settle_standard_streams();
  if (const auto kept = rakkan::keep_to_ourselves(); !kept) {
    std::cerr << "rakkan: " << to_string(kept.error()) << '\n';
    return static_cast<int>(row(kept.error().code).exit_code);
  }
  return rakkan::cli::run(argc, argv);
}
