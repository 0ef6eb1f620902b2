// A whole document from outside: sections, objects, pages, form, signatures; every value stays inside its source.
#include <algorithm>
#include <cstdlib>

#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/page_tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::pdf;
  Limits limits;
  limits.max_inflated = 1 << 20;
  const auto document = Document::open({data, size}, limits);
  if (!document) {
    return 0;
  }
  for (std::uint32_t number = 0; number < std::min(document->next_object_number(), 500U); ++number) {
    const auto object = document->load(number);
    if (!object || *object == nullptr) {
      continue;
    }
    const Value value = (*object)->value();
    if ((*object)->number() != number || ((*object)->in_base() && value.end_offset() > size)) {
      std::abort();
    }
    static_cast<void>((*object)->is_stream() ? document->decoded_stream(**object) : rakkan::Result<rakkan::Bytes>{});
  }
  static_cast<void>(document->revisions());
  static_cast<void>(page_count(*document));
  static_cast<void>(certification(*document));
  const auto form = AcroForm::read(*document);
  static_cast<void>(form && *form ? signatures(*document, **form) : rakkan::Result<std::vector<Signature>>{});
  return 0;
}
