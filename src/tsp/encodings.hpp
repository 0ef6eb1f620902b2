// Encodings beside strict DER that real requesters and authorities send.
#pragma once

#include <utility>

#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::tsp {

// BOOLEAN DEFAULT FALSE, also where the FALSE is written out, which X.690 §11.5 forbids in DER: requesters and
// authorities that always write it are many, and what it says is beyond doubt.
[[nodiscard]] inline Result<bool> read_flag(der::Reader& fields) {
  return fields.peek() == der::Tag::boolean ? fields.boolean() : Result<bool>(false);
}

// What `read` makes of the encoding as it is, or else, when it is BER, of that as DER (der::from_ber). `read` keeps no
// view of what it reads.
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
