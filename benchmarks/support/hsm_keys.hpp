// A SoftHSM token for the time of a benchmark, in a folder of its own, and the limit that it sets: C_SignInit and
// C_Sign alone.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::bench {

class HsmKeys {
 public:
  struct Key {
    std::string label;
    crypto::KeyKind kind{};
    std::shared_ptr<crypto::Signer> signer;
  };

  // Sets SOFTHSM2_CONF of this process, so before anything else loads the module.
  [[nodiscard]] static Result<std::unique_ptr<HsmKeys>> create();
  ~HsmKeys();

  // `label`: of the key; empty: the kind's name.
  [[nodiscard]] Result<Key> generate(crypto::KeyKind kind, std::string label = {});
  // PKCS#11 calls only: a session for each thread, the key looked up once, 32-byte digests, for about that long. The
  // number of signatures; 0 when a call failed.
  [[nodiscard]] long raw_signatures(const Key& key, unsigned threads, std::chrono::milliseconds time) const;

  struct Impl;
  explicit HsmKeys(std::unique_ptr<Impl> impl) noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::bench
