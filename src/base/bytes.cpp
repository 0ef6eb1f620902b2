#include "rakkan/base/bytes.hpp"

#include <algorithm>

namespace rakkan {

bool equal(ByteView a, ByteView b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace rakkan
