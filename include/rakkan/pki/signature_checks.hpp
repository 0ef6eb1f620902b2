// The verifications that a search for certification paths may make: each at most once, their number bounded, and known
// good ones remembered from search to search.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// VerifiedSignatures remembers pairs of an issuer's key and a certificate whose signature that key verified. Only good
// ones are kept, by SHA-256 of both, so a hit is as good as the verification. Bounded: the oldest pair makes room.
// Thread-safe; meant to live as long as the process.
class VerifiedSignatures {
 public:
  explicit VerifiedSignatures(std::size_t capacity = 65536);
  ~VerifiedSignatures();
  VerifiedSignatures(const VerifiedSignatures&) = delete;
  VerifiedSignatures& operator=(const VerifiedSignatures&) = delete;

  [[nodiscard]] bool contains(const crypto::VerificationKey& issuer, const Certificate& certificate) const;
  void insert(const crypto::VerificationKey& issuer, const Certificate& certificate);
  [[nodiscard]] std::size_t size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SignatureChecks is the account of one search. Not to be shared between threads.
class SignatureChecks {
 public:
  // At most `budget` verifications; `known` may be null and outlives this.
  explicit SignatureChecks(std::size_t budget, VerifiedSignatures* known = nullptr) noexcept
      : left_(budget), known_(known) {}

  // Verifies the certificate's signature with the key. Fails with signature_invalid, unsupported_algorithm, or
  // certificate_path_limit when the budget is used up; the first two cost nothing when asked again.
  [[nodiscard]] Result<void> verify(const crypto::VerificationKey& issuer, const Certificate& certificate);

  [[nodiscard]] std::size_t made() const noexcept { return made_; }  // verifications that OpenSSL really made

 private:
  std::size_t left_;
  std::size_t made_ = 0;
  VerifiedSignatures* known_;
  std::map<std::string, Result<void>> answers_;
};

}  // namespace rakkan::pki
