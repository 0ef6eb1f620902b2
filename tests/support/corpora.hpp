// The corpora are other projects' data and never part of this one: tests read them where RAKKAN_CORPORA names their
// folder (pdf/, tst/, cms/, pades/ ...). Without it such a test is skipped, or fails where RAKKAN_REQUIRE_CORPORA is 1.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"

namespace rakkan::test {

// The folder, when the variable is set and the folder exists.
inline std::optional<std::filesystem::path> corpora() {
  const char* folder = std::getenv("RAKKAN_CORPORA");
  if (folder == nullptr || !std::filesystem::is_directory(folder)) {
    return std::nullopt;
  }
  return std::filesystem::path(folder);
}

inline bool corpora_required() {
  const char* required = std::getenv("RAKKAN_REQUIRE_CORPORA");
  return required != nullptr && std::string_view(required) == "1";
}

inline Bytes file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct CorpusEntry {
  std::string file;  // relative to the manifest's folder
  std::string note;  // JSON, as it stands
};

// The rows of a corpus's manifest.tsv: file, repo, path, sha256, note.
inline std::vector<CorpusEntry> read_manifest(const std::filesystem::path& folder) {
  std::vector<CorpusEntry> entries;
  std::ifstream in(folder / "manifest.tsv");
  std::string line;
  std::getline(in, line);  // column names
  while (std::getline(in, line)) {
    const std::size_t first = line.find('\t');
    const std::size_t last = line.rfind('\t');
    if (first != std::string::npos) {
      entries.push_back({line.substr(0, first), line.substr(last + 1)});
    }
  }
  return entries;
}

}  // namespace rakkan::test

// Leaves the test without the corpora, else declares `folder`.
#define RAKKAN_CORPORA_OR_SKIP(folder)                                        \
  const auto folder##_found = ::rakkan::test::corpora();                      \
  if (!folder##_found && ::rakkan::test::corpora_required()) {                \
    FAIL() << "the corpora are required, but RAKKAN_CORPORA names no folder"; \
  }                                                                           \
  if (!folder##_found) {                                                      \
    GTEST_SKIP() << "RAKKAN_CORPORA names no folder with the corpora";        \
  }                                                                           \
  const std::filesystem::path& folder = *folder##_found
