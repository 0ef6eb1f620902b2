// An entry of a log is one line of JSON, always written in the same way:
//
//   {"v":1,"event":"signature.intent","at":"2026-11-24T01:02:03.123Z","record":"<base64 SHA-256(salt ‖ body)>"}
//   {"v":1,"event":"timestamp.intent","at":"2026-11-24T01:02:03.123Z","body":{…}}
//
// The first form holds no personal data: it commits to a record that can be erased with its salt, after which nobody
// can test a guess of the record against the hash. The second form is public as a whole.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "rakkan/audit/merkle.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::audit {

inline constexpr std::size_t kSaltSize = 16;
inline constexpr std::size_t kMaxRecordSize = 1'048'576;

struct Record {
  Bytes salt;        // 16 octets
  std::string body;  // one JSON object
};

[[nodiscard]] TreeHash commitment_of(ByteView salt, std::string_view body);

struct Entry {
  // Parses a line, which must be as encode() writes it: audit_log_corrupt. The body of a public entry is not looked
  // into.
  [[nodiscard]] static Result<Entry> parse(ByteView line);
  [[nodiscard]] std::string encode() const;

  std::string event;
  Instant at;
  std::variant<TreeHash, std::string> content;  // the commitment to a record, or the public body

  [[nodiscard]] const TreeHash* commitment() const noexcept { return std::get_if<TreeHash>(&content); }
  [[nodiscard]] const std::string* body() const noexcept { return std::get_if<std::string>(&content); }
};

// Words of [a-z0-9_] joined by dots, 1 to 64 bytes.
[[nodiscard]] bool is_event_name(std::string_view text) noexcept;
// True for a text that looks like one JSON object on one line: braces around it and no control characters within.
[[nodiscard]] bool is_body(std::string_view text) noexcept;

}  // namespace rakkan::audit
