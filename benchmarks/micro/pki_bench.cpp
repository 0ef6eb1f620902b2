// Reading a certificate: once a credential, at load. Reading CRLs and OCSP responses: once each time that one is
// fetched; looking a certificate up: once a signature that embeds evidence.
#include <benchmark/benchmark.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "micro.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/revocation_status.hpp"
#include "support/handmade_revocation.hpp"
#include "support/ocsp_responder.hpp"

namespace rakkan::bench {
namespace {

void ParseCertificate(benchmark::State& state) {
  const ByteView der = signer_identity().certificate.der();
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(pki::Certificate::parse(der)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(ParseCertificate);

// The limit to compare it with: OpenSSL's parser on the same certificate.
void ParseCertificateOpenssl(benchmark::State& state) {
  const ByteView der = signer_identity().certificate.der();
  for (auto unused : state) {
    static_cast<void>(unused);
    const unsigned char* at = der.data();
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    benchmark::DoNotOptimize(parsed);
    X509_free(parsed);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(ParseCertificateOpenssl);

void CertificatePublicKey(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(signer_identity().certificate.public_key()));
  }
}
BENCHMARK(CertificatePublicKey);

constexpr std::uint32_t kEntries = 1'600'000;  // 63 MB

const Bytes& large_crl() {
  static const Bytes crl = test::large_crl(kEntries);
  return crl;
}

void ParseRevocationList(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    state.PauseTiming();
    Bytes der = large_crl();
    state.ResumeTiming();
    benchmark::DoNotOptimize(must(pki::CertificateList::parse(std::move(der))));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(large_crl().size()));
}
BENCHMARK(ParseRevocationList)->Unit(benchmark::kMillisecond);

void ParseRevocationListOpenssl(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    const unsigned char* at = large_crl().data();
    X509_CRL* parsed = d2i_X509_CRL(nullptr, &at, static_cast<long>(large_crl().size()));
    benchmark::DoNotOptimize(parsed);
    X509_CRL_free(parsed);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(large_crl().size()));
}
BENCHMARK(ParseRevocationListOpenssl)->Unit(benchmark::kMillisecond);

// The whole list: the certificate is not revoked.
void FindInRevocationList(benchmark::State& state) {
  const pki::CertificateList list = must(pki::CertificateList::parse(large_crl()));
  const Bytes absent = test::serial_in_large_crl(kEntries);
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(list.find(list.issuer(), absent));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(large_crl().size()));
}
BENCHMARK(FindInRevocationList)->Unit(benchmark::kMillisecond);

// A delegated P-256 responder's answer.
struct Answer {
  pki::Authority root{"Root"};
  pki::Certificate issuer = root.self_signed();
  pki::Certificate leaf = root.certify("Leaf");
  test::OcspResponder responder{root};
  Bytes der = responder.answer_der(leaf, issuer);
};
Answer& answer() {
  static Answer made;
  return made;
}

void ParseOcspResponse(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(pki::OcspResponse::parse(answer().der)));
  }
}
BENCHMARK(ParseOcspResponse);

void ParseOcspResponseOpenssl(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    const unsigned char* at = answer().der.data();
    OCSP_RESPONSE* parsed = d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(answer().der.size()));
    OCSP_BASICRESP* basic = OCSP_response_get1_basic(parsed);
    benchmark::DoNotOptimize(basic);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(parsed);
  }
}
BENCHMARK(ParseOcspResponseOpenssl);

// Everything: parsing, the responder's certificate, its authorization, two signatures of P-256.
void StatusByOcspResponse(benchmark::State& state) {
  for (auto unused : state) {
    static_cast<void>(unused);
    const pki::OcspResponse response = must(pki::OcspResponse::parse(answer().der));
    benchmark::DoNotOptimize(must(pki::revocation_status(response, answer().leaf, answer().issuer)));
  }
}
BENCHMARK(StatusByOcspResponse);

}  // namespace
}  // namespace rakkan::bench
