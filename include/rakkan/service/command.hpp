// What the use cases take and give. Commands are moved in: they own what they need while their task runs, but for the
// bytes of the document, which the caller keeps until the task has ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/error.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::service {

struct SignPdfCommand : SigningRequest {
  HashedDocument document;  // made with SigningService::digest_algorithm; its base outlives the task
  FieldChoice field = {};
};

struct SignHashCommand : SigningRequest {
  crypto::Digest digest;  // of the content; an instruction or activation must name the same
};

struct IssueTimestampCommand {
  access::Principal principal;
  crypto::Digest digest;
  std::string tsa = {};
  std::optional<async::Deadline> deadline = {};
};

struct ActivateCommand {
  access::Principal principal;
  CredentialId credential;
  std::vector<crypto::Digest> digests;  // exactly these, each once
  SecureBytes pin;
  std::chrono::seconds lifetime = kLongestActivation;
  std::optional<async::Deadline> deadline = {};

  static constexpr std::chrono::seconds kLongestActivation{300};
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
  std::chrono::days left;                                // negative when it is over
  std::optional<Instant> next_not_after = std::nullopt;  // of the next key's, while that waits for its time
};

}  // namespace rakkan::service
