// Decryption is the standard security handler (ISO 32000-2 §7.6.4) of one document, for reading alone.
#pragma once

#include <memory>
#include <optional>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

class Decryption {
 public:
  // The decrypted bytes of a string of the object.
  [[nodiscard]] Bytes string(Reference object, ByteView encrypted) const;
  // The decrypted bytes of a stream.
  [[nodiscard]] Result<Bytes> stream(const Object& stream, ByteView encrypted) const;
};

}  // namespace rakkan::pdf
