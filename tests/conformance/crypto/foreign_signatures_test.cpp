// Signatures of every algorithm that can be verified, made by OpenSSL and verified by us, each with its control: one
// bit of the message and one of the signature.
#include <gmock/gmock.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/der/writer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

constexpr std::string_view kMessage = "ハンコ";

Bytes spki_of(EVP_PKEY* key) {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  Bytes spki(out, out + size);
  OPENSSL_free(out);
  return spki;
}

Key rsa_key(unsigned bits, unsigned long exponent, const char* type = "RSA") {
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  BIGNUM* e = BN_new();
  EXPECT_EQ(BN_set_word(e, exponent), 1);
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e), 1);
  BN_free(e);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_generate(context.get(), &key), 1);
  return Key(key);
}

Key plain_key(const char* type) { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, type)); }
Key ec_key(const char* curve) { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)); }

Key dsa_key() {
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  EVP_PKEY* made = nullptr;
  EXPECT_EQ(EVP_PKEY_paramgen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_dsa_paramgen_bits(context.get(), 1024), 1);
  EXPECT_EQ(EVP_PKEY_paramgen(context.get(), &made), 1);
  const Key parameters(made);
  KeyContext generator(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr));
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(generator.get()), 1);
  EXPECT_EQ(EVP_PKEY_keygen(generator.get(), &key), 1);
  return Key(key);
}

Bytes identifier(const der::Oid& oid, const Bytes& parameters = {}) {
  der::Writer writer;
  writer.sequence([&] {
    writer.oid(oid);
    writer.raw(parameters);
  });
  return writer.take();
}

// The identifier that OpenSSL knows for a hash with a kind of key.
std::optional<der::Oid> oid_of(std::string_view hash_name, int key_nid) {
  int signature = NID_undef;
  const EVP_MD* md = EVP_get_digestbyname(std::string(hash_name).c_str());
  if (md == nullptr || OBJ_find_sigid_by_algs(&signature, EVP_MD_get_type(md), key_nid) != 1) {
    return std::nullopt;
  }
  std::array<char, 128> dotted{};
  OBJ_obj2txt(dotted.data(), dotted.size(), OBJ_nid2obj(signature), 1);
  return der::Oid::from_dotted(dotted.data());
}

// A signature over the hash of the message; `prepare` sets the padding.
template <class Prepare>
Bytes sign_hash(EVP_PKEY* key, const HashValue& hash, Prepare&& prepare) {
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
  prepare(context.get());
  std::size_t size = 0;
  EXPECT_EQ(EVP_PKEY_sign(context.get(), nullptr, &size, hash.view().data(), hash.view().size()), 1);
  Bytes signature(size);
  EXPECT_EQ(EVP_PKEY_sign(context.get(), signature.data(), &size, hash.view().data(), hash.view().size()), 1);
  signature.resize(size);
  return signature;
}

void expect_verified(EVP_PKEY* key, const Bytes& algorithm_identifier, Bytes signature) {
  ASSERT_OK_AND_ASSIGN(const VerificationKey ours, VerificationKey::from_spki(spki_of(key)));
  ASSERT_OK_AND_ASSIGN(const VerificationAlgorithm algorithm, VerificationAlgorithm::parse(algorithm_identifier));
  SCOPED_TRACE(algorithm.name() + " by " + ours.name());
  const ByteView message = bytes_of(kMessage);
  EXPECT_THAT(ours.verify_message(algorithm, message, signature), IsOk());
  Bytes other = copy_of(message);
  other.front() ^= 1;
  EXPECT_THAT(ours.verify_message(algorithm, other, signature), FailsWith(ErrorCode::signature_invalid));
  signature.back() ^= 1;
  EXPECT_THAT(ours.verify_message(algorithm, message, signature), FailsWith(ErrorCode::signature_invalid));
}

// OpenSSL's names where they differ from ours.
std::string openssl_name(HashAlgorithm algorithm) {
  std::string name(info(algorithm).name);
  if (name.starts_with("SHA-")) {
    name.erase(3, 1);
  }
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
    name[slash] = '-';
  }
  return name;
}

TEST(ForeignSignatures, OfRsaPkcs1WithEveryHash) {
  const Key key = rsa_key(2048, 3);
  std::size_t verified = 0;
  for (const HashAlgorithmInfo& row : hash_algorithms()) {
    auto oid = oid_of(openssl_name(row.algorithm), NID_rsaEncryption);
    if (row.algorithm == HashAlgorithm::sha512_224 || row.algorithm == HashAlgorithm::sha512_256) {
      // OpenSSL does not know the identifiers of RFC 8017 appendix C as those of a pair.
      oid = row.algorithm == HashAlgorithm::sha512_224 ? der::Oid{1, 2, 840, 113549, 1, 1, 15}
                                                       : der::Oid{1, 2, 840, 113549, 1, 1, 16};
    }
    if (!oid) {
      EXPECT_EQ(row.algorithm, HashAlgorithm::shake256) << "RSA has none with it";
      continue;
    }
    const HashValue value = hash(row.algorithm, bytes_of(kMessage)).value();
    const Bytes signature = sign_hash(key.get(), value, [&](EVP_PKEY_CTX* context) {
      EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
      EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(openssl_name(row.algorithm).c_str())), 1);
    });
    expect_verified(key.get(), identifier(*oid, {0x05, 0x00}), signature);
    ++verified;
  }
  EXPECT_EQ(verified, 12U);
}

