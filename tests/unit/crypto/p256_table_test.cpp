#include "crypto/p256_table.hpp"

#include <gmock/gmock.h>

#include <random>
#include <vector>

#include "crypto/p256_order.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/public_key.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/result_matchers.hpp"
#include "unit/crypto/p256_numbers.hpp"

namespace rakkan::crypto {
namespace {

using test_numbers::any_scalar;
using test_numbers::inverse;
using test_numbers::negated;
using test_numbers::Number;
using test_numbers::order;
using test_numbers::Point;
using test_numbers::prime;
using test_numbers::signature_of;
using test_numbers::sum;
using test_numbers::times;

// Our answer beside that of OpenSSL's own verification, which is the judge.
class Key {
 public:
  explicit Key(const Point& point) : Key(PublicKey::from_spki(test_numbers::spki_of(point)).value()) {}
  explicit Key(PublicKey key) : key_(std::move(key)), table_(P256Table::build(key_.spki().last(65))) {}

  // Both say the same: that, or nothing.
  [[nodiscard]] std::optional<bool> verdict(ByteView digest, ByteView signature) const {
    const bool by_library =
        key_.verify(*suite_from_name("ecdsa-sha256"), *Digest::from_bytes(DigestAlgorithm::sha256, digest), signature)
            .has_value();
    const bool by_table = table_->verifies(digest, signature);
    return by_library == by_table ? std::optional(by_table) : std::nullopt;
  }
  [[nodiscard]] std::optional<bool> verdict(const Number& digest, const Number& r, const Number& s) const {
    return verdict(digest.padded(), signature_of(r, s));
  }

