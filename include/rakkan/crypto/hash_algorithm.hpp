// The hash algorithms that signatures of others are verified with. Rakkan signs with the shorter list of
// DigestAlgorithm (digest.hpp) alone: a row here adds nothing to it. Whether a signature with such a hash still counts
// is a matter of policy (pki::AlgorithmPolicy), not of reading.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::crypto {

// MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4), SHA-3 and SHAKE256 (FIPS 202).
enum class HashAlgorithm : std::uint8_t {
  md5,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  sha512_224,
  sha512_256,
  sha3_224,
  sha3_256,
  sha3_384,
  sha3_512,
  shake256,
};

struct HashAlgorithmInfo {
  HashAlgorithm algorithm;
  std::string_view name;  // "SHA3-256"
  der::Oid oid;
  std::uint8_t size;  // bytes; SHAKE256 gives 64 (RFC 8702 §2, RFC 8419 §2.3)
};

[[nodiscard]] std::span<const HashAlgorithmInfo> hash_algorithms() noexcept;
[[nodiscard]] const HashAlgorithmInfo& info(HashAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<HashAlgorithm> hash_algorithm_from_oid(const der::Oid& oid) noexcept;
[[nodiscard]] HashAlgorithm hash_algorithm_of(DigestAlgorithm algorithm) noexcept;
// Reads a hash's AlgorithmIdentifier, with NULL or without parameters (RFC 4055 §2.1, RFC 5754 §2). Fails with
// malformed_der or unsupported_algorithm.
[[nodiscard]] Result<HashAlgorithm> read_hash_algorithm(der::Reader& reader);

// HashValue is a small value without heap memory.
class HashValue {
 public:
  // The hash with these octets; nothing when their number is not the algorithm's.
  [[nodiscard]] static std::optional<HashValue> from_bytes(HashAlgorithm algorithm, ByteView value) noexcept;
  explicit HashValue(const Digest& digest) noexcept;

  [[nodiscard]] HashAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] ByteView view() const noexcept { return {value_.data(), info(algorithm_).size}; }

  friend bool operator==(const HashValue& a, const HashValue& b) noexcept {
    return a.algorithm_ == b.algorithm_ && equal(a.view(), b.view());
  }

 private:
  explicit HashValue(HashAlgorithm algorithm) noexcept : algorithm_(algorithm) {}

  HashAlgorithm algorithm_;
  std::array<Byte, 64> value_{};
};

// The hash over the parts one after the other. Fails with unsupported_algorithm where OpenSSL is configured without the
// algorithm (MD5 in FIPS mode).
[[nodiscard]] Result<HashValue> hash(HashAlgorithm algorithm, std::span<const ByteView> parts);
[[nodiscard]] Result<HashValue> hash(HashAlgorithm algorithm, ByteView data);

}  // namespace rakkan::crypto
