// A timestamp: the encodings, and the whole unit with a software key (signature and self-check included).
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/tsp/tsu.hpp"
#include "support/unjournaled_tsu.hpp"

namespace rakkan::tsp {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) {
    throw std::runtime_error(to_string(result.error()));
  }
  return *std::move(result);
}

struct WallClockGate final : ClockGate {
  [[nodiscard]] Result<Instant> trusted_time() override { return SystemClock{}.now(); }
};

struct Unit {
  Unit() {
    const Instant now = SystemClock{}.now();
    pki::CertificateTemplate content;
    content.serial_number = {0x42};
    content.subject = value_or_throw(pki::Name::from_text("CN=TSU,O=株式会社ラッカン,C=JP"));
    content.issuer = content.subject;
    content.validity = {now - std::chrono::hours{1}, now + std::chrono::hours{24 * 365}};
    content.spki = copy_of(key->public_key().spki());
    content.key_usage = {pki::KeyUsage::digital_signature};
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
    const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    TsuPolicy policy;
    policy.default_policy = der::Oid{1, 3, 6, 1, 4, 1, 99999, 1};
    tsu = value_or_throw(Tsu::create(key, suite, value_or_throw(pki::issue_certificate(content, suite, *key)), {},
                                     policy, make_epoch_serial_source(1, random), std::make_shared<WallClockGate>()));
  }

  crypto::SystemRandom random;
  std::shared_ptr<crypto::SoftwareSigner> key = std::make_shared<crypto::SoftwareSigner>(
      value_or_throw(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256)));
  std::shared_ptr<Tsu> tsu;
};

Unit& unit() {
  static Unit made;
  return made;
}

TimestampRequest request() {
  return TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x")), Bytes(8, 0x11));
}

void TspRequestParse(benchmark::State& state) {
  const Bytes der = request().encode();
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(TimestampRequest::parse(der));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(der.size()));
}
BENCHMARK(TspRequestParse);

void TspTstInfoEncode(benchmark::State& state) {
  const TstInfo info = value_or_throw(test::issue(*unit().tsu, request())).info();
  std::size_t size = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    const Bytes der = info.encode();
    benchmark::DoNotOptimize(der.data());
    size = der.size();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(TspTstInfoEncode);

void TspSerialNumber(benchmark::State& state) {
  const auto serials = make_epoch_serial_source(1, unit().random);
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(serials->next());
  }
}
BENCHMARK(TspSerialNumber);

void TspRespondWithSoftwareP256(benchmark::State& state) {
  const Bytes der = request().encode();
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(test::respond(*unit().tsu, der));
  }
}
BENCHMARK(TspRespondWithSoftwareP256);

// The floor of the line above in the same run: one signature and one verification by the same key.
void TspFloorSignAndVerifyP256(benchmark::State& state) {
  const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
  const crypto::Digest digest = crypto::digest(suite.digest, bytes_of("x"));
  for (auto unused : state) {
    static_cast<void>(unused);
    const auto signature = unit().key->sign(suite, digest);
    benchmark::DoNotOptimize(unit().key->public_key().verify(suite, digest, *signature));
  }
}
BENCHMARK(TspFloorSignAndVerifyP256);

void TspTokenVerify(benchmark::State& state) {
  const Bytes response = test::respond(*unit().tsu, request().encode());
  for (auto unused : state) {
    static_cast<void>(unused);
    const auto parsed = parse_response(response);
    benchmark::DoNotOptimize(std::get<TimestampToken>(*parsed).verify_signature());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(response.size()));
}
BENCHMARK(TspTokenVerify);

}  // namespace
}  // namespace rakkan::tsp
