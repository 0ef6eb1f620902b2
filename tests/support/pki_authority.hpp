// An authority of a test: a name, a key, and certificates issued with them.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::pki {

using Change = std::function<void(CertificateTemplate&)>;

inline constexpr Instant kNotBefore{std::chrono::milliseconds{1767225600000}};  // 2026-01-01
inline constexpr Instant kNotAfter{std::chrono::milliseconds{2082758400000}};   // 2036-01-01

// A key of its own for each authority of a test. RSA keys take long to make: three are dealt out in turn.
inline crypto::SoftwareSigner new_key(crypto::KeyKind kind) {
  if (kind != crypto::KeyKind::rsa_2048) {
    return crypto::SoftwareSigner::generate(kind).value();
  }
  static std::vector<crypto::SoftwareSigner> keys;
  static std::size_t next = 0;
  if (keys.size() < 3) {
    keys.push_back(crypto::SoftwareSigner::generate(kind).value());
    return keys.back();
  }
  return keys[next++ % keys.size()];
}

inline Name name_of(const std::string& common_name) { return Name::from_text("CN=" + common_name + ",C=JP").value(); }

class Authority {
 public:
  explicit Authority(const std::string& name, crypto::KeyKind kind = crypto::KeyKind::ec_p256)
      : name_(name_of(name)), signer_(new_key(kind)) {}

  [[nodiscard]] const Name& name() const noexcept { return name_; }
  [[nodiscard]] crypto::SoftwareSigner& signer() noexcept { return signer_; }
  [[nodiscard]] ByteView spki() const noexcept { return signer_.public_key().spki(); }
  [[nodiscard]] const crypto::AlgorithmSuite& suite() const {
    return crypto::default_suite(signer_.public_key().kind());
  }
  [[nodiscard]] CertificateTemplate content_for(const Name& subject, ByteView subject_spki) const {
    CertificateTemplate content;
    content.serial_number = {0x5A, 0x01};
    content.issuer = name_;
    content.subject = subject;
    content.validity = {kNotBefore, kNotAfter};
    content.spki = copy_of(subject_spki);
    content.authority_key_identifier = key_identifier(spki()).value();
    return content;
  }

  // A certificate of this authority for another one, or for itself.
  [[nodiscard]] Certificate certify_ca(const Authority& subject, const Change& change = {}) {
    CertificateTemplate content = content_for(subject.name_, subject.spki());
    content.basic_constraints = BasicConstraints{true, std::nullopt};
    content.key_usage = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
    return issue(std::move(content), change);
  }
  [[nodiscard]] Certificate self_signed(const Change& change = {}) { return certify_ca(*this, change); }
  [[nodiscard]] Certificate certify(const std::string& name, ByteView subject_spki, const Change& change = {}) {
    CertificateTemplate content = content_for(name_of(name), subject_spki);
    content.key_usage = {KeyUsage::digital_signature};
    return issue(std::move(content), change);
  }
  [[nodiscard]] Certificate certify(const std::string& name, const Change& change = {}) {
    static const crypto::SoftwareSigner subject = crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256).value();
    return certify(name, subject.public_key().spki(), change);
  }

 private:
  Certificate issue(CertificateTemplate content, const Change& change) {
    if (change) {
      change(content);
    }
    return issue_certificate(content, suite(), signer_).value();
  }

  Name name_;
  crypto::SoftwareSigner signer_;
};

}  // namespace rakkan::pki
