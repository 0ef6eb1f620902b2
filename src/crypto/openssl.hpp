// OpenSSL for the files of this module: owners of its handles, and its errors as Error values.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::crypto {

template <auto Free>
struct OpenSslFree {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};

using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, OpenSslFree<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslFree<EVP_MD_CTX_free>>;

// The implementation of the algorithm, fetched once a process.
[[nodiscard]] const EVP_MD* message_digest(DigestAlgorithm algorithm);

// The error internal with `what` and OpenSSL's own reason; clears OpenSSL's error queue.
[[nodiscard]] Error openssl_error(std::string what);

}  // namespace rakkan::crypto
