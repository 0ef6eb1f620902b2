// Records are what the trail's entries commit to: JSON that says who had what done, without PINs, tokens and documents.
// A record names the intent it closes, so that intents without an outcome are found after a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/error_code.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::service::records {

// What an intent says of the signature that is going to be made.
struct IntentFacts {
  const SignatureId& signature;
  const Authorization& grant;
  BaselineLevel level{};
  std::string_view what;                    // "pdf", "digest"
  const crypto::Digest& document_digest;    // SHA-256 of the document, or the digest that was handed in
  const crypto::Digest& message_digest;     // what the signature's messageDigest says
  const crypto::Digest& to_be_signed;       // what the key is given
  const ActivationBook::Claim* activation;  // null: a PIN, or a witness
};
[[nodiscard]] std::string intent(const IntentFacts& facts);
// Whom it is about: the party, or who gave the instruction.
[[nodiscard]] std::string subject(const Authorization& grant);

[[nodiscard]] std::string made(std::uint64_t intent, const SignatureId& signature,
                               const crypto::Digest& signature_value, const std::optional<TokenFacts>& timestamp);
[[nodiscard]] std::string failed(std::uint64_t intent, const SignatureId& signature, ErrorCode why);
[[nodiscard]] std::string interrupted(std::uint64_t intent, const SignatureId& signature);

// What a record means for the question which intents are open.
struct Trace {
  bool is_intent = false;
  std::optional<std::uint64_t> closes;  // an intent's index
  SignatureId signature;
};
[[nodiscard]] Trace trace(std::string_view body);

[[nodiscard]] std::string activation(const Principal& principal, const Credential& credential, ByteView id,
                                     const std::vector<std::string>& digests, Instant expires);
[[nodiscard]] std::string withdrawal(const Principal& principal, const CredentialId& credential, ByteView id);
[[nodiscard]] std::string administration(const Principal& by, const CredentialId& id,
                                         const std::optional<TenantId>& tenant = std::nullopt);
[[nodiscard]] std::string token(const tsp::TstInfo& info, const Principal& caller);

// What an answer says beside the bytes.
struct AnswerFacts {
  const SignatureId& signature;
  const Authorization& grant;
  BaselineLevel level{};
  const crypto::Digest& document_digest;
  std::uint64_t intent = 0;
  const std::optional<TokenFacts>& timestamp;
};
[[nodiscard]] std::string facts_of_pdf(const AnswerFacts& facts, const SignedPdf& pdf, std::uint64_t base_size);
[[nodiscard]] std::string facts_of_digest(const AnswerFacts& facts);

}  // namespace rakkan::service::records
