// Sizes and headers of DER elements whose content size is known before they are written: what lets assemble_signed_data
// write every byte once.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/der/tag.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::cms {

// Size of an element with that many content octets.
inline std::size_t element_size(std::size_t content_size) noexcept {
  return der::header_size(content_size) + content_size;
}

// Appends identifier and length octets (X.690 §8.1.3, shortest form).
inline void append_header(Bytes& out, der::Tag tag, std::size_t content_size) {
  out.push_back(static_cast<Byte>(tag));
  if (content_size < 0x80) {
    out.push_back(static_cast<Byte>(content_size));
    return;
  }
  unsigned octets = 1;
  for (std::size_t rest = content_size >> 8; rest != 0; rest >>= 8) {
    ++octets;
  }
  out.push_back(static_cast<Byte>(0x80U | octets));
  while (octets-- != 0) {
    out.push_back(static_cast<Byte>(content_size >> (8 * octets) & 0xFFU));
  }
}

inline void append_element(Bytes& out, der::Tag tag, ByteView content) {
  append_header(out, tag, content.size());
  append(out, content);
}

// The same failure, under the code of the structure that was being read.
inline tl::unexpected<Error> malformed_as(ErrorCode code, Error error) {
  if (error.code == ErrorCode::malformed_der) {
    error.code = code;
  }
  return fail(std::move(error));
}

}  // namespace rakkan::cms
