// Commands and results of the use cases. Commands are moved in: they own what they need while their task runs, but for
// the bytes of the document, which the caller keeps until the task has ended.
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
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::service {

struct SignPdfCommand : SigningRequest {
  HashedDocument document;  // made with SigningService::digest_algorithm; its base outlives the task
  FieldChoice field = {};
};

struct SignHashCommand : SigningRequest {
  crypto::Digest digest;  // of the content; an instruction or activation must name the same digest
};

struct IssueTimestampCommand {
  access::Principal principal;
  crypto::Digest digest;
  std::string tsa = {};
  std::optional<async::Deadline> deadline = {};
  TsaRole role = TsaRole::signature;  // without `tsa`, the role's list is asked
};

struct ActivateCommand {
  access::Principal principal;
  CredentialId credential;
  std::vector<crypto::Digest> digests;  // the activation is good for exactly these, each once
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

// The answer of a time-stamping authority: always a TimeStampResp (RFC 3161 §2.4.2). A rejection tells its requester
// the error's title alone; its reason is for the operator of the authority, and for the code that decides whether the
// same request may be repeated.
struct TimestampAnswer {
  Bytes response;                 // DER
  std::optional<Error> rejected;  // the reason; nothing: a token was granted
  // True for a token, and for a rejection because of the request itself, which the same request gets at any time. False
  // for a trouble of ours, which passes.
  bool lasting = false;
};

}  // namespace rakkan::service
