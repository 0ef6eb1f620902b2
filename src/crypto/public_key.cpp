#include "rakkan/crypto/public_key.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>

#include "crypto/openssl.hpp"
#include "crypto/openssl_key.hpp"
#include "crypto/signature_operation.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::crypto {
namespace {

using der::Oid;
using der::Reader;
using der::Tag;

constexpr Oid kRsaEncryption{1, 2, 840, 113549, 1, 1, 1};
constexpr Oid kEcPublicKey{1, 2, 840, 10045, 2, 1};
constexpr Oid kEd25519{1, 3, 101, 112};

struct Curve {
  KeyKind kind;
  Oid oid;
  const char* group;  // OpenSSL's name
  std::size_t field_size;
};
constexpr std::array kCurves = {
    Curve{KeyKind::ec_p256, {1, 2, 840, 10045, 3, 1, 7}, "P-256", 32},
    Curve{KeyKind::ec_p384, {1, 3, 132, 0, 34}, "P-384", 48},
};

tl::unexpected<Error> unsupported(std::string what) { return fail(ErrorCode::unsupported_algorithm, std::move(what)); }

struct Key {
  KeyKind kind;
  std::shared_ptr<void> handle;
};

std::optional<KeyKind> rsa_kind(ByteView modulus) noexcept {
  switch (bits_of(modulus)) {
    case 2048:
      return KeyKind::rsa_2048;
    case 3072:
      return KeyKind::rsa_3072;
    case 4096:
      return KeyKind::rsa_4096;
    default:
      return std::nullopt;
  }
}

// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 3279 §2.3.1)
Result<Key> rsa_key(ByteView encoding) {
  Reader top(encoding);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(const ByteView modulus, fields.unsigned_integer());
  Reader exponent_at = fields;
  RAKKAN_TRY(const std::uint64_t exponent, fields.small_unsigned());
  RAKKAN_TRY(const ByteView exponent_octets, exponent_at.unsigned_integer());
  RAKKAN_CHECK(fields.end());
  const auto kind = rsa_kind(modulus);
  if (!kind) {
    return unsupported("RSA key that has neither 2048, 3072 nor 4096 bits");
  }
  if ((modulus.back() & 1) == 0) {
    return fail(ErrorCode::malformed_der, "RSA modulus is even");
  }
  if (exponent < 65537 || (exponent & 1) == 0) {
    return unsupported("RSA exponent " + std::to_string(exponent));
  }
  RAKKAN_TRY(auto handle, make_rsa_key(modulus, exponent_octets));
  return Key{*kind, std::move(handle)};
}

// ECPoint ::= OCTET STRING (RFC 5480 §2.2), here uncompressed: 04 || x || y. OpenSSL checks that the point lies on the
// curve.
Result<Key> ec_key(const Oid& curve_oid, ByteView point) {
  const auto curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.oid == curve_oid; });
  if (curve == kCurves.end()) {
    return unsupported("elliptic curve " + curve_oid.dotted());
  }
  if (point.size() != 1 + 2 * curve->field_size || point.front() != 0x04) {
    return fail(ErrorCode::malformed_der, "not an uncompressed point of " + std::string(curve->group));
  }
  RAKKAN_TRY(auto handle, make_ec_key(curve->group, point));
  return Key{curve->kind, std::move(handle)};
}

Result<Key> ed25519_key(ByteView point) {
  if (point.size() != 32) {
    return fail(ErrorCode::malformed_der, "an Ed25519 key has 32 octets");
  }
  RAKKAN_TRY(auto handle, make_raw_key("ED25519", point));
  return Key{KeyKind::ed25519, std::move(handle)};
}

// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING } (RFC 5280 §4.1)
Result<Key> read_spki(ByteView spki) {
  Reader top(spki);
  RAKKAN_TRY(Reader info, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader algorithm, info.enter(Tag::sequence));
  RAKKAN_TRY(const Oid type, algorithm.oid());
  RAKKAN_TRY(const ByteView key, info.bit_string());
  RAKKAN_CHECK(info.end());

  if (type == kRsaEncryption) {
    RAKKAN_CHECK(algorithm.null());  // RFC 3279 §2.3.1: NULL
    RAKKAN_CHECK(algorithm.end());
    return rsa_key(key);
  }
  if (type == kEcPublicKey) {
    if (algorithm.peek() != Tag::oid) {
      return unsupported("elliptic curve without a name");  // RFC 5480 §2.1.1: namedCurve alone is allowed
    }
    RAKKAN_TRY(const Oid curve, algorithm.oid());
    RAKKAN_CHECK(algorithm.end());
    return ec_key(curve, key);
  }
  if (type == kEd25519) {
    RAKKAN_CHECK(algorithm.end());  // RFC 8410 §3: no parameters
    return ed25519_key(key);
  }
  return unsupported("public key algorithm " + type.dotted());
}

Result<void> verdict(int result) {
  if (result == 1) {
    return {};
  }
  ERR_clear_error();  // OpenSSL leaves the reasons for a wrong signature in its error queue
  return fail(ErrorCode::signature_invalid, "the signature does not verify with the key");
}

// VerifyingContexts are the contexts that each thread used last, with their keys. A context costs half as much as an
// RSA verification and may verify again and again.
class VerifyingContexts {
 public:
  [[nodiscard]] Result<EVP_PKEY_CTX*> get(const std::shared_ptr<void>& key, const AlgorithmSuite& suite) {
    for (const Ready& one : ready_) {
      if (one.key == key && one.scheme == suite.scheme && one.digest == suite.digest) {
        return one.context.get();
      }
    }
    RAKKAN_TRY(PkeyContext context, begin_operation(Operation::verify, static_cast<EVP_PKEY*>(key.get()), suite));
    Ready& place = ready_[next_++ % ready_.size()];
    place = {key, suite.scheme, suite.digest, std::move(context)};
    return place.context.get();
  }

 private:
  struct Ready {
    std::shared_ptr<void> key;
    SignatureScheme scheme{};
    DigestAlgorithm digest{};
    PkeyContext context;
  };
  std::array<Ready, 4> ready_;
  std::size_t next_ = 0;
};

Result<void> check_suits(const AlgorithmSuite& suite, KeyKind kind) {
  if (!suits(suite, kind)) {
    return unsupported(std::string(suite.name) + " with a key of kind " + std::string(name(kind)));
  }
  return {};
}

}  // namespace

Result<PublicKey> PublicKey::from_spki(ByteView spki) {
  RAKKAN_TRY(Key made, read_spki(spki));
  PublicKey key;
  key.kind_ = made.kind;
  key.spki_ = std::make_shared<const Bytes>(copy_of(spki));
  key.key_ = std::move(made.handle);
  return key;
}

Result<void> PublicKey::verify(const AlgorithmSuite& suite, const Digest& digest, ByteView signature) const {
  RAKKAN_CHECK(check_suits(suite, kind_));
  if (suite.scheme == SignatureScheme::eddsa) {
    return unsupported("Ed25519 signs the message, not its digest");
  }
  if (suite.digest != digest.algorithm()) {
    return unsupported(std::string(suite.name) + " over a digest of " + std::string(info(digest.algorithm()).name));
  }
  thread_local VerifyingContexts contexts;
  RAKKAN_TRY(auto* context, contexts.get(key_, suite));
  const ByteView value = digest.view();
  return verdict(EVP_PKEY_verify(context, signature.data(), signature.size(), value.data(), value.size()));
}

Result<void> PublicKey::verify_message(const AlgorithmSuite& suite, ByteView message, ByteView signature) const {
  if (suite.scheme != SignatureScheme::eddsa) {
    return verify(suite, digest(suite.digest, message), signature);
  }
  RAKKAN_CHECK(check_suits(suite, kind_));
  const DigestContext context(EVP_MD_CTX_new());
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(key_.get())) != 1) {
    return fail(openssl_error("the key cannot verify"));
  }
  return verdict(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()));
}

}  // namespace rakkan::crypto
