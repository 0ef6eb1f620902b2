// A document from outside, cut anywhere: its pieces read as the whole does, or are refused. Two bytes say where the cut
// is, the rest is the document.
#include <cstdio>
#include <cstdlib>

#include "support/document_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  if (size < 3) {
    return 0;
  }
  const ByteView whole(data + 2, size - 2);
  const std::size_t cut = (std::size_t{data[0]} << 8 | data[1]) % whole.size();
  pdf::DocumentBytes bytes(whole.first(cut));
  bytes.append(whole.subspan(cut));
  pdf::Limits limits;
  limits.max_inflated = 1 << 20;
  const auto pieces = pdf::Document::open(std::move(bytes), limits);
  if (!pieces) {
    return 0;
  }
  const auto joined = pdf::Document::open(whole, limits);
  if (!joined) {
    std::fprintf(stderr, "only the pieces are read: %s\n", to_string(joined.error()).c_str());
    std::abort();
  }
  if (const std::string fact = test::disagreement(*pieces, *joined, 100); !fact.empty()) {
    std::fprintf(stderr, "the pieces are another document: %s\n", fact.c_str());
    std::abort();
  }
  return 0;
}
