// EvidenceFolder reads certificates, CRLs and OCSP responses from a folder, for networks from which no responder can be
// reached. Blocks; for a thread that may.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::fetch {

enum class EvidenceKind : std::uint8_t { certificates, crl, ocsp_response };

struct EvidenceFile {
  std::string name;  // within the folder
  EvidenceKind kind;
  Bytes bytes;
};

struct EvidenceFolderLimits {
  std::size_t files = 10'000;
  std::uint64_t file = 64ULL << 20;    // bytes of one
  std::uint64_t total = 256ULL << 20;  // bytes of all that are taken
};

struct EvidenceFolder {
  struct Skipped {
    std::string name;
    Error why;  // file_unreadable (a link, a folder, no right), input_too_large, or the reader's own
  };
  std::vector<EvidenceFile> files;  // by name
  std::vector<Skipped> skipped;     // by name

  // Says what a file holds, or why it is nothing of use.
  using Classify = std::function<Result<EvidenceKind>(ByteView content)>;

  // Reads the folder's regular files. Symbolic links in it are not followed, so that nothing from elsewhere is taken;
  // the folder itself may be one. Files of names that begin with a dot are passed over. file_unreadable for the folder,
  // input_too_large for more files or bytes than the limits.
  [[nodiscard]] static Result<EvidenceFolder> read(const std::filesystem::path& folder, const Classify& classify,
                                                   const EvidenceFolderLimits& limits = {});
};

}  // namespace rakkan::fetch
