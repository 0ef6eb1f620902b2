// The verifications that a search for certification paths may make: each at most once, their number bounded, and known
// good ones remembered from search to search.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/verification_budget.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {

// SignedObject is the signed part of a CRL or an OCSP response with its signature. The views point into the object.
struct SignedObject {
  explicit SignedObject(const CertificateList& list, const crypto::Digest& sha256)
      : fingerprint(sha256), tbs(list.tbs()), algorithm(list.signature_algorithm()), signature(list.signature()) {}
  explicit SignedObject(const OcspResponse& response, const crypto::Digest& sha256)
      : fingerprint(sha256),
        tbs(response.tbs()),
        algorithm(response.signature_algorithm()),
        signature(response.signature()) {}

  crypto::Digest fingerprint;  // SHA-256 of the whole object
  ByteView tbs;
  ByteView algorithm;  // complete AlgorithmIdentifier
  ByteView signature;
};

// VerifiedSignatures remembers pairs of an issuer's key and an object (a certificate, a CRL, an OCSP response) whose
// signature that key verified. Only good ones are kept, by SHA-256 of both, so a hit is as good as the verification.
// Bounded: the oldest pair makes room. Thread-safe; meant to live as long as the process.
class VerifiedSignatures {
 public:
  explicit VerifiedSignatures(std::size_t capacity = 65536);
  ~VerifiedSignatures();
  VerifiedSignatures(const VerifiedSignatures&) = delete;
  VerifiedSignatures& operator=(const VerifiedSignatures&) = delete;

  // `object` is the SHA-256 of its DER.
  [[nodiscard]] bool contains(const crypto::VerificationKey& issuer, const crypto::Digest& object) const;
  void insert(const crypto::VerificationKey& issuer, const crypto::Digest& object);
  [[nodiscard]] std::size_t size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SignatureChecks is the account of one search. Not to be shared between threads.
class SignatureChecks {
 public:
  // At most `budget` verifications, of which one by a dear key counts for several (crypto::VerificationKey::cost);
  // `known` may be null and outlives this.
  explicit SignatureChecks(std::size_t budget, VerifiedSignatures* known = nullptr) noexcept
      : budget_(budget), known_(known) {}

  // Verifies the certificate's signature with the key. Fails with signature_invalid, unsupported_algorithm, or
  // certificate_path_limit when the budget is used up; the first two cost nothing when asked again.
  [[nodiscard]] Result<void> verify(const crypto::VerificationKey& issuer, const Certificate& certificate);
  // The same for a CRL or an OCSP response.
  [[nodiscard]] Result<void> verify(const crypto::VerificationKey& signer, const SignedObject& object);

  [[nodiscard]] std::size_t left() const noexcept { return budget_.left(); }
  // Takes verifications that were made elsewhere into the account.
  void charge(std::size_t count) noexcept { budget_.charge(count); }

  // Verifications that OpenSSL really made, each counted as in the budget.
  [[nodiscard]] std::size_t made() const noexcept { return budget_.taken(); }

 private:
  template <class Verification>
  [[nodiscard]] Result<void> verify_once(const crypto::VerificationKey& key, const crypto::Digest& object,
                                         Verification&& verification);

  crypto::VerificationBudget budget_;
  VerifiedSignatures* known_;
  std::map<std::string, Result<void>> answers_;
};

}  // namespace rakkan::pki
