// from_ber converts structures that others send in the Basic Encoding Rules (X.690 §8) where DER is wanted: CMS from
// writers that do not know lengths in advance. Reader itself stays strict.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::der {

// Returns one BER element with its indefinite lengths (§8.1.3.6) made definite, its OCTET STRINGs in pieces (§8.7.3)
// made whole, and the lengths of the elements around those written anew. Everything else keeps its bytes: a certificate
// stays the one that was signed. So the result need not be DER, and a Reader refuses the other liberties of BER
// (lengths that are not minimal, other strings in pieces, sets out of order). For DER the result is a copy.
//
// Fails with malformed_der and the offset in the input, also for more than 1 MiB, nesting deeper than
// Reader::kMaxDepth, tags of several octets, and bytes after the element.
[[nodiscard]] Result<Bytes> from_ber(ByteView ber);

}  // namespace rakkan::der
