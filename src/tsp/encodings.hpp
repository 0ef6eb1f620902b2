// Reading encodings beside strict DER that real requesters and authorities send.
#pragma once

#include <utility>

#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::tsp {

// Reads a BOOLEAN DEFAULT FALSE, also where the FALSE is encoded, which X.690 §11.5 forbids in DER: many requesters and
// authorities always write it, and its meaning is beyond doubt.
[[nodiscard]] inline Result<bool> read_flag(der::Reader& fields) {
  return fields.peek() == der::Tag::boolean ? fields.boolean() : Result<bool>(false);
}

// Runs `read` on the encoding as it is, and when that fails and the encoding is BER, on its conversion by
// der::from_ber. `read` must not keep views of its input.
template <class Read>
[[nodiscard]] auto read_also_ber(ByteView encoding, Read read) -> decltype(read(encoding)) {
  auto strict = read(encoding);
  if (strict) {
    return strict;
  }
  const Result<Bytes> der = der::from_ber(encoding);
  return der && !equal(*der, encoding) ? read(*der) : std::move(strict);
}

}  // namespace rakkan::tsp
