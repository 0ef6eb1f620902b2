// Opening a document: the chain of cross-reference sections and no more, whatever the file's size.
#include <benchmark/benchmark.h>

#include <string>

#include "micro.hpp"
#include "rakkan/pdf/document.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::bench {
namespace {

// Pages with a stream each: 3 objects a page.
Bytes document(long pages, bool streams) {
  test::PdfBuilder pdf;
  std::string kids;
  for (long page = 0; page < pages; ++page) {
    const auto own = static_cast<std::uint32_t>(3 + 2 * page);
    kids += std::to_string(own) + " 0 R ";
    pdf.object(own, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents " + std::to_string(own + 1) + " 0 R>>");
    pdf.stream(own + 1, "", std::string(2000, ' '));
  }
  pdf.object(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.object(2, "<</Type/Pages/Count " + std::to_string(pages) + "/Kids[" + kids + "]>>");
  if (streams) {
    return pdf.xref_stream(static_cast<std::uint32_t>(3 + 2 * pages), "/Root 1 0 R").bytes();
  }
  return pdf.table("/Root 1 0 R").bytes();
}

void OpenDocument(benchmark::State& state, bool streams) {
  const Bytes pdf = document(state.range(0), streams);
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(must(pdf::Document::open(pdf)));
  }
}
BENCHMARK_CAPTURE(OpenDocument, table, false)->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(OpenDocument, xref_stream, true)->Arg(10)->Arg(1000);

}  // namespace
}  // namespace rakkan::bench
