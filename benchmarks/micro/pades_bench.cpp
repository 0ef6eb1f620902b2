// Steps 2, 3 and 10 of the signing line on small documents: the revision, its digest, the filled /Contents.
#include <benchmark/benchmark.h>

#include <string>

#include "micro.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::bench {
namespace {

constexpr std::size_t kReserve = 8'000;

Bytes document(bool xref_stream) {
  test::PdfBuilder pdf;
  pdf.object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>");
  pdf.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>");
  pdf.stream(4, "", std::string(18'000, ' '));
  return (xref_stream ? pdf.xref_stream(5, "/Root 1 0 R") : pdf.table("/Root 1 0 R")).bytes();
}

pades::SignatureFieldSpec field() {
  pades::SignatureFieldSpec spec;
  spec.signing_time = SystemClock().now();
  spec.name = "株式会社ラッカン 立会人署名";
  spec.reason = "山田太郎 の指示に基づき署名 / Signed on instruction of 山田太郎";
  return spec;
}

void PrepareRevision(benchmark::State& state, bool xref_stream) {
  const Bytes base = document(xref_stream);
  crypto::SystemRandom random;
  for (auto unused : state) {
    static_cast<void>(unused);
    const pdf::Document opened = must(pdf::Document::open(base));
    benchmark::DoNotOptimize(must(pades::prepare(opened, field(), kReserve, random)));
  }
}
BENCHMARK_CAPTURE(PrepareRevision, table, false);
BENCHMARK_CAPTURE(PrepareRevision, xref_stream, true);

void DigestByteRange(benchmark::State& state) {
  const Bytes base = document(false);
  crypto::SystemRandom random;
  const pdf::Document opened = must(pdf::Document::open(base));
  const pades::PreparedRevision prepared = must(pades::prepare(opened, field(), kReserve, random));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(pades::digest_byte_range(base, prepared, crypto::DigestAlgorithm::sha256));
  }
  const auto& range = prepared.byte_range();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(range.first_length + range.second_length));
}
BENCHMARK(DigestByteRange);

void EmbedCms(benchmark::State& state) {
  const Bytes base = document(false), cms(4'000, Byte{0x5A});
  crypto::SystemRandom random;
  const pdf::Document opened = must(pdf::Document::open(base));
  const pades::PreparedRevision prepared = must(pades::prepare(opened, field(), kReserve, random));
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(pades::SignedRevision::embed(prepared, cms)));
  }
}
BENCHMARK(EmbedCms);

}  // namespace
}  // namespace rakkan::bench
