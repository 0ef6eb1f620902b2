#include "rakkan/credentials/signing_material.hpp"

#include <algorithm>

#include "rakkan/cms/signed_data_builder.hpp"

namespace rakkan::credentials {
namespace {

cms::SignedAttributes sample_attributes(const pki::Certificate& certificate, const crypto::AlgorithmSuite& suite) {
  return cms::SignedAttributes::make(cms::kIdData, crypto::digest(suite.digest, ByteView{}), certificate, suite);
}

std::vector<std::shared_ptr<const store::SharedCertificate>> shared(const pki::Certificate& certificate,
                                                                    const std::vector<pki::Certificate>& chain) {
  std::vector<std::shared_ptr<const store::SharedCertificate>> all{shared_certificate(certificate.der())};
  for (const pki::Certificate& one : chain) {
    all.push_back(shared_certificate(one.der()));
  }
  return all;
}

}  // namespace

std::shared_ptr<const store::SharedCertificate> shared_certificate(ByteView der) {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, der);
  auto certificate = std::make_shared<store::SharedCertificate>();
  std::copy(digest.view().begin(), digest.view().end(), certificate->sha256.begin());
  certificate->der = copy_of(der);
  return certificate;
}

Result<SigningMaterial> SigningMaterial::create(std::shared_ptr<crypto::Signer> signer, pki::Certificate certificate,
                                                std::vector<pki::Certificate> chain,
                                                const crypto::AlgorithmSuite& suite) {
  RAKKAN_TRY(crypto::PublicKey public_key, certificate.public_key());
  if (!(signer->public_key() == public_key)) {
    return fail(ErrorCode::key_certificate_mismatch, "the certificate is for another key than the one in the token",
                "certificate " + certificate.subject().text());
  }
  if (!crypto::suits(suite, public_key.kind())) {
    return fail(ErrorCode::unsupported_algorithm,
                std::string(suite.name) + " is not for keys of kind " + std::string(crypto::name(public_key.kind())));
  }
  cms::SignedAttributes sample = sample_attributes(certificate, suite);
  return SigningMaterial(std::move(signer), std::move(certificate), std::move(chain), suite, std::move(public_key),
                         std::move(sample));
}

SigningMaterial::SigningMaterial(std::shared_ptr<crypto::Signer> signer, pki::Certificate certificate,
                                 std::vector<pki::Certificate> chain, const crypto::AlgorithmSuite& suite,
                                 crypto::PublicKey public_key, cms::SignedAttributes sample)
    : signer_(std::move(signer)),
      certificate_(std::move(certificate)),
      certificate_digest_(crypto::digest(crypto::DigestAlgorithm::sha256, certificate_.der())),
      chain_(std::move(chain)),
      embedded_(shared(certificate_, chain_)),
      suite_(&suite),
      self_check_(std::make_shared<crypto::SelfCheck>(std::move(public_key))),
      standing_(pki::AlgorithmPolicy::ts_119_312().signature(suite, self_check_->key().kind())),
      sample_(std::move(sample)) {}

Result<void> SigningMaterial::check_algorithms(Instant now) const {
  if (standing_.acceptable_at(now)) {
    return {};
  }
  return pki::require_acceptable(pki::AlgorithmPolicy::ts_119_312(), *suite_, self_check_->key().kind(), now);
}

std::size_t SigningMaterial::cms_size(std::size_t token_size) const {
  const cms::SignedDataParts parts{
      .attributes = sample_,
      .signer = certificate_,
      .signature = {},
      .certificates = chain_,
      .embed_signer = true,
      .content = std::nullopt,
      .content_type = cms::kIdData,
      .signature_timestamp = std::nullopt,
  };
  return cms::signed_data_size(parts, crypto::max_signature_size(self_check_->key().kind()), token_size);
}

SigningMaterial SigningMaterial::with_signer(std::shared_ptr<crypto::Signer> signer) const {
  SigningMaterial material = *this;
  material.signer_ = std::move(signer);
  return material;
}

}  // namespace rakkan::credentials
