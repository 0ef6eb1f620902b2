// Everything that a verifier needs to check one entry offline, without the log: the proof (C2SP tlog-proof), the entry
// with its record, and the log's verifier key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/audit/checkpoint.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan::audit {

// The text of a .tlog-proof file:
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>           optional; none is made here
//   index <n>
//   <base64 hash>            from the leaf's sibling up
//   <empty line>
//   <checkpoint, verbatim>
struct Proof {
  static constexpr std::size_t kMaxSize = 2 * Note::kMaxSize;

  // malformed_proof, malformed_note
  [[nodiscard]] static Result<Proof> parse(std::string_view text);
  [[nodiscard]] std::string encode() const;

  Bytes extra;
  std::uint64_t index = 0;
  std::vector<TreeHash> path;
  std::string checkpoint;  // a signed note
};

// EntryFile is the entry, with its record, that is handed out beside a proof. Its text is one JSON object:
//
//   {"v":2,"entry":{"v":1,"event":…},"salt":"<base64>","body":{…the record…}}
//   {"v":1,"entry":"<the entry's line>","salt":"<base64>","body":"<the record>"}
//
// Salt and body are absent when the entry is public or its record was erased. Hashes are over entry and record as text:
// JSON without white space, members in their order, nothing escaped but the characters that RFC 8259 §7 demands.
// Version 2 stands for that text, however the file is laid out. Version 1, the only one of earlier releases, holds the
// text itself: it is written where an entry or record would not come back from version 2 letter for letter.
struct EntryFile {
  static constexpr std::size_t kMaxSize = 8 * kMaxRecordSize;

  // Parses the text of a file. Unknown members, or one twice, are refused: malformed_proof.
  [[nodiscard]] static Result<EntryFile> parse(std::string_view text);
  // The same for an object within a larger document; errors carry the code of that document.
  [[nodiscard]] static Result<EntryFile> read(json::Members file);
  [[nodiscard]] std::string encode() const;

  std::string entry;
  std::optional<Record> record;
};

struct ProvenEntry {
  std::uint64_t index = 0;
  Entry entry;
  Checkpoint checkpoint;  // the checkpoint under which the entry stands
};

// Verifies that the entry is the log's at the proof's index, and that it commits to the record if there is one.
// malformed_proof, malformed_note; signature_invalid (not the log's key); audit_log_mismatch (another entry or another
// log); digest_mismatch (another record).
[[nodiscard]] Result<ProvenEntry> verify_proof(const Proof& proof, const EntryFile& file, const VerifierKey& key);

}  // namespace rakkan::audit
