// Lists about some reasons of revocation that are together about all of them (RFC 5280 §6.3.3 (l)).
#pragma once

#include <vector>

#include "rakkan/pki/revocation_facts.hpp"

namespace rakkan::pki {

// A fact for each time from which lists together say that the certificate is good: from there on backwards the newest
// ones that add a reason. `facts` has newer ones before older ones.
[[nodiscard]] std::vector<RevocationFact> crl_unions(const std::vector<RevocationFact>& facts);

}  // namespace rakkan::pki
