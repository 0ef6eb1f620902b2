// Reading a certificate: once a credential, at load.
#include <benchmark/benchmark.h>
#include <openssl/x509.h>

#include "micro.hpp"
#include "rakkan/pki/certificate.hpp"

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

}  // namespace
}  // namespace rakkan::bench
