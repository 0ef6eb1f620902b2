// The timestamps of a log's checkpoints, beside its tiles: for a checkpoint of size N the files
//
//   timestamps/<N>.checkpoint  the signed note
//   timestamps/<N>.tst         the token over SHA-256 of that file (RFC 3161, DER)
//   timestamps/<N>.json        {"v":1,"size":N,"time":"…","own":false,"token":"<base64 SHA-256 of the token>"}
//
// The last one is there because a token's signature does not cover all of its bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/log_files.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::audit {

// A token that is over this checkpoint, its signature verified: signature_invalid, tsa_response_mismatch,
// malformed_timestamp_response.
[[nodiscard]] Result<tsp::TimestampToken> open_timestamp(ByteView token, std::string_view note);

// Writes the three files, synced; none of them when it fails with resource_shortage.
[[nodiscard]] Result<void> write_timestamp(const LogFolder& log, std::uint64_t size, std::string_view note,
                                           const tsp::TimestampToken& token, bool own);

// The three names.
[[nodiscard]] std::vector<std::string> timestamp_files(std::uint64_t size);

// The sizes of the checkpoints that have files here, ascending; audit_log_corrupt for a file of another name.
[[nodiscard]] Result<std::vector<std::uint64_t>> timestamped_sizes(const LogFolder& log);

struct ReadTimestamp {
  std::string note;
  VerifiedTimestamp timestamp;
};
// All that can be said without the tree: audit_log_corrupt, `where` names the file.
[[nodiscard]] Result<ReadTimestamp> read_timestamp(const LogFolder& log, std::uint64_t size);

}  // namespace rakkan::audit
