// What the micro benchmarks share: values or the end of the program, and one identity for all.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "identity.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/software_signer.hpp"

namespace rakkan::bench {

[[noreturn]] inline void stop(const Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    stop(result.error());
  }
  return std::move(*result);
}

inline void must(const Result<void>& result) {
  if (!result) {
    stop(result.error());
  }
}

// A P-256 key with its certificate and issuing CA.
inline const Identity& signer_identity() {
  static const Identity identity = must(issue_identity(
      std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256)))));
  return identity;
}

}  // namespace rakkan::bench
