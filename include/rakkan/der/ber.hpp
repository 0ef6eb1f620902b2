// Reading structures that others send in the Basic Encoding Rules (X.690 §8) where DER is wanted: CMS from writers that
// do not know lengths in advance. Reader itself stays strict.
#pragma once

#include <cstddef>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/der/tag.hpp"

namespace rakkan::der {

// Returns one BER element with its indefinite lengths (§8.1.3.6) made definite, its OCTET STRINGs in pieces (§8.7.3)
// made whole, and the lengths of the elements around those written anew. Everything else keeps its bytes: a certificate
// stays the one that was signed. So the result need not be DER, and a Reader refuses the other liberties of BER
// (lengths that are not minimal, other strings in pieces, sets out of order). For DER the result is a copy.
//
// Fails with malformed_der and the offset in the input, also for more than 1 MiB, nesting deeper than
// Reader::kMaxDepth, tags of several octets, and bytes after the element.
[[nodiscard]] Result<Bytes> from_ber(ByteView ber);

struct BerOptions {
  std::size_t max_size = std::size_t{1} << 20;  // of the input, in bytes
  // Lengths are written in their shortest form (§10.1), wherever they are not: also inside of what is signed.
  bool minimal_lengths = false;
};

struct BerPrefix {
  Bytes der;
  std::size_t size = 0;  // the octets of the input that the element takes; any may follow
};

// The same for the element at the beginning of the input. Fails as from_ber, and when it is in more than 524288 pieces.
[[nodiscard]] Result<BerPrefix> from_ber_prefix(ByteView input, const BerOptions& options);

struct BerElement {
  Tag tag{};
  ByteView content;   // without header and end-of-contents octets
  ByteView encoding;  // all of it
};

// Takes the BER element at the beginning of `rest` off it, as it is. Fails with malformed_der, and the offset in
// `rest`.
[[nodiscard]] Result<BerElement> take_ber(ByteView& rest);

// True when the elements, at every level, have tags and lengths that DER allows (§10.1, §10.2), their INTEGERs are
// minimal (§8.3.2) and their BOOLEANs 00 or FF (§11.1). The order within a SET OF is not looked at.
[[nodiscard]] bool has_der_form(ByteView elements);

}  // namespace rakkan::der
