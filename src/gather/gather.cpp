#include "rakkan/gather/gather.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gather/cms_gathering.hpp"
#include "gather/gathering.hpp"
#include "gather/pdf_gathering.hpp"

namespace rakkan::gather {
namespace {

constexpr Byte kSequence = 0x30;

Result<void> not_read() { return fail(ErrorCode::malformed_cms, "not read as CMS"); }

// ISO 32000-1 Annex H.3.4.1: readers look for the header in the first 1024 bytes.
bool is_pdf(ByteView file) noexcept {
  constexpr std::size_t kLatestHeader = 1024 + 5;
  return text_of(file.first(std::min(file.size(), kLatestHeader))).find("%PDF-") != std::string_view::npos;
}

}  // namespace

Result<Gathered> facts_of(ByteView file, const Inputs& inputs) {
  if (file.empty()) {
    return fail(ErrorCode::not_a_pdf, "the file is empty");
  }
  Gathering gathering(inputs, file.size());
  // A CMS message may have a PDF as its content near its beginning.
  const bool begins_as_der = file.front() == kSequence;
  Result<void> message = begins_as_der || !is_pdf(file) ? gather_cms(file, gathering) : not_read();
  if (!message && is_pdf(file)) {
    RAKKAN_CHECK(gather_pdf(file, gathering));
  } else if (!message) {
    return fail(
        Error{ErrorCode::not_a_pdf, "neither a PDF nor a CMS message nor a timestamp token", {}, {}, {}}.because(
            std::move(message).error()));
  }
  return std::move(gathering).finish();
}

}  // namespace rakkan::gather
