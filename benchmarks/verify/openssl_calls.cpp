// The program's own definitions of two functions of OpenSSL stand before those of the library, which they count and
// call: nothing in Rakkan has to be made for it.
#include "openssl_calls.hpp"

#include <dlfcn.h>
#include <openssl/evp.h>

namespace {

thread_local rakkan::bench::OpensslCalls calls;

template <class Function>
Function* next(const char* name) {
  // POSIX lets a symbol's address become a function; the standard has no cast for it but this.
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int EVP_PKEY_verify(EVP_PKEY_CTX* context, const unsigned char* signature, std::size_t signature_size,
                    const unsigned char* digest, std::size_t digest_size) {
  static auto* const of_library = next<decltype(EVP_PKEY_verify)>("EVP_PKEY_verify");
  ++calls.verifications;
  return of_library(context, signature, signature_size, digest, digest_size);
}

int EVP_DigestUpdate(EVP_MD_CTX* context, const void* data, std::size_t size) {
  static auto* const of_library = next<decltype(EVP_DigestUpdate)>("EVP_DigestUpdate");
  calls.digested += size;
  return of_library(context, data, size);
}

}  // extern "C"

namespace rakkan::bench {

OpensslCalls openssl_calls() noexcept { return calls; }

}  // namespace rakkan::bench