TEST(ForeignSignatures, OfRsaKeysOfManySizesAndExponents) {
  const der::Oid sha256{1, 2, 840, 113549, 1, 1, 11};
  const HashValue value = hash(HashAlgorithm::sha256, bytes_of(kMessage)).value();
  for (const auto& [bits, exponent] : std::vector<std::pair<unsigned, unsigned long>>{
           {1024, 3}, {1024, 65537}, {1536, 17}, {2000, 65537}, {3072, 4294967291}, {4096, 3}}) {
    const Key key = rsa_key(bits, exponent);
    const Bytes signature = sign_hash(key.get(), value, [&](EVP_PKEY_CTX* context) {
      EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
      EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
    });
    expect_verified(key.get(), identifier(sha256), signature);
  }
}

// hash, hash of the mask, salt; a hash that is the default is not encoded.
Bytes pss_identifier(HashAlgorithm of_message, HashAlgorithm of_mask, unsigned salt) {
  der::Writer parameters;
  parameters.sequence([&] {
    if (of_message != HashAlgorithm::sha1) {
      parameters.constructed(der::context_constructed(0), [&] { parameters.raw(identifier(info(of_message).oid)); });
    }
    if (of_mask != HashAlgorithm::sha1) {
      parameters.constructed(der::context_constructed(1), [&] {
        parameters.raw(identifier(der::Oid{1, 2, 840, 113549, 1, 1, 8}, identifier(info(of_mask).oid, {0x05, 0x00})));
      });
    }
    if (salt != 20) {
      parameters.constructed(der::context_constructed(2), [&] { parameters.small_unsigned(salt); });
    }
  });
  return identifier(der::Oid{1, 2, 840, 113549, 1, 1, 10}, parameters.take());
}

Bytes sign_pss(EVP_PKEY* key, HashAlgorithm of_message, HashAlgorithm of_mask, unsigned salt) {
  return sign_hash(key, hash(of_message, bytes_of(kMessage)).value(), [&](EVP_PKEY_CTX* context) {
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(openssl_name(of_message).c_str())), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_get_digestbyname(openssl_name(of_mask).c_str())), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, static_cast<int>(salt)), 1);
  });
}

TEST(ForeignSignatures, OfPssWithAnyParameters) {
  using H = HashAlgorithm;
  for (const char* const type : {"RSA", "RSA-PSS"}) {
    const Key key = rsa_key(2048, 65537, type);
    for (const auto& [of_message, of_mask, salt] :
         std::vector<std::tuple<H, H, unsigned>>{{H::sha1, H::sha1, 20},
                                                 {H::sha256, H::sha256, 32},
                                                 {H::sha256, H::sha1, 20},
                                                 {H::sha512, H::sha256, 0},
                                                 {H::sha3_384, H::sha3_384, 100},
                                                 {H::sha224, H::sha512, 190}}) {
      expect_verified(key.get(), pss_identifier(of_message, of_mask, salt),
                      sign_pss(key.get(), of_message, of_mask, salt));
    }
  }
  const Key key = rsa_key(2048, 65537);
  ASSERT_OK_AND_ASSIGN(const VerificationKey ours, VerificationKey::from_spki(spki_of(key.get())));
  const Bytes signature = sign_pss(key.get(), H::sha256, H::sha256, 32);
  for (const Bytes& wrong : {pss_identifier(H::sha256, H::sha256, 31), pss_identifier(H::sha256, H::sha1, 32)}) {
    EXPECT_THAT(ours.verify_message(VerificationAlgorithm::parse(wrong).value(), bytes_of(kMessage), signature),
                FailsWith(ErrorCode::signature_invalid));
  }
}

