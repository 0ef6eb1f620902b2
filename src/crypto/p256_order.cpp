// The modular inverse by divsteps of Bernstein and Yang ("Fast constant-time gcd computation and modular inversion",
// CHES 2019), in batches of 62 and in variable time, as libsecp256k1 has them (Wuille, "The safegcd implementation in
// libsecp256k1 explained"). A batch looks at the lowest 62 bits of f and g alone; its effect is a 2x2 matrix, which is
// then applied to the whole numbers.
#include "crypto/p256_order.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace rakkan::crypto {
namespace {

__extension__ using Wide = __int128;

constexpr int kLimbBits = 62;
constexpr std::int64_t kLimbMask = (std::int64_t{1} << kLimbBits) - 1;

// A signed number of five limbs, the lowest first; all but the highest are from 0 to 2^62 - 1.
using Number = std::array<std::int64_t, 5>;

constexpr Number number_of(const P256Scalar& big_endian) noexcept {
  Number number{};
  for (std::size_t bit = 0; bit < 256; bit += 8) {
    const auto octet = std::uint64_t{big_endian[31 - bit / 8]};
    const std::size_t limb = bit / kLimbBits;
    const std::size_t shift = bit % kLimbBits;
    number[limb] = static_cast<std::int64_t>((static_cast<std::uint64_t>(number[limb]) | octet << shift) & kLimbMask);
    if (shift > kLimbBits - 8) {
      number[limb + 1] = static_cast<std::int64_t>(octet >> (kLimbBits - shift));
    }
  }
  return number;
}

// The scalar of a number from 0 to 2^256 - 1.
constexpr P256Scalar scalar_of(const Number& number) noexcept {
  P256Scalar big_endian{};
  for (std::size_t bit = 0; bit < 256; bit += 8) {
    const std::size_t limb = bit / kLimbBits;
    const std::size_t shift = bit % kLimbBits;
    auto octet = static_cast<std::uint64_t>(number[limb]) >> shift;
    if (shift > kLimbBits - 8) {
      octet |= static_cast<std::uint64_t>(number[limb + 1]) << (kLimbBits - shift);
    }
    big_endian[31 - bit / 8] = static_cast<Byte>(octet);
  }
  return big_endian;
}

// The order n of P-256 (FIPS 186-4 D.1.2.3, SP 800-186 §3.2.1.3).
constexpr P256Scalar kOrderOctets = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                     0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
constexpr Number kOrder = number_of(kOrderOctets);

// 1/n modulo 2^62, by Newton's iteration.
constexpr std::uint64_t kInverseOfOrder = [] {
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) {
    inverse *= 2 - static_cast<std::uint64_t>(kOrder[0]) * inverse;
  }
  return inverse & kLimbMask;
}();

// Batch is the matrix of a batch of divsteps, times 2^62: f' = (u f + v g) / 2^62, g' = (q f + r g) / 2^62.
struct Batch {
  std::int64_t u, v, q, r;
};

// 62 divsteps of f (odd) and g, given by their lowest 62 bits. All arithmetic is modulo 2^64.
Batch divsteps(std::int64_t& eta, std::uint64_t f, std::uint64_t g) noexcept {
  std::uint64_t u = 1;
  std::uint64_t v = 0;
  std::uint64_t q = 0;
  std::uint64_t r = 1;
  const auto swap_and_negate = [](std::uint64_t& a, std::uint64_t& b) {
    const std::uint64_t old = a;
    a = b;
    b = 0 - old;
  };
  for (int left = kLimbBits;;) {
    const int zeros = std::countr_zero(g | (~std::uint64_t{0} << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) {
      break;
    }
    if (eta < 0) {
      eta = -eta;
      swap_and_negate(f, g);
      swap_and_negate(u, q);
      swap_and_negate(v, r);
    }
    // A multiple of f that clears the lowest bits of g, up to six and as many as there are steps without a swap.
    const auto limit = static_cast<int>(std::min<std::int64_t>(eta + 1, left));
    const std::uint64_t mask = (~std::uint64_t{0} >> (64 - limit)) & 63;
    const std::uint64_t multiple = (f * g * (f * f - 2)) & mask;
    g += f * multiple;
    q += u * multiple;
    r += v * multiple;
  }
  return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v), static_cast<std::int64_t>(q),
          static_cast<std::int64_t>(r)};
}

