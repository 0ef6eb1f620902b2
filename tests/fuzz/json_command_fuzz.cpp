// A JSON document that is read goes back to text, and that text is read as the same.
#include <cstdint>
#include <cstdlib>

#include "rakkan/json/reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto document = json::Document::parse(text_of({data, size}), ErrorCode::malformed_json);
  if (!document) {
    return 0;
  }
  json::Members root = document->root();
  static_cast<void>(root.secret("pin", 64));
  static_cast<void>(root.texts("digests", 8, 128));
  static_cast<void>(root.objects("list", 8));
  static_cast<void>(root.done());
  const std::string text = root.to_json();
  const auto again = json::Document::parse(text, ErrorCode::malformed_json, {8 * size + 1'024, 16});
  if (!again || again->root().to_json() != text) {
    std::abort();
  }
  return 0;
}
