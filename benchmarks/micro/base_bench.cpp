// Encodings of the base module that stand on the signing path.
#include <benchmark/benchmark.h>

#include <cstddef>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan {
namespace {

// The hexadecimal digits of a CMS of that size, as pades::embed writes them into /Contents.
void HexOfCms(benchmark::State& state) {
  const Bytes cms(static_cast<std::size_t>(state.range(0)), Byte{0xA5});
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(to_hex(cms));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(HexOfCms)->Arg(4096)->Arg(16384);

}  // namespace
}  // namespace rakkan
