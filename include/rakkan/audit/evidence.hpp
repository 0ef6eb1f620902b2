// Evidence proves one signature to a third party: the intent, durable before the key was touched, and the outcome, each
// with its record and its proof. Its text is the answer of GET /v1/signatures/{id}/evidence, and a file:
//
//   {"signature_id":"sig_…","intent":{"entry":{…EntryFile…},"proof":"<.tlog-proof>"},"outcome":{…}}
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rakkan/audit/proof.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::audit {

struct EvidencePart {
  EntryFile entry;
  std::string proof;  // the text of a .tlog-proof
};

struct Evidence {
  static constexpr std::size_t kMaxSize = 2 * (EntryFile::kMaxSize + Proof::kMaxSize);

  // Parses evidence with entry files of either version. malformed_proof with the member's path in `where`.
  [[nodiscard]] static Result<Evidence> parse(std::string_view text);
  [[nodiscard]] std::string encode() const;

  SignatureId signature;
  EvidencePart intent;
  EvidencePart outcome;
};

struct VerifiedEvidence {
  ProvenEntry intent;
  ProvenEntry outcome;
};

// Chooses the key for a checkpoint (a signed note): the one with its log's name, and among several such the one that
// signed it. The name in the note is not trusted: it only chooses the key. audit_log_mismatch when no key has that
// name.
[[nodiscard]] Result<VerifierKey> key_for(std::string_view checkpoint, std::span<const VerifierKey> keys);

// Verifies that both entries are their log's (verify_proof), that they are an intent and the outcome that a signature
// was made, and that their records, as far as they were not erased, name this signature and each other:
// audit_log_mismatch.
[[nodiscard]] Result<VerifiedEvidence> verify_evidence(const Evidence& evidence, std::span<const VerifierKey> keys);

}  // namespace rakkan::audit
