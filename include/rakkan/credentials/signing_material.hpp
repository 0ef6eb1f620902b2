// SigningMaterial is a key with the certificate that belongs to it: the content of a credential once it is loaded.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/self_check.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/store/shared_certificate.hpp"

namespace rakkan::credentials {

// The DER with its digest.
[[nodiscard]] std::shared_ptr<const store::SharedCertificate> shared_certificate(ByteView der);

class SigningMaterial {
 public:
  // key_certificate_mismatch when the certificate is another key's; unsupported_algorithm when the suite is not for it.
  [[nodiscard]] static Result<SigningMaterial> create(std::shared_ptr<crypto::Signer> signer,
                                                      pki::Certificate certificate, std::vector<pki::Certificate> chain,
                                                      const crypto::AlgorithmSuite& suite);

  [[nodiscard]] crypto::Signer& signer() const noexcept { return *signer_; }
  [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
  [[nodiscard]] const crypto::Digest& certificate_digest() const noexcept { return certificate_digest_; }  // SHA-256
  // The certificates above the key's own, without it.
  [[nodiscard]] const std::vector<pki::Certificate>& chain() const noexcept { return chain_; }
  [[nodiscard]] const crypto::AlgorithmSuite& suite() const noexcept { return *suite_; }
  // The certificates that a CMS by this key embeds, as the store keeps them.
  [[nodiscard]] const std::vector<std::shared_ptr<const store::SharedCertificate>>& embedded() const noexcept {
    return embedded_;
  }
  // Verifies signatures with the certificate's key. Copies of the material share it.
  [[nodiscard]] const std::shared_ptr<crypto::SelfCheck>& self_check() const noexcept { return self_check_; }

  // Refuses new signatures by an algorithm that TS 119 312 accepts no longer: algorithm_not_acceptable.
  [[nodiscard]] Result<void> check_algorithms(Instant now) const;

  // An upper bound, in bytes, of a detached CMS by this key with a timestamp token of at most `token_size` bytes; 0: no
  // token.
  [[nodiscard]] std::size_t cms_size(std::size_t token_size) const;

  // The same material with another signer of the same key (one that signs on a pool's threads, say).
  [[nodiscard]] SigningMaterial with_signer(std::shared_ptr<crypto::Signer> signer) const;

 private:
  SigningMaterial(std::shared_ptr<crypto::Signer> signer, pki::Certificate certificate,
                  std::vector<pki::Certificate> chain, const crypto::AlgorithmSuite& suite,
                  crypto::PublicKey public_key, cms::SignedAttributes sample);

  std::shared_ptr<crypto::Signer> signer_;
  pki::Certificate certificate_;
  crypto::Digest certificate_digest_;
  std::vector<pki::Certificate> chain_;
  std::vector<std::shared_ptr<const store::SharedCertificate>> embedded_;
  const crypto::AlgorithmSuite* suite_;
  std::shared_ptr<crypto::SelfCheck> self_check_;
  pki::AlgorithmStanding standing_;  // of the suite with this key: looked up once, since each signature asks
  cms::SignedAttributes sample_;     // over an arbitrary digest: the encodings over all digests have the same size
};

}  // namespace rakkan::credentials
