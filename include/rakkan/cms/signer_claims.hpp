// The statements of a signer about the signature in signed attributes (EN 319 122-1 §5.2, RFC 5652 §11.3): claims,
// which the signature covers and nobody else confirms. A value that cannot be read is named in `malformed`, and the
// rest is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/cms/message.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::cms {

// signature-policy-identifier (EN 319 122-1 §5.2.9).
struct SignaturePolicyClaim {
  bool implied = false;                                 // signaturePolicyImplied: no identifier
  der::Oid identifier;                                  // sigPolicyId; empty when implied
  der::Oid hash_identifier;                             // of sigPolicyHash; empty: there is none
  std::optional<crypto::HashAlgorithm> hash_algorithm;  // nothing: one that cannot be computed here
  ByteView hash;
  std::string uri;  // the qualifier spuri; text of the signer
};

struct SignerLocation {  // §5.2.5; texts of the signer in UTF-8
  std::string country;
  std::string locality;
  std::vector<std::string> postal_address;
};

struct SignerClaims {
  std::optional<Instant> signing_time;  // the first one that can be read
  std::size_t signing_time_values = 0;  // 2 or more: which one is meant is open
  std::optional<SignaturePolicyClaim> policy;
  std::vector<der::Oid> commitment_types;  // §5.2.3
  std::optional<SignerLocation> location;
  std::vector<std::string> claimed_roles;  // of signer-attributes and signer-attributes-v2 (§5.2.6)
  bool has_certified_attributes = false;   // attribute certificates or assertions there: not judged
  std::string content_description;         // content-hints (RFC 2634 §2.9)
  std::optional<der::Oid> content_hint_type;
  std::string mime_type;  // mime-type (§5.2.4.2)
  // Attributes whose value could not be read: "signing-time", "signer-location".
  std::vector<std::string> malformed;
};

// Reads the claims; views point into the message.
[[nodiscard]] SignerClaims signer_claims(const MessageSigner& signer);

}  // namespace rakkan::cms
