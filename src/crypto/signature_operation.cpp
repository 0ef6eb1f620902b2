#include "crypto/signature_operation.hpp"

#include <openssl/rsa.h>

namespace rakkan::crypto {

Result<PkeyContext> begin_operation(Operation operation, EVP_PKEY* key, const AlgorithmSuite& suite) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context) {
    return fail(openssl_error("no context for the key"));
  }
  const int begun =
      operation == Operation::sign ? EVP_PKEY_sign_init(context.get()) : EVP_PKEY_verify_init(context.get());
  bool ready = begun == 1;
  if (suite.scheme == SignatureScheme::rsa_pkcs1) {
    ready = ready && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1;
  } else if (suite.scheme == SignatureScheme::rsa_pss) {
    ready = ready && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1;
  }
  ready = ready && EVP_PKEY_CTX_set_signature_md(context.get(), message_digest(suite.digest)) == 1;
  if (suite.scheme == SignatureScheme::rsa_pss) {
    // RFC 4055 §3.1: MGF1 is with the same digest, which is OpenSSL's default; the salt is exactly as long as the
    // digest.
    ready = ready && EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  if (!ready) {
    return fail(openssl_error("the key cannot be used with " + std::string(suite.name)));
  }
  return context;
}

}  // namespace rakkan::crypto
