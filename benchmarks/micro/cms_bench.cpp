// The cost of a signature beyond digest and key: the signed attributes, their digest, and the SignedData.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::cms {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) {
    throw std::runtime_error(to_string(result.error()));
  }
  return *std::move(result);
}

// A signer and its issuer, with the names and extensions of a real certificate.
struct Signer {
  explicit Signer(crypto::KeyKind kind)
      : key(value_or_throw(crypto::SoftwareSigner::generate(kind))),
        suite(crypto::default_suite(kind)),
        issuer(certificate("CN=Issuing CA,O=株式会社ラッカン,C=JP")),
        certificate_of_signer(certificate("CN=山田 太郎,O=株式会社ラッカン,C=JP")),
        chain{issuer} {}

  pki::Certificate certificate(std::string_view subject) {
    const Instant now = SystemClock{}.now();
    pki::CertificateTemplate content;
    content.serial_number = Bytes(16, 0x42);
    content.issuer = value_or_throw(pki::Name::from_text("CN=Issuing CA,O=株式会社ラッカン,C=JP"));
    content.subject = value_or_throw(pki::Name::from_text(subject));
    content.validity = {now, now + std::chrono::hours{24 * 365}};
    content.spki = copy_of(key.public_key().spki());
    content.key_usage = {pki::KeyUsage::digital_signature};
    content.crl_url = "http://crl.example.jp/issuing.crl";
    content.ocsp_url = "http://ocsp.example.jp/";
    return value_or_throw(pki::issue_certificate(content, suite, key));
  }

  crypto::SoftwareSigner key;
  const crypto::AlgorithmSuite& suite;
  pki::Certificate issuer;
  pki::Certificate certificate_of_signer;
  std::vector<pki::Certificate> chain;
};

Signer& signer_of(benchmark::State& state) {
  static Signer rsa(crypto::KeyKind::rsa_2048);
  static Signer p256(crypto::KeyKind::ec_p256);
  return state.range(0) == 0 ? rsa : p256;
}

SignedDataParts parts_of(const Signer& signer, const SignedAttributes& attributes, ByteView signature) {
  return {.attributes = attributes,
          .signer = signer.certificate_of_signer,
          .signature = signature,
          .certificates = signer.chain,
          .embed_signer = true,
          .content = std::nullopt,
          .content_type = kIdData,
          .signature_timestamp = std::nullopt};
}

SignedAttributes attributes_of(const Signer& signer, const crypto::Digest& digest) {
  return SignedAttributes::make(kIdData, digest, signer.certificate_of_signer, signer.suite);
}

void CmsAttributes(benchmark::State& state) {
  const Signer& signer = signer_of(state);
  const crypto::Digest digest = crypto::digest(signer.suite.digest, {});
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(attributes_of(signer, digest).digest());
  }
}
BENCHMARK(CmsAttributes)->ArgName("p256")->Arg(0)->Arg(1);

void CmsAssemble(benchmark::State& state) {
  Signer& signer = signer_of(state);
  const SignedAttributes attributes = attributes_of(signer, crypto::digest(signer.suite.digest, {}));
  const Bytes signature = value_or_throw(signer.key.sign(signer.suite, attributes.digest()));
  std::size_t size = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    const Bytes der = assemble_signed_data(parts_of(signer, attributes, signature));
    benchmark::DoNotOptimize(der.data());
    size = der.size();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(CmsAssemble)->ArgName("p256")->Arg(0)->Arg(1);

// Attributes, their digest, the reserve and the SignedData: all of a detached CMS but the key and the self-check.
void CmsBuild(benchmark::State& state) {
  Signer& signer = signer_of(state);
  const crypto::Digest digest = crypto::digest(signer.suite.digest, {});
  const Bytes signature = value_or_throw(signer.key.sign(signer.suite, attributes_of(signer, digest).digest()));
  for (auto unused : state) {
    static_cast<void>(unused);
    const SignedAttributes attributes = attributes_of(signer, digest);
    benchmark::DoNotOptimize(attributes.digest());
    benchmark::DoNotOptimize(signed_data_size(parts_of(signer, attributes, {}), 512, 0));
    benchmark::DoNotOptimize(assemble_signed_data(parts_of(signer, attributes, signature)).data());
  }
}
BENCHMARK(CmsBuild)->ArgName("p256")->Arg(0)->Arg(1);

void CmsParse(benchmark::State& state) {
  Signer& signer = signer_of(state);
  const SignedAttributes attributes = attributes_of(signer, crypto::digest(signer.suite.digest, {}));
  const Bytes der = assemble_signed_data(parts_of(signer, attributes, Bytes(256, 0x11)));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(SignedData::parse(der));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(CmsParse)->ArgName("p256")->Arg(0)->Arg(1);

}  // namespace
}  // namespace rakkan::cms