 private:
  PublicKey key_;
  std::unique_ptr<const P256Table> table_;
};

Bytes any_digest() {
  Number number;
  BN_rand(number.get(), 256, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  return number.padded();
}

// A signature over that digest with the private key `d` and the nonce `k`.
struct Value {
  Number r;
  Number s;
};
Value sign(const Number& d, const Number& digest, const Number& k) {
  const Number r = sum(Point::times_generator(k).x(), Number());
  return {r, times(inverse(k), sum(digest, times(r, d)))};
}

TEST(P256Table, AcceptsWhatItsKeySigned) {
  for (int keys = 0; keys < 8; ++keys) {
    ASSERT_OK_AND_ASSIGN(SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
    const Key key(signer.public_key());
    for (int i = 0; i < 250; ++i) {
      const Bytes digest = any_digest();
      ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign(*suite_from_name("ecdsa-sha256"),
                                                              *Digest::from_bytes(DigestAlgorithm::sha256, digest)));
      ASSERT_EQ(key.verdict(digest, signature), true) << to_hex(digest) << ' ' << to_hex(signature);
    }
  }
}

TEST(P256Table, RefusesEverySingleFlippedBit) {
  ASSERT_OK_AND_ASSIGN(SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
  const Key key(signer.public_key());
  const Bytes digest = any_digest();
  ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign(*suite_from_name("ecdsa-sha256"),
                                                          *Digest::from_bytes(DigestAlgorithm::sha256, digest)));
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    Bytes changed = signature;
    changed[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    ASSERT_EQ(key.verdict(digest, changed), false) << to_hex(changed);
  }
  for (std::size_t bit = 0; bit < 8 * digest.size(); ++bit) {
    Bytes changed = digest;
    changed[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    ASSERT_EQ(key.verdict(changed, signature), false) << to_hex(changed);
  }
}

TEST(P256Table, RefusesAnotherKeysSignature) {
  const Number d = any_scalar();
  const Number digest(any_digest());
  const Value value = sign(d, digest, any_scalar());
  EXPECT_EQ(Key(Point::times_generator(d)).verdict(digest, value.r, value.s), true);
  EXPECT_EQ(Key(Point::times_generator(sum(d, 1))).verdict(digest, value.r, value.s), false);
  EXPECT_EQ(Key(Point::times_generator(negated(d))).verdict(digest, value.r, value.s), false);
}

// Every pair of the numbers at which something begins or ends, over digests of the same kind.
TEST(P256Table, AgreesWithTheLibraryAtTheEdges) {
  const Number n = order();
  const Number all_ones(Bytes(32, 0xFF));
  const Number two_to_the_256 = all_ones + 1;
  const std::vector<Number> numbers = {0,           1,         2,           3,           n - 2,
                                       n - 1,       n,         n + 1,       prime() - n, prime() - n - 1,
                                       prime() - 1, prime(),   prime() + 1, all_ones,    two_to_the_256,
                                       n + n,       n + n + 1, any_scalar()};
  const std::vector<Number> digests = {0, 1, n - 1, n, n + 1, prime(), all_ones, Number(any_digest())};
  for (const Number& d : {Number(1), Number(2), n - 1, any_scalar()}) {
    const Key key(Point::times_generator(d));
    for (const Number& digest : digests) {
      for (const Number& r : numbers) {
        for (const Number& s : numbers) {
          ASSERT_TRUE(key.verdict(digest, r, s).has_value())
              << to_hex(d.padded()) << ' ' << to_hex(digest.padded()) << ' ' << to_hex(signature_of(r, s));
        }
      }
    }
  }
}

// r and s are from 1 to n - 1: what is the same number modulo n is no signature.
TEST(P256Table, RefusesTheSameNumberModuloTheOrder) {
  const Number d = any_scalar();
  const Key key(Point::times_generator(d));
  const Number digest(any_digest());
  const Value value = sign(d, digest, any_scalar());
  EXPECT_EQ(key.verdict(digest, value.r, value.s), true);
  EXPECT_EQ(key.verdict(digest, value.r, order() - value.s), true);  // ECDSA knows both
  EXPECT_EQ(key.verdict(digest, value.r, value.s + order()), false);
  EXPECT_EQ(key.verdict(digest, value.r + order(), value.s), false);
  EXPECT_EQ(key.verdict(digest, order() - value.r, value.s), false);
  // An s so small that n more fits into 32 octets, too: d = (k s - z) / r.
  const Number small(7);
  const Number k = any_scalar();
  const Number r = sum(Point::times_generator(k).x(), Number());
  const Key other(Point::times_generator(times(inverse(r), sum(times(k, small), negated(digest)))));
  EXPECT_EQ(other.verdict(digest, r, small), true);
  EXPECT_EQ(other.verdict(digest, r, small + order()), false);
}

// The digest is a number up to 2^256, and counts modulo n.
TEST(P256Table, AcceptsDigestsFromZeroToAllOnes) {
  const Number d = any_scalar();
  const Key key(Point::times_generator(d));
  for (const Number& digest : {Number(), order() - 1, order(), order() + 1, Number(Bytes(32, 0xFF))}) {
    const Value value = sign(d, digest, any_scalar());
    EXPECT_EQ(key.verdict(digest, value.r, value.s), true) << to_hex(digest.padded());
  }
}

// A point whose x is n or more: r is x - n. It takes a key made for it, as no one will meet such a point by chance.
TEST(P256Table, AcceptsAPointWhoseXIsAboveTheOrder) {
  int found = 0;
  for (unsigned long above = 1; found < 20; ++above) {
    const Point nonce_point = Point::with_x(order() + above);
    if (nonce_point.is_infinity()) {
      continue;
    }
    ++found;
    const Number r(above);
    const Number digest(any_digest());
    const Number s = any_scalar();
    // Q = (s R - z G) / r
    const Number of_r = inverse(r);
    const Point point = Point::combined(negated(times(of_r, digest)), nonce_point, times(of_r, s));
    const Key key(point);
    EXPECT_EQ(key.verdict(digest, r, s), true) << above;
    EXPECT_EQ(key.verdict(digest, r + order(), s), false) << above;  // x itself is no r
  }
}

// r + n is no x where it is p or more; and it is not taken modulo p.
TEST(P256Table, DoesNotWrapAnXAroundThePrime) {
  int found = 0;
  for (unsigned long x = 1; found < 20; ++x) {
    const Point nonce_point = Point::with_x(x);
    if (nonce_point.is_infinity()) {
      continue;
    }
    ++found;
    const Number r = x + prime() - order();  // r + n is x modulo p
    const Number digest(any_digest());
    const Number s = any_scalar();
    const Number of_r = inverse(r);
    const Point point = Point::combined(negated(times(of_r, digest)), nonce_point, times(of_r, s));
    EXPECT_EQ(Key(point).verdict(digest, r, s), false) << x;
  }
}

// Both products are the same point: their sum is a doubling.
TEST(P256Table, AcceptsASumOfTwoEqualPoints) {
  for (int i = 0; i < 10; ++i) {
    const Number d = any_scalar();
    const Number k = any_scalar();
    const Number digest = times(Point::times_generator(k).x(), d);  // z = r d
    const Value value = sign(d, digest, k);
    EXPECT_EQ(Key(Point::times_generator(d)).verdict(digest, value.r, value.s), true);
  }
}

// Both products cancel each other out: the sum is infinity, which has no x.
TEST(P256Table, RefusesASumAtInfinity) {
  const Number d = any_scalar();
  const Key key(Point::times_generator(d));
  for (const Number& r : {Number(1), prime() - order(), any_scalar()}) {
    EXPECT_EQ(key.verdict(negated(times(r, d)), r, any_scalar()), false);
  }
}

TEST(P256Table, ServesKeysThatAreSmallMultiplesOfTheGenerator) {
  for (const Number& d : {Number(1), Number(2), Number(3), Number(64), order() - 1, order() - 2}) {
    const Key key(Point::times_generator(d));
    for (const Number& k : {Number(1), Number(2), order() - 1, any_scalar()}) {
      const Number digest(any_digest());
      const Value value = sign(d, digest, k);
      EXPECT_EQ(key.verdict(digest, value.r, value.s), true) << to_hex(d.padded()) << ' ' << to_hex(k.padded());
      EXPECT_EQ(key.verdict(sum(digest, 1), value.r, value.s), false);
    }
  }
}

// FIPS 186-5 §6.4.2: the leftmost 256 bits of a longer digest.
TEST(P256Table, TakesTheLeftmostBitsOfALongerDigest) {
  ASSERT_OK_AND_ASSIGN(SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
  const auto table = P256Table::build(signer.public_key().spki().last(65));
  for (const char* name : {"ecdsa-sha384", "ecdsa-sha512"}) {
    const AlgorithmSuite& suite = *suite_from_name(name);
    const Digest data = digest(suite.digest, bytes_of("契約書"));
    ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign(suite, data));
    EXPECT_TRUE(table->verifies(data.view(), signature)) << name;
    EXPECT_FALSE(table->verifies(data.view().subspan(1), signature)) << name;
  }
}

TEST(P256Table, RefusesWhatIsNotDer) {
  const Number d = any_scalar();
  const Key key(Point::times_generator(d));
  const Number digest(any_digest());
  Value value;
  do {
    value = sign(d, digest, any_scalar());  // no leading zeros: the lengths below are known
  } while (value.r.padded().front() < 0x80 || value.s.padded().front() < 0x80);
  const Bytes good = signature_of(value.r, value.s);
  ASSERT_EQ(good.size(), 72U);
  const auto with = [&](auto change) {
    Bytes changed = good;
    change(changed);
    return key.verdict(digest.padded(), changed);
  };
  EXPECT_EQ(with([](Bytes&) {}), true);
  EXPECT_EQ(with([](Bytes& der) { der.clear(); }), false);
  EXPECT_EQ(with([](Bytes& der) { der.push_back(0); }), false);
  EXPECT_EQ(with([](Bytes& der) { der.pop_back(); }), false);
  EXPECT_EQ(with([](Bytes& der) { der[0] = 0x31; }), false);
  EXPECT_EQ(with([](Bytes& der) { der[2] = 0x04; }), false);
  EXPECT_EQ(with([](Bytes& der) { der.insert(der.begin() + 1, 0x81); }), false);                      // long length
  EXPECT_EQ(with([](Bytes& der) { der[1] += 2, der.push_back(0x05), der.push_back(0x00); }), false);  // a third field
  EXPECT_EQ(with([](Bytes& der) { --der[1], --der[3], der.erase(der.begin() + 4); }), false);         // r below zero
  EXPECT_EQ(with([](Bytes& der) { ++der[1], ++der[3], der.insert(der.begin() + 4, 0); }), false);     // r not minimal
  EXPECT_EQ(with([](Bytes& der) {
              der[1] = 0x80;
              der.push_back(0);
              der.push_back(0);
            }),
            false);  // indefinite length
}

TEST(P256Table, IsMadeOfPointsOfTheCurveAlone) {
  Bytes point = Point::times_generator(any_scalar()).octets();
  EXPECT_NE(P256Table::build(point), nullptr);
  point.back() ^= 1;
  EXPECT_EQ(P256Table::build(point), nullptr);
  EXPECT_EQ(P256Table::build(Bytes(1)), nullptr);  // infinity
  EXPECT_EQ(P256Table::build({}), nullptr);
}

TEST(P256Order, InvertsEveryNumberFromOneOn) {
  const auto inverted = [](const Number& value) {
    P256Scalar scalar{};
    const Bytes padded = value.padded();
    std::copy(padded.begin(), padded.end(), scalar.begin());
    return Number(inverse_modulo_p256_order(scalar));
  };
  const auto expect_inverse = [&](const Number& value) {
    const Number ours = inverted(value);
    ASSERT_TRUE(ours < order());
    ASSERT_EQ(ours, inverse(value)) << to_hex(value.padded());
  };
  for (unsigned long small = 1; small < 200; ++small) {
    expect_inverse(small);
    expect_inverse(order() - small);
  }
  for (int bit = 1; bit < 256; ++bit) {
    Number power;
    BN_set_bit(power.get(), bit);
    if (power < order()) {
      expect_inverse(power);
      expect_inverse(power - 1);
      expect_inverse(order() - power);
    }
  }
  for (int i = 0; i < 20'000; ++i) {
    expect_inverse(any_scalar());
  }
  EXPECT_EQ(inverted(0), Number());
}

}  // namespace
}  // namespace rakkan::crypto
