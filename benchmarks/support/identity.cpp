#include "identity.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::bench {
namespace {

pki::Validity validity() {
  const Instant now = SystemClock().now();
  return {now - std::chrono::hours(24), now + std::chrono::hours(24 * 365)};
}

Result<pki::Certificate> issue(std::string_view subject, std::string_view issuer, const crypto::PublicKey& key,
                               crypto::Signer& issuer_key, Byte serial, bool is_ca, bool timestamping) {
  pki::CertificateTemplate content;
  content.serial_number = {0x5a, serial};
  RAKKAN_TRY(content.issuer, pki::Name::from_text(issuer));
  RAKKAN_TRY(content.subject, pki::Name::from_text(subject));
  content.validity = validity();
  content.spki = copy_of(key.spki());
  if (is_ca) {
    content.basic_constraints = pki::BasicConstraints{true, std::nullopt};
    content.key_usage = {pki::KeyUsage::key_cert_sign, pki::KeyUsage::crl_sign};
  } else {
    content.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::content_commitment};
  }
  if (timestamping) {
    content.key_usage = {pki::KeyUsage::digital_signature};
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
  }
  RAKKAN_TRY(content.authority_key_identifier, pki::key_identifier(issuer_key.public_key().spki()));
  return pki::issue_certificate(content, crypto::default_suite(issuer_key.public_key().kind()), issuer_key);
}

class RememberingSigner final : public crypto::Signer {
 public:
  explicit RememberingSigner(std::shared_ptr<crypto::Signer> inner) : inner_(std::move(inner)) {}

  const crypto::PublicKey& public_key() const noexcept override { return inner_->public_key(); }

  Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override {
    if (!last_ || !(*last_ == digest)) {
      RAKKAN_TRY(value_, inner_->sign(suite, digest));
      last_ = digest;
    }
    return value_;
  }

 private:
  std::shared_ptr<crypto::Signer> inner_;
  std::optional<crypto::Digest> last_;
  Bytes value_;
};

}  // namespace

Result<Identity> issue_identity(std::shared_ptr<crypto::Signer> key, bool timestamping) {
  constexpr std::string_view kRoot = "CN=Benchmark Root CA,O=Rakkan Benchmarks,C=JP";
  constexpr std::string_view kIssuing = "CN=Benchmark Issuing CA,O=Rakkan Benchmarks,C=JP";
  RAKKAN_TRY(auto root_key, crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256));
  RAKKAN_TRY(auto issuing_key, crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256));
  RAKKAN_TRY(auto issuing, issue(kIssuing, kRoot, issuing_key.public_key(), root_key, 1, true, false));
  RAKKAN_TRY(auto certificate, issue("CN=Benchmark Signer,O=Rakkan Benchmarks,C=JP", kIssuing, key->public_key(),
                                     issuing_key, 2, false, timestamping));
  return Identity{std::move(key), std::move(certificate), {std::move(issuing)}};
}

std::shared_ptr<crypto::Signer> make_remembering_signer(std::shared_ptr<crypto::Signer> inner) {
  return std::make_shared<RememberingSigner>(std::move(inner));
}

}  // namespace rakkan::bench
