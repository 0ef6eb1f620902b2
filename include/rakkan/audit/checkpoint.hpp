// Checkpoint (C2SP tlog-checkpoint) is a log's signed statement of its size and root: a signed note whose text is
//
//   <origin>           the log's name: a URL without scheme
//   <tree size>        decimal
//   <root hash>        base64
//   <extension lines>  optional; none is made here
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rakkan/audit/merkle.hpp"
#include "rakkan/audit/note.hpp"

namespace rakkan::audit {

struct Checkpoint {
  // Reads the text of the note. Fails with malformed_note.
  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);
  [[nodiscard]] std::string encode() const;

  std::string origin;
  TreeHead tree;
  std::vector<std::string> extensions;
};

// Opens a checkpoint: the note must be signed by this key and its origin must be the key's name. malformed_note,
// signature_invalid, audit_log_mismatch (the checkpoint is another log's).
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace rakkan::audit
