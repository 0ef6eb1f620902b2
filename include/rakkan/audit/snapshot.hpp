// LogSnapshot is a log as its newest checkpoint has it, for readers beside a writer that goes on: what the writer will
// replace (the checkpoint and the tiles that are not full) is read at once and kept, and what came later is not shown.
// Full tiles and entries never change.
#pragma once

#include <memory>
#include <span>
#include <string>

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

  // The checkpoint as it is written; empty: the log has not begun.
  [[nodiscard]] std::string note() const;
  // For verify_log, read_entry and export_log as the log to read from; the snapshot and the log's files outlive it. Not
  // thread-safe.
  [[nodiscard]] LogFolder folder() const;

 private:
  class Files;
  explicit LogSnapshot(std::unique_ptr<Files> files) noexcept;
  std::unique_ptr<Files> files_;
};

// As verify_log, by the one of the keys that the checkpoint's name and signatures choose, and also of a log that is
// written to meanwhile: a part that does not fit is looked at again, since the writer may have been between two files.
//
// A log that has not begun is one of no entries and without a note, and nothing is wrong with it unless somebody has a
// checkpoint of it (Verification::against): audit_log_mismatch. The same for a log of whose name no key is given.
[[nodiscard]] Result<VerifiedLog> verify_live_log(const LogFolder& log, std::span<const VerifierKey> keys,
                                                  const Verification& verification = {});

}  // namespace rakkan::audit
