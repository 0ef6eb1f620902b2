// The data of an object stream from outside, under every filter: two bytes choose filter and /First, the rest is the
// stream.
#include <array>
#include <cstdlib>

#include "rakkan/pdf/document.hpp"
#include "support/pdf_builder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  if (size < 2) {
    return 0;
  }
  constexpr std::array<std::string_view, 8> kFilters = {
      "",
      "/Filter/FlateDecode",
      "/Filter/LZWDecode",
      "/Filter/ASCII85Decode",
      "/Filter[/AHx/RL]",
      "/Filter/RunLengthDecode",
      "/Filter/LZWDecode/DecodeParms<</Predictor 12/Columns 3/EarlyChange 0>>",
      "/Filter/FlateDecode/DecodeParms<</Predictor 2/Colors 3/Columns 2>>"};
  test::PdfBuilder builder;
  builder.object(1, "<</Type/Catalog>>")
      .stream(5, "/Type/ObjStm/N 2/First " + std::to_string(data[1]) + std::string(kFilters.at(data[0] % 8)),
              text_of({data + 2, size - 2}))
      .entry(6, 2, 5, 0)
      .entry(7, 2, 5, 1);
  const Bytes base = builder.xref_stream(8, "/Root 1 0 R").bytes();
  pdf::Limits limits;
  limits.max_inflated = 1 << 20;
  const auto document = pdf::Document::open(base, limits);
  if (!document) {
    std::abort();
  }
  for (const std::uint32_t number : {6U, 7U, 7U}) {
    const auto object = document->load(number);
    if (object && (*object == nullptr || (*object)->location().object_stream != 5)) {
      std::abort();
    }
  }
  return 0;
}
