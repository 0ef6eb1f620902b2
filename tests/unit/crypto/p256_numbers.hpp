// Keys, points and signature values of P-256 by choice, for tests of its verification: OpenSSL's numbers with
// operators.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <memory>
#include <string>
#include <utility>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::crypto::test_numbers {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};

inline BN_CTX* context() {
  thread_local const std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>> one(BN_CTX_new());
  return one.get();
}
inline const EC_GROUP* curve() {
  static const std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>> one(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  return one.get();
}

class Number {
 public:
  Number(unsigned long value = 0) : value_(BN_new()) { BN_set_word(get(), value); }
  explicit Number(ByteView big_endian)
      : value_(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr)) {}
  explicit Number(const BIGNUM* other) : value_(BN_dup(other)) {}
  Number(const Number& other) : value_(BN_dup(other.get())) {}
  Number& operator=(const Number& other) {
    BN_copy(get(), other.get());
    return *this;
  }
  [[nodiscard]] BIGNUM* get() const { return value_.get(); }
  [[nodiscard]] Bytes padded(int size = 32) const {
    Bytes octets(static_cast<std::size_t>(size));
    BN_bn2binpad(get(), octets.data(), size);
    return octets;
  }
  [[nodiscard]] Bytes magnitude() const {
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(get())));
    BN_bn2bin(get(), octets.data());
    return octets;
  }

  friend Number operator+(const Number& a, const Number& b) { return made(BN_add, a, b); }
  friend Number operator-(const Number& a, const Number& b) { return made(BN_sub, a, b); }
  friend bool operator==(const Number& a, const Number& b) { return BN_cmp(a.get(), b.get()) == 0; }
  friend bool operator<(const Number& a, const Number& b) { return BN_cmp(a.get(), b.get()) < 0; }

 private:
  static Number made(int (*operation)(BIGNUM*, const BIGNUM*, const BIGNUM*), const Number& a, const Number& b) {
    Number result;
    operation(result.get(), a.get(), b.get());
    return result;
  }
  std::unique_ptr<BIGNUM, FreeWith<BN_free>> value_;
};

inline const Number& order() {
  static const Number n(EC_GROUP_get0_order(curve()));
  return n;
}
inline const Number& prime() {
  static const Number p(EC_GROUP_get0_field(curve()));
  return p;
}

// Modulo the order.
inline Number times(const Number& a, const Number& b) {
  Number result;
  BN_mod_mul(result.get(), a.get(), b.get(), order().get(), context());
  return result;
}
inline Number negated(const Number& a) {
  Number result;
  BN_mod_sub(result.get(), Number().get(), a.get(), order().get(), context());
  return result;
}
inline Number sum(const Number& a, const Number& b) {
  Number result;
  BN_mod_add(result.get(), a.get(), b.get(), order().get(), context());
  return result;
}
inline Number inverse(const Number& a) {
  Number result;
  BN_mod_inverse(result.get(), a.get(), order().get(), context());
  return result;
}
// From 1 to n - 1.
inline Number any_scalar() {
  Number result;
  do {
    BN_rand_range(result.get(), order().get());
  } while (BN_is_zero(result.get()));
  return result;
}

class Point {
 public:
  Point() : point_(EC_POINT_new(curve())) {}
  // The point with that x and an even y; nothing on the curve has it: infinity.
  [[nodiscard]] static Point with_x(const Number& x) {
    Point point;
    if (EC_POINT_set_compressed_coordinates(curve(), point.get(), x.get(), 0, context()) != 1) {
      EC_POINT_set_to_infinity(curve(), point.get());
    }
    return point;
  }
  // by_generator * G + by_other * other
  [[nodiscard]] static Point combined(const Number& by_generator, const Point& other, const Number& by_other) {
    Point point;
    EC_POINT_mul(curve(), point.get(), by_generator.get(), other.get(), by_other.get(), context());
    return point;
  }
  [[nodiscard]] static Point times_generator(const Number& factor) {
    Point point;
    EC_POINT_mul(curve(), point.get(), factor.get(), nullptr, nullptr, context());
    return point;
  }
  [[nodiscard]] EC_POINT* get() const { return point_.get(); }
  [[nodiscard]] bool is_infinity() const { return EC_POINT_is_at_infinity(curve(), get()) != 0; }
  [[nodiscard]] Number x() const {
    Number result;
    EC_POINT_get_affine_coordinates(curve(), get(), result.get(), nullptr, context());
    return result;
  }
  // 04 || x || y
  [[nodiscard]] Bytes octets() const {
    Bytes result(65);
    EC_POINT_point2oct(curve(), get(), POINT_CONVERSION_UNCOMPRESSED, result.data(), result.size(), context());
    return result;
  }

 private:
  std::unique_ptr<EC_POINT, FreeWith<EC_POINT_free>> point_;
};

inline Bytes spki_of(const Point& point) {
  der::Writer spki;
  spki.sequence([&] {
    spki.sequence([&] {
      spki.oid(der::Oid{1, 2, 840, 10045, 2, 1});
      spki.oid(der::Oid{1, 2, 840, 10045, 3, 1, 7});
    });
    spki.bit_string(point.octets());
  });
  return spki.take();
}

// Ecdsa-Sig-Value
inline Bytes signature_of(const Number& r, const Number& s) {
  der::Writer value;
  value.sequence([&] {
    value.unsigned_integer(r.magnitude());
    value.unsigned_integer(s.magnitude());
  });
  return value.take();
}

}  // namespace rakkan::crypto::test_numbers
