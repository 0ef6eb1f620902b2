#include "rakkan/crypto/verification_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "crypto/openssl.hpp"
#include "crypto/openssl_key.hpp"
#include "crypto/verification_digest.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::crypto {
namespace {

using der::Oid;
using der::Reader;
using der::Tag;

constexpr Oid kRsaEncryption{1, 2, 840, 113549, 1, 1, 1};
constexpr Oid kRsassaPss{1, 2, 840, 113549, 1, 1, 10};
constexpr Oid kDsa{1, 2, 840, 10040, 4, 1};
constexpr Oid kEcPublicKey{1, 2, 840, 10045, 2, 1};
constexpr Oid kEd25519{1, 3, 101, 112};
constexpr Oid kEd448{1, 3, 101, 113};

constexpr std::size_t kLeastModulus = 1024;
constexpr std::size_t kMostModulus = 16384;
constexpr std::size_t kMostExponent = 256;
// OpenSSL verifies with an exponent above 64 bits only up to this size.
constexpr std::size_t kModulusOfLongExponents = 3072;
// A verification with an RSA key of these bits and the exponent 65537, about as dear as one by P-256, counts once.
constexpr std::size_t kOrdinaryModulus = 4096;
constexpr std::size_t kOrdinaryExponent = 17;
constexpr std::size_t kMostDsaModulus = 10000;

struct Curve {
  Oid oid;
  const char* name;
  const char* group;  // OpenSSL's name
  std::size_t bits;
  std::size_t cost;  // of VerificationKey
};
// RFC 5480 §2.1.1.1, RFC 5639 §4.1 (r1 and the twisted t1), SEC 2.
constexpr std::array kCurves = {
    Curve{{1, 2, 840, 10045, 3, 1, 7}, "P-256", "P-256", 256, 1},
    Curve{{1, 3, 132, 0, 34}, "P-384", "P-384", 384, 10},
    Curve{{1, 3, 132, 0, 35}, "P-521", "P-521", 521, 9},
    Curve{{1, 3, 132, 0, 33}, "P-224", "P-224", 224, 1},
    Curve{{1, 3, 132, 0, 10}, "secp256k1", "secp256k1", 256, 5},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 5}, "brainpoolP224r1", "brainpoolP224r1", 224, 5},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}, "brainpoolP256r1", "brainpoolP256r1", 256, 5},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 8}, "brainpoolP256t1", "brainpoolP256t1", 256, 5},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 9}, "brainpoolP320r1", "brainpoolP320r1", 320, 7},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 10}, "brainpoolP320t1", "brainpoolP320t1", 320, 7},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 11}, "brainpoolP384r1", "brainpoolP384r1", 384, 10},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 12}, "brainpoolP384t1", "brainpoolP384t1", 384, 10},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 13}, "brainpoolP512r1", "brainpoolP512r1", 512, 16},
    Curve{{1, 3, 36, 3, 3, 2, 8, 1, 1, 14}, "brainpoolP512t1", "brainpoolP512t1", 512, 16},
};

// Products of numbers of `bits`, about one for each bit of the exponent.
std::size_t cost_of_power(std::size_t bits, std::size_t exponent_bits) noexcept {
  constexpr std::size_t kOrdinary = kOrdinaryModulus * kOrdinaryModulus * kOrdinaryExponent;
  return std::max<std::size_t>(1, bits * bits * exponent_bits / kOrdinary);
}

tl::unexpected<Error> unsupported(std::string what) { return fail(ErrorCode::unsupported_algorithm, std::move(what)); }

Result<void> verdict(int result) {
  if (result == 1) {
    return {};
  }
  ERR_clear_error();  // OpenSSL leaves the reasons for a wrong signature in its error queue
  return fail(ErrorCode::signature_invalid, "the signature does not verify with the key");
}

}  // namespace

struct VerificationKey::Parts {
  using Type = VerificationKey::Type;

  Type type{};
  std::size_t bits = 0;
  std::size_t subgroup_bits = 0;
  std::size_t cost = 1;
  Oid curve;
  const char* curve_name = "";
  std::optional<PssParameters> pss;  // of an id-RSASSA-PSS key that restricts its signatures
  Bytes dsa_parameters;              // Dss-Parms, complete DER
  Bytes spki;
  Digest identity = digest(DigestAlgorithm::sha256, ByteView{});
  std::shared_ptr<void> key;  // EVP_PKEY

  // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 3279 §2.3.1)
  Result<void> read_rsa(ByteView encoding) {
    Reader top(encoding);
    RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    RAKKAN_TRY(const ByteView modulus, fields.unsigned_integer());
    RAKKAN_TRY(const ByteView exponent, fields.unsigned_integer());
    RAKKAN_CHECK(fields.end());
    bits = bits_of(modulus);
    if (bits < kLeastModulus || bits > kMostModulus) {
      return unsupported("RSA key of " + std::to_string(bits) + " bits");
    }
    const std::size_t exponent_bits = bits_of(exponent);
    if ((modulus.back() & 1) == 0 || exponent_bits < 2 || (exponent.back() & 1) == 0) {
      return fail(ErrorCode::malformed_der, "RSA modulus or exponent is even, or the exponent below 3");
    }
    if (exponent_bits > kMostExponent || (bits > kModulusOfLongExponents && exponent_bits > 64)) {
      return unsupported("RSA exponent of " + std::to_string(exponent_bits) + " bits");
    }
    cost = cost_of_power(bits, exponent_bits);
    RAKKAN_TRY(key, make_rsa_key(modulus, exponent));
    return {};
  }

  // RFC 4055 §1.2, §3.1: without parameters the key may be used with any; with them the hashes of a signature are
  // those, and its salt is no shorter.
  Result<void> read_pss(Reader& algorithm, ByteView encoding) {
    type = Type::rsa_pss;
    if (!algorithm.at_end()) {
      RAKKAN_TRY(pss, read_pss_parameters(algorithm));
    }
    RAKKAN_CHECK(algorithm.end());
    return read_rsa(encoding);
  }

