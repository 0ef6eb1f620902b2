// Checking a log as somebody who trusts neither the store nor the folder: the log's verifier key is enough. Everything
// is computed again from the entries, and the first place that does not fit is named.
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
  std::filesystem::path path;  // of one journal: <data_dir>/audit/trail, or an exported copy
};

struct Verification {
  // An earlier checkpoint (a signed note) that the log must continue, whose tail must still be there.
  std::string against;
  // Hands over an entry's record; nothing when it was erased. Left out: records are not looked at.
  std::function<Result<std::optional<Record>>(std::uint64_t index)> record;
};

struct VerifiedTimestamp {
  std::uint64_t size = 0;  // of the checkpoint that it is of
  Instant time;
  std::string authority;  // subject of its certificate; no path is validated here
  bool own = false;       // our own unit, by the log's own word
};

struct VerifiedLog {
  Checkpoint checkpoint;
  std::string note;                           // the same as it is written
  std::uint64_t records = 0;                  // matched
  std::vector<std::uint64_t> erased;          // entries whose record is no more there
  std::vector<VerifiedTimestamp> timestamps;  // by size
};

// Fails with audit_log_corrupt, `where` naming the file with the entry and the bytes ("tile/entries/000.p/7, entry 3,
// bytes 512 to 701", "record 12"); audit_log_mismatch when the log does not continue `against`; malformed_note or
// signature_invalid for `against` itself; audit_index_unknown for a folder without a checkpoint.
[[nodiscard]] Result<VerifiedLog> verify_log(const LogFolder& log, const VerifierKey& key,
                                             const Verification& verification = {});

// An entry's line as it lies in the files, not verified. audit_index_unknown when no checkpoint covers it.
[[nodiscard]] Result<std::string> read_entry(const LogFolder& log, std::uint64_t index);

// As many files of a log wait open for their sync, unless somebody wants fewer.
inline constexpr std::size_t kFilesOpenAtOnce = 64;

// Copies what the current checkpoint covers (tiles, entries), the timestamps, and last the checkpoint to a folder that
// any web server can serve. Full tiles that are there already stay: a second export adds what is new. Verifies nothing.
[[nodiscard]] Result<Checkpoint> export_log(const LogFolder& log, const LogFolder& to,
                                            std::size_t open_at_once = kFilesOpenAtOnce);

}  // namespace rakkan::audit
