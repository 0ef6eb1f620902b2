// The identity of an authority over its certificates.
#pragma once

#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// The same name and key: another certificate of an authority speaks as the authority itself.
[[nodiscard]] inline bool is_same_ca(const Certificate& a, const Certificate& b) {
  return equal(a.spki(), b.spki()) && a.subject().matches(b.subject());
}

}  // namespace rakkan::pki
