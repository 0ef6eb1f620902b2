// EC_GROUP_precompute_mult and the coordinates without division are deprecated since OpenSSL 3.0 and still exist in
// 3.5. With a version that removes them, build() has to return null: everything else stays as it is, at the speed of
// the library's own verification.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/p256_table.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/openssl.hpp"
#include "crypto/p256_order.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::crypto {
namespace {

using Group = std::unique_ptr<EC_GROUP, OpenSslFree<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, OpenSslFree<EC_POINT_free>>;
using Integer = std::unique_ptr<BIGNUM, OpenSslFree<BN_free>>;
using Context = std::unique_ptr<BN_CTX, OpenSslFree<BN_CTX_free>>;

constexpr std::size_t kScalarSize = std::tuple_size_v<P256Scalar>;

const EC_GROUP* curve() {
  static const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  return group.get();
}

// Scratch is the memory of one verification, kept by each thread.
struct Scratch {
  Context context{BN_CTX_new()};
  Point by_generator{EC_POINT_new(curve())};
  Point by_key{EC_POINT_new(curve())};
  Integer digest{BN_new()};
  Integer r{BN_new()};
  Integer s{BN_new()};
  Integer inverse{BN_new()};
  Integer u1{BN_new()};
  Integer u2{BN_new()};
  Integer x{BN_new()};
  Integer y{BN_new()};
  Integer z{BN_new()};

  [[nodiscard]] bool complete() const noexcept {
    return context && by_generator && by_key && digest && r && s && inverse && u1 && u2 && x && y && z;
  }
};

bool read(ByteView big_endian, BIGNUM* to) {
  return BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), to) != nullptr;
}

struct SignatureValue {
  ByteView r;
  ByteView s;
};

// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 §2.2.3)
Result<SignatureValue> read_value(ByteView der) {
  der::Reader top(der);
  RAKKAN_TRY(der::Reader fields, top.enter(der::Tag::sequence));
  RAKKAN_CHECK(top.end());
  SignatureValue value;
  RAKKAN_TRY(value.r, fields.unsigned_integer());
  RAKKAN_TRY(value.s, fields.unsigned_integer());
  RAKKAN_CHECK(fields.end());
  return value;
}

// Reads a number from 1 to n - 1; false for another one.
bool read_scalar(ByteView big_endian, BIGNUM* to) {
  return big_endian.size() <= kScalarSize && read(big_endian, to) && !BN_is_zero(to) &&
         BN_cmp(to, EC_GROUP_get0_order(curve())) < 0;
}

// Computes 1/s, and has the library check it.
bool invert(ByteView s, Scratch& scratch) {
  P256Scalar padded{};
  std::copy(s.begin(), s.end(), padded.end() - static_cast<std::ptrdiff_t>(s.size()));
  return read(inverse_modulo_p256_order(padded), scratch.inverse.get()) &&
         BN_mod_mul(scratch.x.get(), scratch.inverse.get(), scratch.s.get(), EC_GROUP_get0_order(curve()),
                    scratch.context.get()) == 1 &&
         BN_is_one(scratch.x.get());
}

// True when the affine x of the point is r modulo n. x is X / Z^2 modulo p, and a division costs more than two
// multiplications: X is compared with r Z^2, and with (r + n) Z^2 where r + n is below p.
bool has_x(const EC_POINT* point, Scratch& scratch) {
  const BIGNUM* const p = EC_GROUP_get0_field(curve());
  BN_CTX* const context = scratch.context.get();
  BIGNUM* const x = scratch.x.get();
  BIGNUM* const y = scratch.y.get();
  BIGNUM* const z = scratch.z.get();
  BIGNUM* const candidate = scratch.r.get();
  if (EC_POINT_is_at_infinity(curve(), point) != 0 ||
      EC_POINT_get_Jprojective_coordinates_GFp(curve(), point, x, y, z, context) != 1 ||
      BN_mod_sqr(z, z, p, context) != 1) {
    return false;
  }
  const auto is_candidate = [&] { return BN_mod_mul(y, candidate, z, p, context) == 1 && BN_cmp(x, y) == 0; };
  return is_candidate() || (BN_add(candidate, candidate, EC_GROUP_get0_order(curve())) == 1 &&
                            BN_cmp(candidate, p) < 0 && is_candidate());
}

// False for the library's generic arithmetic, which gains nothing from a table: its multiplication with a generator
// takes as long as any other.
bool has_fast_tables(const EC_GROUP* group) { return EC_GROUP_method_of(group) != EC_GFp_mont_method(); }

}  // namespace

struct P256Table::Impl {
  Group group;  // P-256 with the key's point as its generator
};

P256Table::P256Table(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
P256Table::~P256Table() = default;

std::unique_ptr<const P256Table> P256Table::build(ByteView point) {
  Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Context context(BN_CTX_new());
  const Point generator(group ? EC_POINT_new(group.get()) : nullptr);
  if (curve() == nullptr || !context || !generator || !has_fast_tables(group.get()) ||
      EC_POINT_oct2point(group.get(), generator.get(), point.data(), point.size(), context.get()) != 1 ||
      EC_POINT_is_at_infinity(group.get(), generator.get()) != 0 ||
      EC_GROUP_set_generator(group.get(), generator.get(), EC_GROUP_get0_order(curve()), BN_value_one()) != 1 ||
      EC_GROUP_precompute_mult(group.get(), context.get()) != 1 || EC_GROUP_have_precompute_mult(group.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return std::unique_ptr<const P256Table>(new P256Table(std::make_unique<Impl>(Impl{std::move(group)})));
}

bool P256Table::verifies(ByteView digest, ByteView signature) const {
  const auto value = read_value(signature);
  thread_local Scratch scratch;
  if (!value || !scratch.complete()) {
    return false;
  }
  const BIGNUM* const n = EC_GROUP_get0_order(curve());
  BN_CTX* const context = scratch.context.get();
  EC_POINT* const sum = scratch.by_generator.get();
  const ByteView leftmost = digest.first(std::min(digest.size(), kScalarSize));
  const bool verified =
      read_scalar(value->r, scratch.r.get()) && read_scalar(value->s, scratch.s.get()) && invert(value->s, scratch) &&
      read(leftmost, scratch.digest.get()) &&
      BN_mod_mul(scratch.u1.get(), scratch.digest.get(), scratch.inverse.get(), n, context) == 1 &&
      BN_mod_mul(scratch.u2.get(), scratch.r.get(), scratch.inverse.get(), n, context) == 1 &&
      EC_POINT_mul(curve(), sum, scratch.u1.get(), nullptr, nullptr, context) == 1 &&
      EC_POINT_mul(impl_->group.get(), scratch.by_key.get(), scratch.u2.get(), nullptr, nullptr, context) == 1 &&
      EC_POINT_add(curve(), sum, sum, scratch.by_key.get(), context) == 1 && has_x(sum, scratch);
  if (!verified) {
    ERR_clear_error();
  }
  return verified;
}

}  // namespace rakkan::crypto
