#include "free_key.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <array>
#include <utility>

#include "rakkan/der/writer.hpp"

namespace rakkan::bench {
namespace {

struct Free {
  void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
  void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
  void operator()(EC_GROUP* group) const noexcept { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const noexcept { EC_POINT_free(point); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Context = std::unique_ptr<BN_CTX, Free>;
using Group = std::unique_ptr<EC_GROUP, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;

// SubjectPublicKeyInfo of P-256 up to the point (RFC 5480 §2).
constexpr std::array<Byte, 26> kSpki{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                     0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::size_t kPoint = 65;   // octets, uncompressed
constexpr std::size_t kNumber = 32;  // octets of a coordinate and of a digest

tl::unexpected<Error> no_key() { return fail(ErrorCode::internal, "no key of the benchmark's own"); }

class FreeKey final : public crypto::Signer {
 public:
  static Result<std::shared_ptr<crypto::Signer>> make() {
    const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Context context(BN_CTX_new());
    Number order(BN_dup(EC_GROUP_get0_order(group.get())));
    const Number secret(BN_new()), once(BN_new()), x(BN_new());
    Number r(BN_new()), inverse(BN_new()), product(BN_new());
    const Point point(EC_POINT_new(group.get())), other(EC_POINT_new(group.get()));
    std::array<Byte, kPoint> octets{};
    const bool made = BN_priv_rand_range(secret.get(), order.get()) == 1 &&
                      BN_priv_rand_range(once.get(), order.get()) == 1 &&
                      EC_POINT_mul(group.get(), point.get(), secret.get(), nullptr, nullptr, context.get()) == 1 &&
                      EC_POINT_mul(group.get(), other.get(), once.get(), nullptr, nullptr, context.get()) == 1 &&
                      EC_POINT_get_affine_coordinates(group.get(), other.get(), x.get(), nullptr, context.get()) == 1 &&
                      BN_nnmod(r.get(), x.get(), order.get(), context.get()) == 1 &&
                      BN_mod_inverse(inverse.get(), once.get(), order.get(), context.get()) != nullptr &&
                      BN_mod_mul(product.get(), r.get(), secret.get(), order.get(), context.get()) == 1 &&
                      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(), kPoint,
                                         context.get()) == kPoint;
    if (!made) {
      return no_key();
    }
    Bytes spki(kSpki.begin(), kSpki.end());
    append(spki, octets);
    RAKKAN_TRY(crypto::PublicKey key, crypto::PublicKey::from_spki(spki));
    return std::shared_ptr<crypto::Signer>(
        new FreeKey(std::move(key), std::move(order), std::move(r), std::move(inverse), std::move(product)));
  }

  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override { return key_; }

  // s = k⁻¹ (e + r·d), with r·d known.
  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override {
    const Context context(BN_CTX_new());
    const Number sum(BN_bin2bn(digest.view().data(), kNumber, nullptr));
    const Number s(BN_new());
    if (!crypto::suits(suite, key_.kind()) || digest.view().size() != kNumber ||
        BN_mod_add(sum.get(), sum.get(), product_.get(), order_.get(), context.get()) != 1 ||
        BN_mod_mul(s.get(), sum.get(), inverse_.get(), order_.get(), context.get()) != 1) {
      return no_key();
    }
    der::Writer writer(kPoint + 8);
    writer.sequence([&] {  // Ecdsa-Sig-Value (RFC 3279 §2.2.3)
      write(writer, *r_);
      write(writer, *s);
    });
    return writer.take();
  }

 private:
  FreeKey(crypto::PublicKey key, Number order, Number r, Number inverse, Number product)
      : key_(std::move(key)),
        order_(std::move(order)),
        r_(std::move(r)),
        inverse_(std::move(inverse)),
        product_(std::move(product)) {}

  static void write(der::Writer& writer, const BIGNUM& number) {
    std::array<Byte, kNumber> octets{};
    BN_bn2binpad(&number, octets.data(), kNumber);
    writer.unsigned_integer(octets);
  }

  crypto::PublicKey key_;
  Number order_, r_, inverse_, product_;
};

}  // namespace

Result<std::shared_ptr<crypto::Signer>> make_free_key() { return FreeKey::make(); }

}  // namespace rakkan::bench
