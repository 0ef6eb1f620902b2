// Prepare and embed over the size of the document: neither may grow with it. Opening alone is in pdf_open_bench.cpp.
#include <benchmark/benchmark.h>

#include <string>

#include "micro.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "support/fixed_random.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::bench {
namespace {

constexpr std::size_t kReserve = 12'288;

// One page whose content stream fills the document up to `size`.
Bytes document(std::size_t size, test::XrefForm form) {
  return test::sample_pdf(
      {.form = form,
       .objects = {{20, "<</Pad(" + std::string(form == test::XrefForm::table ? size : 0, 'x') + ")>>"}}});
}

void PrepareAndEmbed(benchmark::State& state, test::XrefForm form) {
  const Bytes base = document(static_cast<std::size_t>(state.range(0)), form);
  const pdf::Document opened = must(pdf::Document::open(base));
  const pades::SignatureFieldSpec spec{.name = "Rakkan", .reason = "合意"};
  const Bytes cms(8000, 0x30);
  test::FixedRandom random;
  for (auto unused : state) {
    static_cast<void>(unused);
    auto prepared = must(pades::prepare(opened, spec, kReserve, random));
    benchmark::DoNotOptimize(must(pades::SignedRevision::embed(std::move(prepared), cms)));
  }
  state.counters["document"] = static_cast<double>(base.size());
}
BENCHMARK_CAPTURE(PrepareAndEmbed, table, test::XrefForm::table)->Arg(20'000)->Arg(200'000)->Arg(50'000'000);
BENCHMARK_CAPTURE(PrepareAndEmbed, object_streams, test::XrefForm::object_streams)->Arg(0);

// The reader's part of signing: open, then prepare with nothing read yet.
void OpenAndPrepare(benchmark::State& state) {
  const Bytes base = document(static_cast<std::size_t>(state.range(0)), test::XrefForm::table);
  test::FixedRandom random;
  for (auto unused : state) {
    static_cast<void>(unused);
    const pdf::Document opened = must(pdf::Document::open(base));
    benchmark::DoNotOptimize(must(pades::prepare(opened, {}, kReserve, random)));
  }
  state.counters["document"] = static_cast<double>(base.size());
}
BENCHMARK(OpenAndPrepare)->Arg(20'000)->Arg(200'000)->Arg(50'000'000);

}  // namespace
}  // namespace rakkan::bench
