// P256Table verifies ECDSA signatures of one P-256 key at a third of what OpenSSL's own verification costs, by
// OpenSSL's arithmetic: of a verification's two multiplications the one with the generator has a table in the library,
// and the other, four times as dear, gets one here. The library makes such tables for the generator of a group; so the
// key's point becomes the generator of a second group over the same curve.
#pragma once

#include <memory>

#include "rakkan/base/bytes.hpp"

namespace rakkan::crypto {

// Immutable, thread-safe. 150 KB.
class P256Table {
 public:
  // `point`: 04 || x || y (RFC 5480 §2.2). Takes 15 ms. Null when it is no point of the curve, and where the library
  // has no tables that make verification faster.
  [[nodiscard]] static std::unique_ptr<const P256Table> build(ByteView point);
  ~P256Table();
  P256Table(const P256Table&) = delete;
  P256Table& operator=(const P256Table&) = delete;

  // FIPS 186-5 §6.4.2: is `signature` (DER Ecdsa-Sig-Value, RFC 3279 §2.2.3) the key's over that digest? False is also
  // the answer when the library fails.
  [[nodiscard]] bool verifies(ByteView digest, ByteView signature) const;

 private:
  struct Impl;
  explicit P256Table(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::crypto
