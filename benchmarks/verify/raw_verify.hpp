// The limit of a verification: OpenSSL alone, as `openssl speed` measures it.
#pragma once

#include <memory>

#include "rakkan/crypto/signer.hpp"

namespace rakkan::bench {

// One key and one context, by which the same signature is verified again and again.
class RawVerify {
 public:
  // A signature of the key over some digest.
  explicit RawVerify(crypto::Signer& key);
  ~RawVerify();

  void once() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rakkan::bench
