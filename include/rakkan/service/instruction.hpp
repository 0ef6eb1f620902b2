// Instruction is the record of the person whose will a 立会人型 (witness type) signature carries out: who it is, when
// they gave it, how they were authenticated, and for which document. The upstream service keeps the evidence behind the
// record; Rakkan makes no 立会人型 signature without one.
//
//   { "who": {"id": "u-1", "name": "山田太郎"}, "when": "2026-11-24T01:02:03Z",
//     "authenticated": [{"class": "mailbox", "method": "mail_link", "at": "2026-11-24T01:00:00Z"}],
//     "document_digest": {"alg": "SHA-256", "value": "<hex>"}, "envelope": "ENV-1" }
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan::service {

// The kind of thing that a factor proves: two factors count as two only when their classes differ.
enum class FactorClass : std::uint8_t { mailbox, knowledge, phone, device, identity_provider, in_person };

[[nodiscard]] std::string_view name(FactorClass factor) noexcept;

struct Authentication {
  FactorClass factor{};
  std::string method;  // "mail_link", "sms_otp", "totp", "passkey": a word of [a-z0-9_]
  Instant at;
};

// The ages at which an instruction record may be used: a person's will of long ago may be another today, and a record
// that is used again much later was not sent for this signature. The Authorizer judges by this policy.
struct InstructionPolicy {
  std::chrono::seconds longest_age{30 * 24 * 3'600};  // from its `when` to its use
  std::chrono::seconds clock_skew{300};  // the clock of the record's writer may be ahead of ours by so much
};

class Instruction {
 public:
  // Parses strictly: unknown, missing or repeated members, text that is empty, too long or holds control characters, an
  // authentication after `when`, another digest algorithm or length are malformed_instruction with the member's path in
  // `where` and, where there are few, the values that would do in `allowed`.
  [[nodiscard]] static Result<Instruction> parse(std::string_view json);
  // The same for an object that was parsed as a part of a larger document: errors carry the code of that document.
  [[nodiscard]] static Result<Instruction> read(const json::Members& object);

  [[nodiscard]] const std::string& who_id() const noexcept { return who_id_; }
  [[nodiscard]] const std::string& who_name() const noexcept { return who_name_; }
  [[nodiscard]] Instant when() const noexcept { return when_; }
  [[nodiscard]] const std::vector<Authentication>& authenticated() const noexcept { return authenticated_; }
  [[nodiscard]] const crypto::Digest& document_digest() const noexcept { return document_digest_; }
  [[nodiscard]] const std::optional<std::string>& envelope() const noexcept { return envelope_; }
  // The record as it was handed in, without white space, as the audit trail takes it.
  [[nodiscard]] const std::string& json() const noexcept { return json_; }

 private:
  explicit Instruction(crypto::Digest document_digest) noexcept : document_digest_(document_digest) {}
  friend class InstructionReader;

  std::string who_id_;
  std::string who_name_;
  Instant when_;
  std::vector<Authentication> authenticated_;
  crypto::Digest document_digest_;
  std::optional<std::string> envelope_;
  std::string json_;
};

}  // namespace rakkan::service
