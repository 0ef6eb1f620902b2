// The timestamps of a log's checkpoints, beside its tiles: for a checkpoint of size N the files
//
//   timestamps/<N>.checkpoint  the signed note
//   timestamps/<N>.tst         the token over SHA-256 of that file (RFC 3161, DER)
//   timestamps/<N>.json        {"v":1,"size":N,"time":"…","own":false,"token":"<base64 SHA-256 of the token>"}
//
// The .json file exists because a token's signature does not cover all of the token's bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/log_files.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::audit {

// Opens a token: it must be over this checkpoint, and its signature must verify. signature_invalid,
// tsa_response_mismatch, malformed_timestamp_response.
[[nodiscard]] Result<tsp::TimestampToken> open_timestamp(ByteView token, std::string_view note);

// Writes the three files, synced; none of them when it fails with resource_shortage.
[[nodiscard]] Result<void> write_timestamp(const LogFolder& log, std::uint64_t size, std::string_view note,
                                           const tsp::TimestampToken& token, bool own);

// The names of the three files.
[[nodiscard]] std::vector<std::string> timestamp_files(std::uint64_t size);

// The sizes of the checkpoints that have files here, ascending; audit_log_corrupt for a file of another name.
[[nodiscard]] Result<std::vector<std::uint64_t>> timestamped_sizes(const LogFolder& log);

struct ReadTimestamp {
  std::string note;
  VerifiedTimestamp timestamp;
};
// Reads the three files and checks everything that can be checked without the tree: audit_log_corrupt, `where` names
// the file.
[[nodiscard]] Result<ReadTimestamp> read_timestamp(const LogFolder& log, std::uint64_t size);

}  // namespace rakkan::audit
