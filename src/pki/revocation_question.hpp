// RevocationQuestion asks whether a certificate of a path was revoked: the certificate's place in the path, and what
// lists and responses are compared with.
#pragma once

#include <cstddef>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/pki/path_validator.hpp"

namespace rakkan::pki {

[[nodiscard]] std::string fingerprint_of(const Certificate& certificate);
// The identity of the certificate of a path in that path: of the anchor and of all certificates down to it.
[[nodiscard]] std::string key_of(const CertificationPath& path, std::size_t index);
[[nodiscard]] const Certificate& issuer_in(const CertificationPath& path, std::size_t index);
// The path down to that certificate, inclusive.
[[nodiscard]] CertificationPath path_to(const CertificationPath& path, std::size_t index);

// The path outlives it.
struct RevocationQuestion {
  const CertificationPath& path;
  std::size_t index;
  const Certificate& certificate;
  const Certificate& issuer;
  Result<crypto::VerificationKey> issuer_key;  // with the parameters that it inherits in the path

  // The key of a certificate that may have signed an answer.
  [[nodiscard]] const Result<crypto::VerificationKey>& key_of(const Certificate& signer) const;
  [[nodiscard]] CertificationPath path_to_issuer() const;
};

[[nodiscard]] RevocationQuestion question_about(const CertificationPath& path, std::size_t index);

}  // namespace rakkan::pki
