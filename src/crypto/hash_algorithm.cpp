#include "rakkan/crypto/hash_algorithm.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <string>

#include "crypto/openssl.hpp"
#include "crypto/verification_digest.hpp"

namespace rakkan::crypto {
namespace {

// The name is OpenSSL's, too.
constexpr std::array kHashAlgorithms = {
    HashAlgorithmInfo{HashAlgorithm::md5, "MD5", {1, 2, 840, 113549, 2, 5}, 16},
    HashAlgorithmInfo{HashAlgorithm::sha1, "SHA-1", {1, 3, 14, 3, 2, 26}, 20},
    HashAlgorithmInfo{HashAlgorithm::sha224, "SHA-224", {2, 16, 840, 1, 101, 3, 4, 2, 4}, 28},
    HashAlgorithmInfo{HashAlgorithm::sha256, "SHA-256", {2, 16, 840, 1, 101, 3, 4, 2, 1}, 32},
    HashAlgorithmInfo{HashAlgorithm::sha384, "SHA-384", {2, 16, 840, 1, 101, 3, 4, 2, 2}, 48},
    HashAlgorithmInfo{HashAlgorithm::sha512, "SHA-512", {2, 16, 840, 1, 101, 3, 4, 2, 3}, 64},
    HashAlgorithmInfo{HashAlgorithm::sha512_224, "SHA-512/224", {2, 16, 840, 1, 101, 3, 4, 2, 5}, 28},
    HashAlgorithmInfo{HashAlgorithm::sha512_256, "SHA-512/256", {2, 16, 840, 1, 101, 3, 4, 2, 6}, 32},
    HashAlgorithmInfo{HashAlgorithm::sha3_224, "SHA3-224", {2, 16, 840, 1, 101, 3, 4, 2, 7}, 28},
    HashAlgorithmInfo{HashAlgorithm::sha3_256, "SHA3-256", {2, 16, 840, 1, 101, 3, 4, 2, 8}, 32},
    HashAlgorithmInfo{HashAlgorithm::sha3_384, "SHA3-384", {2, 16, 840, 1, 101, 3, 4, 2, 9}, 48},
    HashAlgorithmInfo{HashAlgorithm::sha3_512, "SHA3-512", {2, 16, 840, 1, 101, 3, 4, 2, 10}, 64},
    HashAlgorithmInfo{HashAlgorithm::shake256, "SHAKE256", {2, 16, 840, 1, 101, 3, 4, 2, 12}, 64},
};

// id-shake256-len, whose parameter is the number of bits; Ed448 comes with it (RFC 8419 §2.3).
constexpr der::Oid kShake256WithLength = {2, 16, 840, 1, 101, 3, 4, 2, 18};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kHashAlgorithms.size(); ++i) {
    if (static_cast<std::size_t>(kHashAlgorithms[i].algorithm) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "a row per HashAlgorithm, in the order of the enumeration");

}  // namespace

const EVP_MD* verification_digest(HashAlgorithm algorithm) noexcept {
  // The fetched implementations are never freed: they live as long as the process.
  static const std::array<EVP_MD*, kHashAlgorithms.size()> fetched = [] {
    std::array<EVP_MD*, kHashAlgorithms.size()> all{};
    for (const HashAlgorithmInfo& row : kHashAlgorithms) {
      all[static_cast<std::size_t>(row.algorithm)] = EVP_MD_fetch(nullptr, row.name.data(), nullptr);
    }
    ERR_clear_error();
    return all;
  }();
  return fetched[static_cast<std::size_t>(algorithm)];
}

std::span<const HashAlgorithmInfo> hash_algorithms() noexcept { return kHashAlgorithms; }

const HashAlgorithmInfo& info(HashAlgorithm algorithm) noexcept {
  return kHashAlgorithms[static_cast<std::size_t>(algorithm)];
}

std::optional<HashAlgorithm> hash_algorithm_from_oid(const der::Oid& oid) noexcept {
  for (const HashAlgorithmInfo& row : kHashAlgorithms) {
    if (row.oid == oid) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

HashAlgorithm hash_algorithm_of(DigestAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return HashAlgorithm::sha256;
    case DigestAlgorithm::sha384:
      return HashAlgorithm::sha384;
    case DigestAlgorithm::sha512:
      return HashAlgorithm::sha512;
  }
  return HashAlgorithm::sha256;
}

Result<HashAlgorithm> read_hash_algorithm(der::Reader& reader) {
  RAKKAN_TRY(der::Reader identifier, reader.enter(der::Tag::sequence));
  RAKKAN_TRY(const der::Oid oid, identifier.oid());
  if (oid == kShake256WithLength) {
    RAKKAN_TRY(const std::uint64_t bits, identifier.small_unsigned());
    RAKKAN_CHECK(identifier.end());
    if (bits != 8U * info(HashAlgorithm::shake256).size) {
      return fail(ErrorCode::unsupported_algorithm, "SHAKE256 of " + std::to_string(bits) + " bits");
    }
    return HashAlgorithm::shake256;
  }
  if (!identifier.at_end()) {
    RAKKAN_CHECK(identifier.null());
    RAKKAN_CHECK(identifier.end());
  }
  const auto found = hash_algorithm_from_oid(oid);
  if (!found) {
    return fail(ErrorCode::unsupported_algorithm, "hash algorithm " + oid.dotted());
  }
  return *found;
}

std::optional<HashValue> HashValue::from_bytes(HashAlgorithm algorithm, ByteView value) noexcept {
  if (value.size() != info(algorithm).size) {
    return std::nullopt;
  }
  HashValue result(algorithm);
  std::copy(value.begin(), value.end(), result.value_.begin());
  return result;
}

HashValue::HashValue(const Digest& digest) noexcept : algorithm_(hash_algorithm_of(digest.algorithm())) {
  const ByteView value = digest.view();
  std::copy(value.begin(), value.end(), value_.begin());
}

Result<HashValue> hash(HashAlgorithm algorithm, std::span<const ByteView> parts) {
  const EVP_MD* const implementation = verification_digest(algorithm);
  if (implementation == nullptr) {
    return fail(ErrorCode::unsupported_algorithm, "this OpenSSL is without " + std::string(info(algorithm).name));
  }
  thread_local const DigestContext context(EVP_MD_CTX_new());
  bool done = context && EVP_DigestInit_ex2(context.get(), implementation, nullptr) == 1;
  for (const ByteView part : parts) {
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  std::array<Byte, EVP_MAX_MD_SIZE> octets{};
  if (algorithm == HashAlgorithm::shake256) {
    done = done && EVP_DigestFinalXOF(context.get(), octets.data(), info(algorithm).size) == 1;
  } else {
    done = done && EVP_DigestFinal_ex(context.get(), octets.data(), nullptr) == 1;
  }
  const auto result = HashValue::from_bytes(algorithm, {octets.data(), info(algorithm).size});
  if (!done || !result) {
    return fail(openssl_error(std::string(info(algorithm).name) + " cannot be computed"));
  }
  return *result;
}

Result<HashValue> hash(HashAlgorithm algorithm, ByteView data) { return hash(algorithm, std::span(&data, 1)); }

}  // namespace rakkan::crypto