constexpr Wide product(std::int64_t a, std::int64_t b) noexcept { return Wide{a} * b; }
constexpr std::int64_t low_limb(Wide sum) noexcept { return static_cast<std::int64_t>(sum) & kLimbMask; }

void apply_to_f_and_g(const Batch& batch, Number& f, Number& g) noexcept {
  Wide next_f = product(batch.u, f[0]) + product(batch.v, g[0]);
  Wide next_g = product(batch.q, f[0]) + product(batch.r, g[0]);
  for (std::size_t i = 1; i < f.size(); ++i) {
    next_f = (next_f >> kLimbBits) + product(batch.u, f[i]) + product(batch.v, g[i]);
    next_g = (next_g >> kLimbBits) + product(batch.q, f[i]) + product(batch.r, g[i]);
    f[i - 1] = low_limb(next_f);
    g[i - 1] = low_limb(next_g);
  }
  f.back() = static_cast<std::int64_t>(next_f >> kLimbBits);
  g.back() = static_cast<std::int64_t>(next_g >> kLimbBits);
}

// Applies the batch to d and e modulo n: the multiple of n is added that makes the sum divisible by 2^62. d and e stay
// between -2n and n.
void apply_to_d_and_e(const Batch& batch, Number& d, Number& e) noexcept {
  const std::int64_t sign_of_d = d.back() >> 63;
  const std::int64_t sign_of_e = e.back() >> 63;
  std::int64_t n_of_d = (batch.u & sign_of_d) + (batch.v & sign_of_e);
  std::int64_t n_of_e = (batch.q & sign_of_d) + (batch.r & sign_of_e);
  Wide next_d = product(batch.u, d[0]) + product(batch.v, e[0]);
  Wide next_e = product(batch.q, d[0]) + product(batch.r, e[0]);
  const auto to_be_added = [](std::int64_t multiple, Wide sum) {
    const auto low = static_cast<std::uint64_t>(sum);
    return static_cast<std::int64_t>((kInverseOfOrder * low + static_cast<std::uint64_t>(multiple)) & kLimbMask);
  };
  n_of_d -= to_be_added(n_of_d, next_d);
  n_of_e -= to_be_added(n_of_e, next_e);
  next_d += product(kOrder[0], n_of_d);
  next_e += product(kOrder[0], n_of_e);
  for (std::size_t i = 1; i < d.size(); ++i) {
    next_d = (next_d >> kLimbBits) + product(batch.u, d[i]) + product(batch.v, e[i]) + product(kOrder[i], n_of_d);
    next_e = (next_e >> kLimbBits) + product(batch.q, d[i]) + product(batch.r, e[i]) + product(kOrder[i], n_of_e);
    d[i - 1] = low_limb(next_d);
    e[i - 1] = low_limb(next_e);
  }
  d.back() = static_cast<std::int64_t>(next_d >> kLimbBits);
  e.back() = static_cast<std::int64_t>(next_e >> kLimbBits);
}

void carry(Number& number) noexcept {
  for (std::size_t i = 1; i < number.size(); ++i) {
    number[i] += number[i - 1] >> kLimbBits;
    number[i - 1] &= kLimbMask;
  }
}

void add_order_if_negative(Number& number) noexcept {
  if (number.back() < 0) {
    for (std::size_t i = 0; i < number.size(); ++i) {
      number[i] += kOrder[i];
    }
    carry(number);
  }
}

}  // namespace

// f and g end as 1 or -1 and 0; d and e hold f / value and g / value modulo n throughout.
P256Scalar inverse_modulo_p256_order(const P256Scalar& value) noexcept {
  Number f = kOrder;
  Number g = number_of(value);
  Number d{};
  Number e{1, 0, 0, 0, 0};
  const auto lowest = [](const Number& number) {
    return static_cast<std::uint64_t>(number[0]) | static_cast<std::uint64_t>(number[1]) << kLimbBits;
  };
  for (std::int64_t eta = -1; g != Number{};) {
    const Batch batch = divsteps(eta, lowest(f), lowest(g));
    apply_to_d_and_e(batch, d, e);
    apply_to_f_and_g(batch, f, g);
  }
  add_order_if_negative(d);
  if (f.back() < 0) {
    for (std::int64_t& limb : d) {
      limb = -limb;
    }
    carry(d);
  }
  add_order_if_negative(d);
  return scalar_of(d);
}

}  // namespace rakkan::crypto
