// Signer makes signature values with one private key. Programs use hsm::Pkcs11Signer; SoftwareSigner serves benchmarks
// and tests. The modules above know only this interface.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::crypto {

class Signer {
 public:
  virtual ~Signer() = default;

  [[nodiscard]] virtual const PublicKey& public_key() const noexcept = 0;

  // The signature value of the data with that digest, as CMS and X.509 want it (ECDSA: DER). The suite must suit the
  // key's kind and its digest must be the digest's. Blocks; thread-safe. Fails with unsupported_algorithm or one of the
  // hsm_ codes.
  [[nodiscard]] virtual Result<Bytes> sign(const AlgorithmSuite& suite, const Digest& digest) = 0;
};

}  // namespace rakkan::crypto
