// Encodings of RFC 3161, and a whole token of a unit with a software key.
#include <benchmark/benchmark.h>

#include "micro.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::bench {
namespace {

tsp::TimestampRequest request() {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a signature value"));
  const Bytes nonce(8, Byte{0x3C});
  return tsp::TimestampRequest::for_digest(digest, nonce);
}

void EncodeTimestampRequest(benchmark::State& state) {
  const tsp::TimestampRequest made = request();
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(made.encode());
  }
}
BENCHMARK(EncodeTimestampRequest);

void ParseTimestampRequest(benchmark::State& state) {
  const Bytes der = request().encode();
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(tsp::TimestampRequest::parse(der)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(ParseTimestampRequest);

void EncodeTstInfo(benchmark::State& state) {
  tsp::TstInfo info;
  info.policy = der::Oid{1, 3, 6, 1, 4, 1, 99999, 1, 1};
  info.message_imprint = request().message_imprint;
  info.serial_number = Bytes(16, Byte{0x11});
  info.generation_time = SystemClock().now();
  info.accuracy = tsp::Accuracy{1, 0, 0};
  info.nonce = request().nonce;
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(info.encode());
  }
}
BENCHMARK(EncodeTstInfo);

class OpenGate final : public tsp::ClockGate {
 public:
  Result<Instant> trusted_time() override { return SystemClock().now(); }
};

// Request in, response out: parsed, signed, verified with the certificate's own key, encoded.
void RespondWithSoftwareKey(benchmark::State& state, crypto::KeyKind kind) {
  static crypto::SystemRandom random;
  const auto key = std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(kind)));
  const Identity unit = must(issue_identity(key, true));
  tsp::TsuPolicy policy;
  policy.default_policy = der::Oid{1, 3, 6, 1, 4, 1, 99999, 1, 1};
  const auto tsu = must(tsp::Tsu::create(key, crypto::default_suite(kind), unit.certificate, unit.chain, policy,
                                         tsp::make_epoch_serial_source(1, random), std::make_shared<OpenGate>()));
  const Bytes der = request().encode();
  if (!std::holds_alternative<tsp::TimestampToken>(must(tsp::parse_response(tsu->respond(der))))) {
    state.SkipWithError("rejected");
  }
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(tsu->respond(der));
  }
}
BENCHMARK_CAPTURE(RespondWithSoftwareKey, RSA_2048, crypto::KeyKind::rsa_2048);
BENCHMARK_CAPTURE(RespondWithSoftwareKey, P_256, crypto::KeyKind::ec_p256);

}  // namespace
}  // namespace rakkan::bench
