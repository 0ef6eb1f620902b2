// LogSnapshot is a log as its newest checkpoint has it, for readers beside a writer that goes on: what the writer will
// replace (the checkpoint and the tiles that are not full) is read at once and kept, and what came later is not shown.
// Full tiles and entries never change.
#pragma once

#include <memory>

#include "rakkan/audit/verify.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::audit {

class LogSnapshot {
 public:
  // A log without a checkpoint is one without files. What reading fails with; audit_log_corrupt for a checkpoint that
  // is none, and when a tile under it is missing.
  [[nodiscard]] static Result<LogSnapshot> take(const LogFolder& log);
  LogSnapshot(LogSnapshot&&) noexcept;
  LogSnapshot& operator=(LogSnapshot&&) noexcept;
  ~LogSnapshot();

  // For verify_log, read_entry and export_log as the log to read from; the snapshot and the log's files outlive it. Not
  // thread-safe.
  [[nodiscard]] LogFolder folder() const;

 private:
  class Files;
  explicit LogSnapshot(std::unique_ptr<Files> files) noexcept;
  std::unique_ptr<Files> files_;
};

// As verify_log, of a log that is written to meanwhile: what does not fit is looked at again, since the writer may have
// been between two files.
[[nodiscard]] Result<VerifiedLog> verify_live_log(const LogFolder& log, const VerifierKey& key,
                                                  const Verification& verification = {});

}  // namespace rakkan::audit
