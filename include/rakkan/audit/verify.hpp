// Verifying a log without trusting the store or the folder: the log's verifier key is enough. Everything is computed
// again from the entries, and the error names the first place that does not fit.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/audit/checkpoint.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/base/file_system.hpp"

namespace rakkan::audit {

struct LogFolder {
  FileSystem& files;
  std::filesystem::path path;  // of one journal's log: <data_dir>/audit/trail, or an exported copy
};

struct Verification {
  // An earlier checkpoint (a signed note) that the log must continue: none of its entries may be missing or changed.
  std::string against;
  // Returns an entry's record; nothing when it was erased. Without this function records are not looked at.
  std::function<Result<std::optional<Record>>(std::uint64_t index)> record;
};

struct VerifiedTimestamp {
  std::uint64_t size = 0;  // of the timestamped checkpoint
  Instant time;
  std::string authority;  // subject of the authority's certificate, whose path is not validated here
  bool own = false;       // the log states that its own unit made the timestamp
};

struct VerifiedLog {
  Checkpoint checkpoint;
  std::string note;                           // the checkpoint as it is written
  std::uint64_t records = 0;                  // records that match their entries
  std::vector<std::uint64_t> erased;          // entries whose records are gone
  std::vector<VerifiedTimestamp> timestamps;  // by the size of their checkpoints
};

// Verifies a log. Fails with audit_log_corrupt, `where` naming the file with the entry and the bytes
// ("tile/entries/000.p/7, entry 3, bytes 512 to 701", "record 12"); audit_log_mismatch when the log does not continue
// `against`; malformed_note or signature_invalid for `against` itself; audit_index_unknown for a folder without a
// checkpoint.
[[nodiscard]] Result<VerifiedLog> verify_log(const LogFolder& log, const VerifierKey& key,
                                             const Verification& verification = {});

// An entry's line as it lies in the files, not verified. audit_index_unknown when no checkpoint covers it.
[[nodiscard]] Result<std::string> read_entry(const LogFolder& log, std::uint64_t index);

// Copies the tiles and entries that the current checkpoint covers, the timestamps, and last the checkpoint to a folder
// that any web server can serve. Full tiles that the folder already has stay: a second export adds the new files.
// Verifies nothing.
[[nodiscard]] Result<Checkpoint> export_log(const LogFolder& log, const LogFolder& to);

}  // namespace rakkan::audit
