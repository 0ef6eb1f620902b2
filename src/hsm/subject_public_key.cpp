#include "hsm/subject_public_key.hpp"

#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::hsm {
namespace {

constexpr der::Oid kRsaEncryption{1, 2, 840, 113549, 1, 1, 1};  // RFC 8017 appendix C
constexpr der::Oid kEcPublicKey{1, 2, 840, 10045, 2, 1};        // RFC 5480 §2.1.1
constexpr der::Oid kP256{1, 2, 840, 10045, 3, 1, 7};
constexpr der::Oid kP384{1, 3, 132, 0, 34};
constexpr der::Oid kEd25519{1, 3, 101, 112};  // RFC 8410 §3

// The point without its OCTET STRING, into which PKCS#11 2.40 §2.3.3 wraps it. A bare P-256 or P-384 point begins with
// 04 as an OCTET STRING does, but its second byte is then not the length of the remaining bytes.
ByteView bare_point(ByteView point) {
  der::Reader reader(point);
  const Result<ByteView> content = reader.octet_string();
  return content && reader.at_end() ? *content : point;
}

Bytes spki(const der::Oid& algorithm, ByteView parameters, ByteView key) {
  der::Writer writer(key.size() + 64);
  writer.sequence([&] {
    writer.sequence([&] {
      writer.oid(algorithm);
      writer.raw(parameters);
    });
    writer.bit_string(key);
  });
  return writer.take();
}

}  // namespace

Bytes rsa_spki(ByteView modulus, ByteView exponent) {
  der::Writer key(modulus.size() + 32);
  key.sequence([&] {
    key.unsigned_integer(modulus);
    key.unsigned_integer(exponent);
  });
  constexpr Byte kNull[] = {0x05, 0x00};
  return spki(kRsaEncryption, kNull, key.view());
}

Bytes ec_spki(ByteView parameters, ByteView point) { return spki(kEcPublicKey, parameters, bare_point(point)); }

Bytes ed25519_spki(ByteView point) { return spki(kEd25519, {}, bare_point(point)); }

Bytes curve_parameters(crypto::KeyKind kind) {
  using crypto::KeyKind;
  der::Writer writer;
  switch (kind) {
    case KeyKind::rsa_2048:
    case KeyKind::rsa_3072:
    case KeyKind::rsa_4096:
      break;
    case KeyKind::ec_p256:
      writer.oid(kP256);
      break;
    case KeyKind::ec_p384:
      writer.oid(kP384);
      break;
    case KeyKind::ed25519:
      // PKCS#11 3.0 §2.3.5: a curveName, which SoftHSM 2.6 and others have known since before OIDs were allowed.
      writer.text(der::Tag::printable_string, "edwards25519");
      break;
  }
  return writer.take();
}

}  // namespace rakkan::hsm
