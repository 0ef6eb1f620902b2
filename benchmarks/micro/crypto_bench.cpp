// Digests at document sizes, and the key operations beside which every other cost is read.
#include <benchmark/benchmark.h>

#include "micro.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/self_check.hpp"
#include "rakkan/crypto/software_signer.hpp"

namespace rakkan::bench {
namespace {

void DigestSha256(benchmark::State& state) {
  const Bytes data(static_cast<std::size_t>(state.range(0)), Byte{0x5A});
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(crypto::digest(crypto::DigestAlgorithm::sha256, data));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(DigestSha256)->Arg(32)->Arg(20'000)->Arg(200'000)->Arg(2'000'000);

const crypto::Digest& some_digest() {
  static const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a document"));
  return digest;
}

void Sign(benchmark::State& state, crypto::KeyKind kind) {
  crypto::SoftwareSigner key = must(crypto::SoftwareSigner::generate(kind));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(key.sign(crypto::default_suite(kind), some_digest())));
  }
}
BENCHMARK_CAPTURE(Sign, RSA_2048, crypto::KeyKind::rsa_2048);
BENCHMARK_CAPTURE(Sign, P_256, crypto::KeyKind::ec_p256);

void Verify(benchmark::State& state, crypto::KeyKind kind) {
  crypto::SoftwareSigner key = must(crypto::SoftwareSigner::generate(kind));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(kind);
  const crypto::Digest digest = crypto::digest(suite.digest, bytes_of("a document"));
  const Bytes value = must(key.sign(suite, digest));
  for (auto unused : state) {
    static_cast<void>(unused);
    must(key.public_key().verify(suite, digest, value));
  }
}
BENCHMARK_CAPTURE(Verify, RSA_2048, crypto::KeyKind::rsa_2048);
BENCHMARK_CAPTURE(Verify, P_256, crypto::KeyKind::ec_p256);
BENCHMARK_CAPTURE(Verify, P_384, crypto::KeyKind::ec_p384);

// Beside Verify/P_256, which is OpenSSL's EVP_PKEY_verify: their ratio is the gain of the table.
void SelfCheckWithTable(benchmark::State& state) {
  crypto::SoftwareSigner key = must(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
  const Bytes value = must(key.sign(suite, some_digest()));
  crypto::SelfCheck check(key.public_key());
  check.build_table();
  for (auto unused : state) {
    static_cast<void>(unused);
    must(check.verify(suite, some_digest(), value));
  }
}
BENCHMARK(SelfCheckWithTable);

void SelfCheckTable(benchmark::State& state) {
  const crypto::SoftwareSigner key = must(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256));
  for (auto unused : state) {
    static_cast<void>(unused);
    crypto::SelfCheck check(key.public_key());
    check.build_table();
  }
}
BENCHMARK(SelfCheckTable)->Unit(benchmark::kMillisecond);

void PublicKeyFromSpki(benchmark::State& state, crypto::KeyKind kind) {
  const crypto::SoftwareSigner key = must(crypto::SoftwareSigner::generate(kind));
  const Bytes spki = copy_of(key.public_key().spki());
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(crypto::PublicKey::from_spki(spki)));
  }
}
BENCHMARK_CAPTURE(PublicKeyFromSpki, RSA_2048, crypto::KeyKind::rsa_2048);
BENCHMARK_CAPTURE(PublicKeyFromSpki, P_256, crypto::KeyKind::ec_p256);

void SuiteFromIdentifier(benchmark::State& state) {
  const ByteView identifier = crypto::suite_from_name("rsa-pss-sha256")->cms_signature_algorithm;
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(crypto::suite_from_identifier(identifier, crypto::DigestAlgorithm::sha256)));
  }
}
BENCHMARK(SuiteFromIdentifier);

}  // namespace
}  // namespace rakkan::bench
