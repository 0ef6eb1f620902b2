#include "service/document_work.hpp"

#include <algorithm>
#include <string>

namespace rakkan::service {

// The limits for documents that are read on an I/O thread: a document of some 10 KB can be made to inflate to 10 MB, or
// to have the same bytes read again and again.
pdf::Limits DocumentWork::little_of(pdf::Limits limits) {
  limits.max_inflated = std::min<std::size_t>(limits.max_inflated, 1U << 20);
  limits.max_parsed = std::min<std::uint64_t>(limits.max_parsed, 1U << 20);
  limits.max_values = std::min<std::uint64_t>(limits.max_values, 50'000);
  limits.max_page_tree = std::min(limits.max_page_tree, 2'000U);
  limits.max_fields = std::min(limits.max_fields, 2'000U);
  return limits;
}

Result<void> DocumentWork::check_size(std::uint64_t document) const {
  if (document > limits_.document) {
    return fail(ErrorCode::input_too_large, "at most " + std::to_string(limits_.document) + " bytes are accepted",
                "document");
  }
  return {};
}

}  // namespace rakkan::service