// RFC 4055 §3.3: "the hash algorithms MUST be those of the key, the salt no shorter".
TEST(ForeignSignatures, KeepToTheParametersOfAPssKey) {
  using H = HashAlgorithm;
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr));
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_keygen_md(context.get(), EVP_sha256()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(context.get(), EVP_sha256()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context.get(), 32), 1);
  ASSERT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
  const Key key(made);
  expect_verified(key.get(), pss_identifier(H::sha256, H::sha256, 32), sign_pss(key.get(), H::sha256, H::sha256, 32));
  expect_verified(key.get(), pss_identifier(H::sha256, H::sha256, 40), sign_pss(key.get(), H::sha256, H::sha256, 40));
  ASSERT_OK_AND_ASSIGN(const VerificationKey ours, VerificationKey::from_spki(spki_of(key.get())));
  for (const Bytes& other : {pss_identifier(H::sha256, H::sha256, 20), pss_identifier(H::sha512, H::sha256, 32),
                             identifier(der::Oid{1, 2, 840, 113549, 1, 1, 11})}) {
    EXPECT_THAT(ours.verify_message(VerificationAlgorithm::parse(other).value(), bytes_of(kMessage), Bytes(256, 1)),
                FailsWith(ErrorCode::unsupported_algorithm));
  }
}

TEST(ForeignSignatures, OfEcdsaOnEveryCurveWithEveryHash) {
  const std::map<HashAlgorithm, der::Oid> oids = {
      {HashAlgorithm::sha1, {1, 2, 840, 10045, 4, 1}},
      {HashAlgorithm::sha224, {1, 2, 840, 10045, 4, 3, 1}},
      {HashAlgorithm::sha256, {1, 2, 840, 10045, 4, 3, 2}},
      {HashAlgorithm::sha384, {1, 2, 840, 10045, 4, 3, 3}},
      {HashAlgorithm::sha512, {1, 2, 840, 10045, 4, 3, 4}},
      {HashAlgorithm::sha3_224, {2, 16, 840, 1, 101, 3, 4, 3, 9}},
      {HashAlgorithm::sha3_256, {2, 16, 840, 1, 101, 3, 4, 3, 10}},
      {HashAlgorithm::sha3_384, {2, 16, 840, 1, 101, 3, 4, 3, 11}},
      {HashAlgorithm::sha3_512, {2, 16, 840, 1, 101, 3, 4, 3, 12}},
      {HashAlgorithm::shake256, {1, 3, 6, 1, 5, 5, 7, 6, 33}},
  };
  for (const char* const curve : {"P-224", "P-256", "P-384", "P-521", "secp256k1", "brainpoolP224r1", "brainpoolP256r1",
                                  "brainpoolP256t1", "brainpoolP320r1", "brainpoolP320t1", "brainpoolP384r1",
                                  "brainpoolP384t1", "brainpoolP512r1", "brainpoolP512t1"}) {
    const Key key = ec_key(curve);
    ASSERT_TRUE(key) << curve;
    for (const auto& [algorithm, oid] : oids) {
      const HashValue value = hash(algorithm, bytes_of(kMessage)).value();
      expect_verified(key.get(), identifier(oid), sign_hash(key.get(), value, [](EVP_PKEY_CTX*) {}));
    }
    EXPECT_EQ(VerificationKey::from_spki(spki_of(key.get()))->name(), curve);
  }
}

TEST(ForeignSignatures, OfAnEcKeyWithACompressedPoint) {
  const Key key = ec_key("P-256");
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), "point-format", "compressed"), 1);
  ASSERT_LT(spki_of(key.get()).size(), 70U);
  const HashValue value = hash(HashAlgorithm::sha256, bytes_of(kMessage)).value();
  expect_verified(key.get(), identifier(der::Oid{1, 2, 840, 10045, 4, 3, 2}),
                  sign_hash(key.get(), value, [](EVP_PKEY_CTX*) {}));
}

TEST(ForeignSignatures, OfEd25519AndEd448) {
  for (const auto& [type, oid] :
       std::vector<std::pair<const char*, der::Oid>>{{"ED25519", {1, 3, 101, 112}}, {"ED448", {1, 3, 101, 113}}}) {
    const Key key = plain_key(type);
    const DigestContext context(EVP_MD_CTX_new());
    ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()), 1);
    std::size_t size = 114;
    Bytes signature(size);
    const ByteView message = bytes_of(kMessage);
    ASSERT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()), 1);
    signature.resize(size);
    expect_verified(key.get(), identifier(oid), signature);
  }
}

TEST(ForeignSignatures, OfDsa) {
  const Key key = dsa_key();
  for (const auto& [algorithm, oid] :
       std::vector<std::pair<HashAlgorithm, der::Oid>>{{HashAlgorithm::sha1, {1, 2, 840, 10040, 4, 3}},
                                                       {HashAlgorithm::sha224, {2, 16, 840, 1, 101, 3, 4, 3, 1}},
                                                       {HashAlgorithm::sha256, {2, 16, 840, 1, 101, 3, 4, 3, 2}},
                                                       {HashAlgorithm::sha3_256, {2, 16, 840, 1, 101, 3, 4, 3, 6}}}) {
    const HashValue value = hash(algorithm, bytes_of(kMessage)).value();
    expect_verified(key.get(), identifier(oid), sign_hash(key.get(), value, [](EVP_PKEY_CTX*) {}));
  }
}

}  // namespace
}  // namespace rakkan::crypto
