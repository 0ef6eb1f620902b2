// Sizes and headers of DER elements whose content size is known before they are written, which lets
// assemble_signed_data write every byte once.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/der/tag.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::cms {

inline constexpr std::size_t kMaxMessageSize = std::size_t{64} << 20;  // bytes

// The size of an element with that many content octets.
inline std::size_t element_size(std::size_t content_size) noexcept {
  return der::header_size(content_size) + content_size;
}

using der::append_header;

inline void append_element(Bytes& out, der::Tag tag, ByteView content) {
  append_header(out, tag, content.size());
  append(out, content);
}

// The same failure under another code, that of the structure that was being read.
inline tl::unexpected<Error> malformed_as(ErrorCode code, Error error) {
  if (error.code == ErrorCode::malformed_der) {
    error.code = code;
  }
  return fail(std::move(error));
}

}  // namespace rakkan::cms