  // EcpkParameters: namedCurve alone (RFC 5480 §2.1.1); ECPoint ::= OCTET STRING (§2.2).
  Result<void> read_ec(Reader& algorithm, ByteView point) {
    type = Type::ec;
    if (algorithm.peek() != Tag::oid) {
      return unsupported("elliptic curve without a name");
    }
    RAKKAN_TRY(curve, algorithm.oid());
    RAKKAN_CHECK(algorithm.end());
    const auto* const row =
        std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& each) { return each.oid == curve; });
    if (row == kCurves.end()) {
      return unsupported("elliptic curve " + curve.dotted());
    }
    bits = row->bits;
    cost = row->cost;
    curve_name = row->name;
    const std::size_t field = (row->bits + 7) / 8;
    const bool compressed = point.size() == 1 + field && (point.front() == 0x02 || point.front() == 0x03);
    const bool whole = point.size() == 1 + 2 * field && point.front() == 0x04;
    if (!compressed && !whole) {
      return fail(ErrorCode::malformed_der, "not a point of " + std::string(row->name));
    }
    RAKKAN_TRY(key, make_ec_key(row->group, point));
    return {};
  }

  // Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }; DSAPublicKey ::= INTEGER (RFC 3279 §2.3.2)
  Result<void> read_dsa(Reader& algorithm, ByteView encoding, const VerificationKey* issuer) {
    type = Type::dsa;
    if (algorithm.at_end() || algorithm.peek() == Tag::null) {
      if (issuer == nullptr || issuer->type() != Type::dsa) {
        return unsupported("a DSA key that inherits its parameters");
      }
      dsa_parameters = issuer->parts_->dsa_parameters;
    } else {
      RAKKAN_TRY(const der::Element element, algorithm.element(Tag::sequence));
      RAKKAN_CHECK(algorithm.end());
      dsa_parameters = copy_of(element.encoding);
    }
    Reader parameters_top(dsa_parameters);
    RAKKAN_TRY(Reader fields, parameters_top.enter(Tag::sequence));
    RAKKAN_TRY(const ByteView p, fields.unsigned_integer());
    RAKKAN_TRY(const ByteView q, fields.unsigned_integer());
    RAKKAN_TRY(const ByteView g, fields.unsigned_integer());
    RAKKAN_CHECK(fields.end());
    Reader key_top(encoding);
    RAKKAN_TRY(const ByteView y, key_top.unsigned_integer());
    RAKKAN_CHECK(key_top.end());
    bits = bits_of(p);
    subgroup_bits = bits_of(q);
    if (bits > kMostDsaModulus || bits < 512 ||
        (subgroup_bits != 160 && subgroup_bits != 224 && subgroup_bits != 256)) {
      return unsupported("DSA key of " + std::to_string(bits) + " and " + std::to_string(subgroup_bits) + " bits");
    }
    if (bits_of(g) < 2 || bits_of(g) > bits || bits_of(y) < 2 || bits_of(y) > bits) {
      return fail(ErrorCode::malformed_der, "not a DSA key");
    }
    cost = cost_of_power(bits, subgroup_bits);
    std::array<Bytes, 4> numbers = {native_order(p), native_order(q), native_order(g), native_order(y)};
    std::array parameters = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_P, numbers[0].data(), numbers[0].size()),
                             OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_Q, numbers[1].data(), numbers[1].size()),
                             OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_G, numbers[2].data(), numbers[2].size()),
                             OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PUB_KEY, numbers[3].data(), numbers[3].size()),
                             OSSL_PARAM_construct_end()};
    RAKKAN_TRY(key, make_public_key("DSA", parameters.data()));
    return {};
  }

  Result<void> read_edwards(Reader& algorithm, ByteView point, bool short_one) {
    type = short_one ? Type::ed25519 : Type::ed448;
    bits = short_one ? 256 : 456;
    cost = short_one ? 1 : 3;
    RAKKAN_CHECK(algorithm.end());  // RFC 8410 §3: no parameters
    if (point.size() != (short_one ? 32U : 57U)) {
      return fail(ErrorCode::malformed_der, "not a point of the Edwards curve");
    }
    RAKKAN_TRY(key, make_raw_key(short_one ? "ED25519" : "ED448", point));
    return {};
  }

  Result<void> read(const VerificationKey* issuer) {
    Reader top(spki);
    RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    RAKKAN_TRY(Reader algorithm, fields.enter(Tag::sequence));
    RAKKAN_TRY(const Oid oid, algorithm.oid());
    RAKKAN_TRY(const ByteView encoding, fields.bit_string());
    RAKKAN_CHECK(fields.end());
    if (oid == kRsaEncryption) {
      if (!algorithm.at_end()) {
        RAKKAN_CHECK(algorithm.null());
        RAKKAN_CHECK(algorithm.end());
      }
      return read_rsa(encoding);
    }
    if (oid == kRsassaPss) {
      return read_pss(algorithm, encoding);
    }
    if (oid == kEcPublicKey) {
      return read_ec(algorithm, encoding);
    }
    if (oid == kDsa) {
      return read_dsa(algorithm, encoding, issuer);
    }
    if (oid == kEd25519 || oid == kEd448) {
      return read_edwards(algorithm, encoding, oid == kEd25519);
    }
    return unsupported("public key algorithm " + oid.dotted());
  }

  [[nodiscard]] bool suits(const VerificationAlgorithm& algorithm) const noexcept {
    switch (algorithm.scheme) {
      case VerificationScheme::rsa_pkcs1:
        return type == Type::rsa;
      case VerificationScheme::rsa_pss:
        return type == Type::rsa || (type == Type::rsa_pss && keeps_to_key(algorithm.pss.value_or(PssParameters{})));
      case VerificationScheme::dsa:
        return type == Type::dsa;
      case VerificationScheme::ecdsa:
        return type == Type::ec;
      case VerificationScheme::ed25519:
        return type == Type::ed25519;
      case VerificationScheme::ed448:
        return type == Type::ed448;
    }
    return false;
  }

 private:
  [[nodiscard]] bool keeps_to_key(const PssParameters& of_signature) const noexcept {
    return !pss || (of_signature.hash == pss->hash && of_signature.mask_hash == pss->mask_hash &&
                    of_signature.salt_length >= pss->salt_length);
  }
};

namespace {

// A context for verification, ready for the hash and the signature. DSA and ECDSA take the hash as it is (FIPS 186-5
// §6.4.2 cuts it to the size of the order), so OpenSSL is not told which one it is and has no opinion about it.
Result<PkeyContext> begin(EVP_PKEY* key, const VerificationAlgorithm& algorithm) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  bool ready = context && EVP_PKEY_verify_init(context.get()) == 1;
  if (ready && algorithm.scheme == VerificationScheme::rsa_pkcs1) {
    ready = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(context.get(), verification_digest(*algorithm.hash)) == 1;
  } else if (ready && algorithm.scheme == VerificationScheme::rsa_pss) {
    const PssParameters pss = algorithm.pss.value_or(PssParameters{});
    ready = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(context.get(), verification_digest(pss.hash)) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), verification_digest(pss.mask_hash)) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), static_cast<int>(pss.salt_length)) == 1;
  }
  if (!ready) {
    ERR_clear_error();
    return unsupported("OpenSSL does not verify " + algorithm.name() + " with this key");
  }
  return context;
}

