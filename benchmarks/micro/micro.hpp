// The identity that all micro benchmarks share.
#pragma once

#include "identity.hpp"
#include "must.hpp"
#include "rakkan/crypto/software_signer.hpp"

namespace rakkan::bench {

// A P-256 key with its certificate and issuing CA.
inline const Identity& signer_identity() {
  static const Identity identity = must(issue_identity(
      std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256)))));
  return identity;
}

}  // namespace rakkan::bench
