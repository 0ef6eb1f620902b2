// A P-256 key whose signatures cost next to nothing, and are valid: what is left of a line is its own cost.
#pragma once

#include <memory>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::bench {

// A fresh key that signs every digest with the same ephemeral number, so that a signature is one multiplication (SEC 1
// §4.1.3 without its scalar multiplication). Two signatures tell the private key: for benchmarks, where nothing else
// would be free for digests that are never the same (a timestamp has a serial number of its own).
[[nodiscard]] Result<std::shared_ptr<crypto::Signer>> make_free_key();

}  // namespace rakkan::bench
