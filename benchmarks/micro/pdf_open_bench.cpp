// Opening a document: sections, catalog, first page, form. The size of the file should not matter, its revisions and
// the size of a cross-reference stream do.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/page_tree.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::pdf {
namespace {

// A document of about `size` bytes: pages of the given number of objects, and one image that fills the rest.
Bytes document_of(test::XrefForm form, std::size_t size, std::uint32_t pages) {
  test::PdfBuilder builder;
  std::string kids;
  std::vector<std::pair<std::uint32_t, std::string>> objects;
  for (std::uint32_t i = 0; i < pages; ++i) {
    kids += std::to_string(10 + i) + " 0 R ";
    objects.emplace_back(10 + i,
                         "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Resources<</Font<</F1 6 0 R>>>>"
                         "/Contents 3 0 R>>");
  }
  objects.emplace_back(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R>>");
  objects.emplace_back(2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages) + ">>");
  objects.emplace_back(6, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  objects.emplace_back(7, "<</Fields[8 0 R]/SigFlags 3>>");
  objects.emplace_back(8, "<</T(Signature1)/FT/Sig/Subtype/Widget/Rect[0 0 0 0]/P 10 0 R>>");
  if (form == test::XrefForm::object_streams) {
    builder.object_stream(4, objects);
  } else {
    for (const auto& [number, body] : objects) {
      builder.object(number, body);
    }
  }
  builder.stream(3, "", std::string(size, 'x'));
  const std::string trailer = "/Root 1 0 R/ID[<00><00>]";
  return (form == test::XrefForm::table ? builder.table(trailer) : builder.xref_stream(5, trailer)).bytes();
}

void PdfOpen(benchmark::State& state, test::XrefForm form) {
  const Bytes base =
      document_of(form, static_cast<std::size_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
  for (auto unused : state) {
    static_cast<void>(unused);
    const auto document = Document::open(base);
    if (!document || !first_page(*document) || !AcroForm::read(*document)) {
      state.SkipWithError("the document cannot be read");
      return;
    }
  }
  state.counters["document"] = static_cast<double>(base.size());
}

BENCHMARK_CAPTURE(PdfOpen, table, test::XrefForm::table)
    ->ArgNames({"bytes", "pages"})
    ->Args({10 << 10, 2})
    ->Args({200 << 10, 10})
    ->Args({50 << 20, 600});
BENCHMARK_CAPTURE(PdfOpen, xref_stream, test::XrefForm::stream)
    ->ArgNames({"bytes", "pages"})
    ->Args({200 << 10, 10})
    ->Args({50 << 20, 600});
BENCHMARK_CAPTURE(PdfOpen, object_streams, test::XrefForm::object_streams)
    ->ArgNames({"bytes", "pages"})
    ->Args({200 << 10, 10})
    ->Args({50 << 20, 600});

}  // namespace
}  // namespace rakkan::pdf
