// What the use cases take and give. Commands are moved in: they own what they need while their task runs, but for the
// bytes of the document, which the caller keeps until the task has ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/error.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/service/instruction.hpp"
#include "rakkan/service/principal.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::service {

enum class SignatureType : std::uint8_t { witness, party };  // 立会人型, 当事者型

[[nodiscard]] std::string_view name(SignatureType type) noexcept;
[[nodiscard]] std::optional<SignatureType> signature_type_from_name(std::string_view name) noexcept;

enum class BaselineLevel : std::uint8_t { b_b, b_t };  // EN 319 142-1 §6

[[nodiscard]] std::string_view name(BaselineLevel level) noexcept;  // "B-B", "B-T"
[[nodiscard]] std::optional<BaselineLevel> baseline_level_from_name(std::string_view name) noexcept;

// What the caller may say in the signature dictionary; the two types fill in the rest.
struct FieldChoice {
  std::string field_name;  // empty: the first free "Signature<n>"
  std::string name;        // /Name; empty: the witness's configured name, or the certificate's CN
  std::string reason;      // /Reason; of a witness it follows the text that says on whose instruction
  std::string location;
  std::string contact_info;
};

// The Idempotency-Key of a request whose fingerprint was taken: it becomes durable with the signature, in one commit.
struct IdempotencyClaim {
  std::string key;
  Bytes fingerprint;
};

// Why a key may be used: a witness brings the instruction, a party its PIN or the token of an activation.
struct Consent {
  std::optional<Instruction> instruction;
  std::optional<SecureBytes> pin;
  std::optional<SecureBytes> activation;  // the token's text
};

struct SignPdfCommand {
  Principal principal;
  CredentialId credential;
  SignatureType type{};
  BaselineLevel level{};
  HashedDocument document;  // made with SigningService::digest_algorithm; its base outlives the task
  FieldChoice field = {};
  Consent consent = {};
  std::string tsa = {};                          // profile; empty: the default
  std::optional<async::Deadline> deadline = {};  // nothing: the configured time from now on
  std::optional<IdempotencyClaim> claim = {};
};

struct SignHashCommand {
  Principal principal;
  CredentialId credential;
  SignatureType type{};
  BaselineLevel level{};
  crypto::Digest digest;  // of the content; an instruction or activation must name the same
  Consent consent = {};
  std::string tsa = {};
  std::optional<async::Deadline> deadline = {};
  std::optional<IdempotencyClaim> claim = {};
};

struct IssueTimestampCommand {
  Principal principal;
  crypto::Digest digest;
  std::string tsa = {};
  std::optional<async::Deadline> deadline = {};
};

struct ActivateCommand {
  Principal principal;
  CredentialId credential;
  std::vector<crypto::Digest> digests;  // exactly these, each once
  SecureBytes pin;
  std::chrono::seconds lifetime = kLongestActivation;
  std::optional<async::Deadline> deadline = {};

  static constexpr std::chrono::seconds kLongestActivation{300};
};

// What is durable of a signature, whether it was just made or is fetched again.
struct StoredSignature {
  SignatureId id;
  CredentialId credential;
  std::uint64_t intent = 0;   // index of its entry in the trail
  std::uint64_t outcome = 0;  // likewise: the one whose proof shows that the signature was made
  Instant created;
  std::string facts;  // JSON: what the answer says beside the bytes
  Bytes tail;         // the bytes behind the document, or the detached CMS
};

struct SignedDocument {
  StoredSignature stored;
  SignedPdf pdf;  // without its tail, which is stored.tail
};

struct SignedDigest {
  StoredSignature stored;  // its tail is the CMS
  std::optional<TokenFacts> timestamp;
};

struct Activated {
  SecureBytes token;  // text, 43 characters of base64url: shown once
  Instant expires;
  std::uint64_t entry = 0;  // index in the trail
};

// What a time-stamping authority answers: always a TimeStampResp. A rejection tells its requester the title alone; why
// it came to that is for whoever runs the authority, and for whoever decides whether the same request may be repeated.
struct TimestampAnswer {
  Bytes response;                 // DER
  std::optional<Error> rejected;  // why; nothing: a token was granted
  // A token, or a rejection of what was asked: the same request gets it at any time. A trouble of ours passes.
  bool lasting = false;
};

// A certificate in use, for metrics and warnings.
struct CertificateLife {
  CredentialId credential;
  Instant not_after;
  std::chrono::days left;  // negative when it is over
};

}  // namespace rakkan::service
