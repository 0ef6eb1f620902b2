// Reading a certificate: once a credential, at load.
#include <benchmark/benchmark.h>

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

}  // namespace
}  // namespace rakkan::bench
