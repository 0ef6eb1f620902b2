// Signers made once for the whole test program: RSA keys take a while.
#pragma once

#include <map>

#include "support/test_authority.hpp"

namespace rakkan::cms {

inline test::TestAuthority& authority() {
  static test::TestAuthority root;
  return root;
}

inline const test::Identity& signer_of(crypto::KeyKind kind) {
  static std::map<crypto::KeyKind, test::Identity> made;
  const auto found = made.find(kind);
  return found != made.end() ? found->second : made.emplace(kind, authority().signer(kind)).first->second;
}

inline const crypto::AlgorithmSuite& suite(std::string_view name) { return *crypto::suite_from_name(name); }

}  // namespace rakkan::cms
