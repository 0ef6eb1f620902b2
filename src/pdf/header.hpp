// The header of a file (ISO 32000-2 §7.5.2).
#pragma once

#include "rakkan/pdf/document.hpp"

namespace rakkan::pdf {

struct Header {
  std::uint64_t offset = 0;  // of "%PDF-"
  Version version;
};

// Readers look for the header in the first 1024 bytes. Fails with not_a_pdf or pdf_malformed.
[[nodiscard]] Result<Header> find_header(ByteView base);

}  // namespace rakkan::pdf
