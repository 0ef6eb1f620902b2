// Message digests (FIPS 180-4) by OpenSSL EVP. A Digest is a small value without heap memory.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::crypto {

enum class DigestAlgorithm : std::uint8_t { sha256, sha384, sha512 };

struct DigestAlgorithmInfo {
  DigestAlgorithm algorithm;
  std::string_view name;  // "SHA-256"
  der::Oid oid;
  std::uint8_t size;  // bytes
};

[[nodiscard]] const DigestAlgorithmInfo& info(DigestAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<DigestAlgorithm> digest_algorithm_from_oid(const der::Oid& oid) noexcept;
// The algorithm of a name in a configuration or command line: "SHA-256", "sha256".
[[nodiscard]] std::optional<DigestAlgorithm> digest_algorithm_from_name(std::string_view name) noexcept;

class Digest {
 public:
  static constexpr std::size_t kMaxSize = 64;

  // A digest with this value; nothing when its size is not the algorithm's.
  [[nodiscard]] static std::optional<Digest> from_bytes(DigestAlgorithm algorithm, ByteView value) noexcept;

  [[nodiscard]] DigestAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] ByteView view() const noexcept { return {value_.data(), info(algorithm_).size}; }

  friend bool operator==(const Digest& a, const Digest& b) noexcept {
    return a.algorithm_ == b.algorithm_ && equal(a.view(), b.view());
  }

 private:
  friend class Hasher;
  friend Digest digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts);
  explicit Digest(DigestAlgorithm algorithm) noexcept : algorithm_(algorithm) {}

  DigestAlgorithm algorithm_;
  std::array<Byte, kMaxSize> value_{};
};

// Hasher hashes incrementally; clone() copies the state, so that one pass over a base serves several digests. Not to be
// shared between threads.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(ByteView data);
  [[nodiscard]] Hasher clone() const;
  // The digest of all bytes so far; afterwards the hasher starts afresh.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  explicit Hasher(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

// The digest of `data`. Each thread keeps an EVP context, so the call costs the hash alone.
[[nodiscard]] Digest digest(DigestAlgorithm algorithm, ByteView data);
[[nodiscard]] Digest digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts);

}  // namespace rakkan::crypto
