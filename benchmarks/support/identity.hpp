// Keys with certificates for benchmarks: a root, an issuing CA and a signer, made at start.
#pragma once

#include <memory>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::bench {

// A certificate for `key`, signed by an issuing CA below a root, both P-256 and new: with its chain, without the root.
struct Identity {
  std::shared_ptr<crypto::Signer> key;
  pki::Certificate certificate;
  std::vector<pki::Certificate> chain;
};
[[nodiscard]] Result<Identity> issue_identity(std::shared_ptr<crypto::Signer> key, bool timestamping = false);

// A signer that costs nothing after its first signature of a digest: it hands out the value that `inner` made. The
// signature stays valid, so the self-check of the signing line runs as ever.
[[nodiscard]] std::shared_ptr<crypto::Signer> make_remembering_signer(std::shared_ptr<crypto::Signer> inner);

}  // namespace rakkan::bench
