// SigningRequest is a caller's statement about a wanted signature, of a document or of a digest: it travels as one
// value from the endpoint to the trail.
#pragma once

#include <optional>
#include <string>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/service/instruction.hpp"
#include "rakkan/service/signature_type.hpp"

namespace rakkan::service {

// Consent is the reason why a key may be used: a witness brings the instruction, a party its PIN or the token of an
// activation.
struct Consent {
  std::optional<Instruction> instruction;
  std::optional<SecureBytes> pin;
  std::optional<SecureBytes> activation;  // the token's text
};

// The Idempotency-Key of a request with the request's fingerprint: it becomes durable with the signature, in one
// commit.
struct IdempotencyClaim {
  std::string key;
  Bytes fingerprint;
};

struct SigningRequest {
  access::Principal principal;
  CredentialId credential;
  SignatureType type{};
  pades::BaselineLevel level{};
  Consent consent = {};
  std::string tsa = {};                          // profile; empty: the default
  std::optional<async::Deadline> deadline = {};  // nothing: the configured time from now on
  std::optional<IdempotencyClaim> claim = {};
};

// The entries of the signature dictionary that a caller may choose; field_spec fills in the rest for each signature
// type.
struct FieldChoice {
  std::string field_name;  // empty: the first free "Signature<n>"
  std::string name;        // /Name; empty: the witness's configured name, or the certificate's CN
  std::string reason;      // /Reason; a witness's follows the text that says on whose instruction it signs
  std::string location;
  std::string contact_info;
};

}  // namespace rakkan::service
