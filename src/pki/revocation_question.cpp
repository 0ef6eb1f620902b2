#include "pki/revocation_question.hpp"

namespace rakkan::pki {
namespace {

// The key that verifies path.certificates[index]: RFC 5280 §6.1.4 (d), (e), (f).
Result<crypto::VerificationKey> working_key(const CertificationPath& path, std::size_t index) {
  RAKKAN_TRY(crypto::VerificationKey key, path.anchor.certificate.verification_key());
  for (std::size_t i = 0; i < index; ++i) {
    const Certificate& each = path.certificates[i];
    if (crypto::inherits_parameters(each.spki())) {
      RAKKAN_TRY(key, crypto::VerificationKey::from_spki(each.spki(), &key));
    } else {
      RAKKAN_TRY(key, each.verification_key());
    }
  }
  return key;
}

}  // namespace

std::string fingerprint_of(const Certificate& certificate) {
  return std::string(text_of(certificate.fingerprint().view()));
}

std::string key_of(const CertificationPath& path, std::size_t index) {
  std::string key = fingerprint_of(path.anchor.certificate);
  key += path.anchor.purposes.contains(TrustPurpose::revocation) ? 'r' : '-';
  for (std::size_t i = 0; i <= index; ++i) {
    key += fingerprint_of(path.certificates[i]);
  }
  return key;
}

const Certificate& issuer_in(const CertificationPath& path, std::size_t index) {
  return index == 0 ? path.anchor.certificate : path.certificates[index - 1];
}

CertificationPath path_to(const CertificationPath& path, std::size_t index) {
  return {path.anchor, {path.certificates.begin(), path.certificates.begin() + static_cast<std::ptrdiff_t>(index) + 1}};
}

const Result<crypto::VerificationKey>& RevocationQuestion::key_of(const Certificate& signer) const {
  return signer == issuer ? issuer_key : signer.verification_key();
}

CertificationPath RevocationQuestion::path_to_issuer() const {
  return index == 0 ? CertificationPath{path.anchor, {}} : path_to(path, index - 1);
}

RevocationQuestion question_about(const CertificationPath& path, std::size_t index) {
  return {path, index, path.certificates[index], issuer_in(path, index), working_key(path, index)};
}

}  // namespace rakkan::pki