// Contexts are the contexts that each thread used last, with their keys: a context costs half as much as an RSA
// verification and may verify again and again.
class Contexts {
 public:
  [[nodiscard]] Result<EVP_PKEY_CTX*> get(const std::shared_ptr<void>& key, const VerificationAlgorithm& algorithm) {
    for (const Ready& one : ready_) {
      if (one.key == key && one.scheme == algorithm.scheme && one.hash == algorithm.hash && one.pss == algorithm.pss) {
        return one.context.get();
      }
    }
    RAKKAN_TRY(PkeyContext context, begin(static_cast<EVP_PKEY*>(key.get()), algorithm));
    Ready& place = ready_[next_++ % ready_.size()];
    place = {key, algorithm.scheme, algorithm.hash, algorithm.pss, std::move(context)};
    return place.context.get();
  }

 private:
  struct Ready {
    std::shared_ptr<void> key;
    VerificationScheme scheme{};
    std::optional<HashAlgorithm> hash;
    std::optional<PssParameters> pss;
    PkeyContext context;
  };
  std::array<Ready, 8> ready_;
  std::size_t next_ = 0;
};

bool is_eddsa(const VerificationAlgorithm& algorithm) noexcept {
  return algorithm.scheme == VerificationScheme::ed25519 || algorithm.scheme == VerificationScheme::ed448;
}

}  // namespace

Result<VerificationKey> VerificationKey::from_spki(ByteView spki, const VerificationKey* issuer) {
  auto parts = std::make_shared<Parts>();
  parts->spki = copy_of(spki);
  RAKKAN_CHECK(parts->read(issuer));
  parts->identity = digest(DigestAlgorithm::sha256, {parts->spki, parts->dsa_parameters});
  return VerificationKey(std::move(parts));
}

VerificationKey::Type VerificationKey::type() const noexcept { return parts_->type; }
std::size_t VerificationKey::cost() const noexcept { return parts_->cost; }
std::size_t VerificationKey::bits() const noexcept { return parts_->bits; }
std::size_t VerificationKey::subgroup_bits() const noexcept { return parts_->subgroup_bits; }
const Oid& VerificationKey::curve() const noexcept { return parts_->curve; }
ByteView VerificationKey::spki() const noexcept { return parts_->spki; }
const Digest& VerificationKey::identity() const noexcept { return parts_->identity; }

std::string VerificationKey::name() const {
  switch (type()) {
    case Type::rsa:
    case Type::rsa_pss:
      return "RSA-" + std::to_string(bits());
    case Type::dsa:
      return "DSA-" + std::to_string(bits());
    case Type::ec:
      return parts_->curve_name;
    case Type::ed25519:
      return "Ed25519";
    case Type::ed448:
      return "Ed448";
  }
  return {};
}

Result<void> VerificationKey::verify(const VerificationAlgorithm& algorithm, const HashValue& hash,
                                     ByteView signature) const {
  if (!parts_->suits(algorithm)) {
    return unsupported(algorithm.name() + " with a key of kind " + name());
  }
  if (is_eddsa(algorithm)) {
    return unsupported(algorithm.name() + " signs the message, not its hash");
  }
  if (algorithm.hash != hash.algorithm()) {
    return unsupported(algorithm.name() + " over a hash of " + std::string(info(hash.algorithm()).name));
  }
  thread_local Contexts contexts;
  RAKKAN_TRY(auto* context, contexts.get(parts_->key, algorithm));
  const ByteView value = hash.view();
  return verdict(EVP_PKEY_verify(context, signature.data(), signature.size(), value.data(), value.size()));
}

Result<void> VerificationKey::verify_message(const VerificationAlgorithm& algorithm, ByteView message,
                                             ByteView signature) const {
  if (!is_eddsa(algorithm)) {
    RAKKAN_TRY(const HashValue value, hash(algorithm.hash.value_or(HashAlgorithm::sha1), message));
    return verify(algorithm, value, signature);
  }
  if (!parts_->suits(algorithm)) {
    return unsupported(algorithm.name() + " with a key of kind " + name());
  }
  const DigestContext context(EVP_MD_CTX_new());
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(parts_->key.get())) != 1) {
    return fail(openssl_error("the key cannot verify"));
  }
  return verdict(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()));
}

bool inherits_parameters(ByteView spki) noexcept {
  const auto reads = [&]() -> Result<bool> {
    Reader top(spki);
    RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
    RAKKAN_TRY(Reader algorithm, fields.enter(Tag::sequence));
    RAKKAN_TRY(const Oid oid, algorithm.oid());
    return oid == kDsa && (algorithm.at_end() || algorithm.peek() == Tag::null);
  };
  return reads().value_or(false);
}

}  // namespace rakkan::crypto
