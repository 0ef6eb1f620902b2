#include "raw_verify.hpp"

#include <openssl/x509.h>

#include "crypto/signature_operation.hpp"
#include "must.hpp"

namespace rakkan::bench {
namespace {

using Key = std::unique_ptr<EVP_PKEY, crypto::OpenSslFree<EVP_PKEY_free>>;

[[noreturn]] void stop_here(const char* why) { stop({ErrorCode::internal, why, {}, {}, {}}); }

Key key_of(ByteView spki) {
  const unsigned char* at = spki.data();
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key) {
    stop_here("OpenSSL cannot read the key");
  }
  return key;
}

}  // namespace

struct RawVerify::Parts {
  Key key;
  crypto::PkeyContext context;
  crypto::Digest digest;
  Bytes signature;
};

RawVerify::RawVerify(crypto::Signer& key) {
  const crypto::AlgorithmSuite& suite = crypto::default_suite(key.public_key().kind());
  const crypto::Digest digest = crypto::digest(suite.digest, bytes_of("a document"));
  Key parsed = key_of(key.public_key().spki());
  crypto::PkeyContext context = must(crypto::begin_operation(crypto::Operation::verify, parsed.get(), suite));
  parts_ = std::make_unique<Parts>(Parts{std::move(parsed), std::move(context), digest, must(key.sign(suite, digest))});
}
RawVerify::~RawVerify() = default;

void RawVerify::once() const {
  const Parts& all = *parts_;
  if (EVP_PKEY_verify(all.context.get(), all.signature.data(), all.signature.size(), all.digest.view().data(),
                      all.digest.view().size()) != 1) {
    stop_here("OpenSSL does not verify the signature");
  }
}

}  // namespace rakkan::bench
