// DER reading and writing alone, which every structure above pays for.
#include <benchmark/benchmark.h>

#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::bench {
namespace {

using der::Oid;
using der::Reader;
using der::Tag;
using der::Writer;

constexpr Oid kContentType{1, 2, 840, 113549, 1, 9, 3};

// A structure of 60 small elements in three levels, about as dense as a certificate.
void write_sample(Writer& writer) {
  writer.sequence([&] {
    for (int i = 0; i < 12; ++i) {
      writer.sequence([&] {
        writer.oid(kContentType);
        writer.small_unsigned(static_cast<std::uint64_t>(i) * 1000);
        writer.set([&] { writer.octet_string(kContentType.content()); });
      });
    }
  });
}

void DerWrite(benchmark::State& state) {
  Writer writer(1024);
  for (auto unused : state) {
    static_cast<void>(unused);
    writer.clear();
    write_sample(writer);
    benchmark::DoNotOptimize(writer.view().data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(writer.size()));
}
BENCHMARK(DerWrite);

std::uint64_t read_sample(ByteView input) {
  Reader top(input);
  Reader all = *top.enter(Tag::sequence);
  std::uint64_t sum = 0;
  while (!all.at_end()) {
    Reader one = *all.enter(Tag::sequence);
    benchmark::DoNotOptimize(one.oid());
    sum += *one.small_unsigned();
    Reader set = *one.enter(Tag::set);
    sum += set.octet_string()->size();
  }
  return sum;
}

void DerRead(benchmark::State& state) {
  Writer writer;
  write_sample(writer);
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(read_sample(writer.view()));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(writer.size()));
}
BENCHMARK(DerRead);

// The cost of closing an element whose length takes more octets than were left for it.
void DerCloseShifts(benchmark::State& state) {
  const Bytes content(static_cast<std::size_t>(state.range(0)), 0xAB);
  Writer writer(content.size() + 64);
  for (auto unused : state) {
    static_cast<void>(unused);
    writer.clear();
    writer.sequence([&] { writer.sequence([&] { writer.sequence([&] { writer.raw(content); }); }); });
    benchmark::DoNotOptimize(writer.view().data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(DerCloseShifts)->Arg(100)->Arg(2048)->Arg(16384);

}  // namespace
}  // namespace rakkan::bench
