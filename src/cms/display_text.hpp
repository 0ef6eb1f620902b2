// Texts of a signer, for people: in UTF-8, from strings of any type, of bounded number and size.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {

// The text of a character string, of at most 4 KiB; of other elements, and of strings that are longer or none of their
// type, nothing.
[[nodiscard]] std::string display_text(const der::Element& element);

// Appends the texts of all character strings among the elements and inside them, until `texts` has `most`. GeneralNames
// that are texts (rfc822Name [1], dNSName [2], uniformResourceIdentifier [6]) count as such. An element that cannot be
// read ends the search.
void collect_texts(ByteView elements, std::size_t most, std::vector<std::string>& texts);

}  // namespace rakkan::cms
