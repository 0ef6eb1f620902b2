// LogSnapshot is a log as its newest checkpoint has it, for readers beside a writer that goes on: the files that the
// writer will replace (the checkpoint and the tiles that are not full) are read at once and kept, and later entries are
// not shown. Full tiles and their entries never change.
#pragma once

#include <memory>

#include "rakkan/audit/verify.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::audit {

class LogSnapshot {
 public:
  // Takes a snapshot; of a log without a checkpoint it has no files. Errors of the reading; audit_log_corrupt for a
  // file that is no checkpoint, and when a tile under it is missing.
  [[nodiscard]] static Result<LogSnapshot> take(const LogFolder& log);
  LogSnapshot(LogSnapshot&&) noexcept;
  LogSnapshot& operator=(LogSnapshot&&) noexcept;
  ~LogSnapshot();

  // The snapshot as a log folder that verify_log, read_entry and export_log can read from; the snapshot and the log's
  // files outlive it. Not thread-safe.
  [[nodiscard]] LogFolder folder() const;

 private:
  class Files;
  explicit LogSnapshot(std::unique_ptr<Files> files) noexcept;
  std::unique_ptr<Files> files_;
};

// verify_log for a log that is written to meanwhile: a mismatch is looked at again, since the writer may have been
// between two files.
[[nodiscard]] Result<VerifiedLog> verify_live_log(const LogFolder& log, const VerifierKey& key,
                                                  const Verification& verification = {});

}  // namespace rakkan::audit
