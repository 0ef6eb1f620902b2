#include "rakkan/crypto/sha1_name.hpp"

#include <new>

#include "crypto/openssl.hpp"

namespace rakkan::crypto {

Sha1Name sha1_name(ByteView data) {
  // Never freed: it lives as long as the process.
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  Sha1Name name{};
  unsigned size = 0;
  if (sha1 == nullptr || EVP_Digest(data.data(), data.size(), name.data(), &size, sha1, nullptr) != 1 ||
      size != name.size()) {
    throw std::bad_alloc();
  }
  return name;
}

}  // namespace rakkan::crypto
