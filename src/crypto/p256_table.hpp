// P256Table verifies ECDSA signatures of one P-256 key, by OpenSSL's arithmetic, at a third of the cost of OpenSSL's
// own verification: of a verification's two multiplications the one with the generator has a table in the library, and
// the other, four times as dear, gets a table here. The library makes such tables for the generator of a group; so the
// key's point becomes the generator of a second group over the same curve.
#pragma once

#include <memory>

#include "rakkan/base/bytes.hpp"

namespace rakkan::crypto {

// A P256Table is immutable and thread-safe, and has 150 KB.
class P256Table {
 public:
  // Makes the table of a point, which is given as 04 || x || y (RFC 5480 §2.2). Takes 15 ms. Null when it is no point
  // of the curve, and where the library has no tables that make verification faster.
  [[nodiscard]] static std::unique_ptr<const P256Table> build(ByteView point);
  ~P256Table();
  P256Table(const P256Table&) = delete;
  P256Table& operator=(const P256Table&) = delete;

  // Verifies by FIPS 186-5 §6.4.2 that `signature` (DER Ecdsa-Sig-Value, RFC 3279 §2.2.3) is the key's over that
  // digest. False also when the library fails.
  [[nodiscard]] bool verifies(ByteView digest, ByteView signature) const;

 private:
  struct Impl;
  explicit P256Table(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::crypto
