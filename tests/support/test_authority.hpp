// A small public key infrastructure with software keys, made anew by each test program: a root, and the certificates
// that it issues.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::test {

// The value, or an exception that GoogleTest shows: for the preparation of a test.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) {
    throw std::runtime_error(to_string(result.error()));
  }
  return *std::move(result);
}

struct Identity {
  std::shared_ptr<crypto::SoftwareSigner> key;
  pki::Certificate certificate;
};

class TestAuthority {
 public:
  using Change = std::function<void(pki::CertificateTemplate&)>;

  explicit TestAuthority(const std::string& name = "Test Root", crypto::KeyKind kind = crypto::KeyKind::ec_p256)
      : key_(new_key(kind)), certificate_(issue_root(name)) {}

  [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
  [[nodiscard]] crypto::SoftwareSigner& key() noexcept { return *key_; }
  [[nodiscard]] std::string pem() const { return pki::to_pem("CERTIFICATE", certificate_.der()); }
  // From a day ago to ten years ahead.
  [[nodiscard]] static pki::Validity validity() {
    const Instant now = SystemClock{}.now();
    const Instant second = std::chrono::floor<std::chrono::seconds>(now);
    return {second - std::chrono::hours{24}, second + std::chrono::hours{24 * 3650}};
  }

  // A document signer: keyUsage contentCommitment.
  [[nodiscard]] Identity signer(crypto::KeyKind kind, const Change& change = {}) {
    pki::CertificateTemplate content;
    content.subject = value_or_throw(pki::Name::from_text("CN=山田 太郎,O=テスト株式会社,C=JP"));
    content.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::content_commitment};
    return issue(std::move(content), kind, change);
  }

  // A timestamp unit: extendedKeyUsage timeStamping alone, critical.
  [[nodiscard]] Identity tsu(crypto::KeyKind kind = crypto::KeyKind::ec_p256, const Change& change = {}) {
    pki::CertificateTemplate content;
    content.subject = value_or_throw(pki::Name::from_text("CN=Test TSU,O=Test,C=JP"));
    content.key_usage = {pki::KeyUsage::digital_signature};
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
    return issue(std::move(content), kind, change);
  }

 private:
  static std::shared_ptr<crypto::SoftwareSigner> new_key(crypto::KeyKind kind) {
    return std::make_shared<crypto::SoftwareSigner>(value_or_throw(crypto::SoftwareSigner::generate(kind)));
  }

  pki::Certificate issue_root(const std::string& name) {
    pki::CertificateTemplate content;
    content.subject = value_or_throw(pki::Name::from_text("CN=" + name + ",O=Test,C=JP"));
    content.issuer = content.subject;
    content.serial_number = {0x01};
    content.validity = validity();
    content.spki = copy_of(key_->public_key().spki());
    content.basic_constraints = pki::BasicConstraints{true, std::nullopt};
    content.key_usage = {pki::KeyUsage::key_cert_sign, pki::KeyUsage::crl_sign};
    return value_or_throw(pki::issue_certificate(content, suite(), *key_));
  }

  Identity issue(pki::CertificateTemplate content, crypto::KeyKind kind, const Change& change) {
    auto key = new_key(kind);
    content.serial_number = {0x40, static_cast<Byte>(++issued_)};
    content.issuer = certificate_.subject();
    content.validity = validity();
    content.spki = copy_of(key->public_key().spki());
    content.authority_key_identifier = value_or_throw(pki::key_identifier(certificate_.spki()));
    if (change) {
      change(content);
    }
    return {key, value_or_throw(pki::issue_certificate(content, suite(), *key_))};
  }

  [[nodiscard]] const crypto::AlgorithmSuite& suite() const { return crypto::default_suite(key_->public_key().kind()); }

  std::shared_ptr<crypto::SoftwareSigner> key_;
  pki::Certificate certificate_;
  unsigned issued_ = 0;
};

}  // namespace rakkan::test
