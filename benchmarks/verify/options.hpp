// The program's options: the parts that it measures, and for how long.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rakkan::bench {

struct Options {
  std::filesystem::path build = "build/bench";  // where `rakkan` is
  std::filesystem::path documents = "build/bench/documents";
  std::filesystem::path json = "build/bench/verify.json";
  int rounds = 9;
  int slice_ms = 60;
  std::size_t files = 1'000;          // of the folder
  std::uint32_t objects = 1'000'000;  // of the document whose memory is measured
  std::vector<std::string> keys{"RSA-2048", "P-256", "RSA-3072", "RSA-4096", "P-384"};
  std::vector<std::string> parts{"judgement", "folder", "peers", "memory"};

  [[nodiscard]] std::chrono::milliseconds slice() const noexcept { return std::chrono::milliseconds(slice_ms); }
};

}  // namespace rakkan::bench
