#include "rakkan/crypto/verification_algorithm.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"
#include "support/result_matchers.hpp"
#include "support/rsa_spki.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;
using test::rsa_spki;

constexpr auto kUnsupported = ErrorCode::unsupported_algorithm;

Result<VerificationAlgorithm> parse(std::string_view hex, std::optional<HashAlgorithm> given = std::nullopt) {
  return VerificationAlgorithm::parse(from_hex(hex).value(), given);
}

TEST(HashAlgorithms, GiveTheValuesOfTheirStandards) {
  const auto abc = [](HashAlgorithm algorithm) { return to_hex(hash(algorithm, bytes_of("abc")).value().view()); };
  EXPECT_EQ(abc(HashAlgorithm::md5), "900150983cd24fb0d6963f7d28e17f72");                             // RFC 1321 A.5
  EXPECT_EQ(abc(HashAlgorithm::sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");                    // RFC 3174 §7.3
  EXPECT_EQ(abc(HashAlgorithm::sha224), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");  // RFC 3874 §3.1
  EXPECT_EQ(abc(HashAlgorithm::sha3_256), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");  // NIST
  EXPECT_EQ(abc(HashAlgorithm::shake256),
            "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"
            "d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4");
}

TEST(HashAlgorithms, ContainThoseThatAreSignedWith) {
  for (const DigestAlgorithm each : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const HashAlgorithm same = hash_algorithm_of(each);
    EXPECT_EQ(info(same).oid, info(each).oid);
    EXPECT_EQ(HashValue(digest(each, bytes_of("abc"))), hash(same, bytes_of("abc")).value());
  }
}

TEST(HashAlgorithms, TakeDataInParts) {
  const std::array<ByteView, 3> parts = {bytes_of("a"), ByteView(), bytes_of("bc")};
  for (const HashAlgorithmInfo& each : hash_algorithms()) {
    EXPECT_EQ(hash(each.algorithm, parts).value(), hash(each.algorithm, bytes_of("abc")).value()) << each.name;
    EXPECT_EQ(hash_algorithm_from_oid(each.oid), each.algorithm);
    EXPECT_FALSE(HashValue::from_bytes(each.algorithm, Bytes(each.size + 1)));
  }
}

TEST(HashAlgorithms, OfShake256AreReadWithTheirLength) {
  const auto read = [](std::string_view hex) {
    const Bytes der = from_hex(hex).value();
    der::Reader reader(der);
    return read_hash_algorithm(reader);
  };
  EXPECT_EQ(read("300f060960864801650304021202020200").value(), HashAlgorithm::shake256) << "RFC 8419 §2.3: 512 bits";
  EXPECT_EQ(read("300b060960864801650304020c").value(), HashAlgorithm::shake256);
  EXPECT_THAT(read("300f060960864801650304021202020100"), FailsWith(kUnsupported)) << "256 bits";
  EXPECT_THAT(read("300b0609608648016503040212"), FailsWith(ErrorCode::malformed_der)) << "without length";
}

TEST(VerificationAlgorithm, ReadsIdentifiersOfX509) {
  EXPECT_EQ(parse("300d06092a864886f70d0101050500")->name(), "RSA PKCS#1 v1.5 with SHA-1");
  EXPECT_EQ(parse("300b06092a864886f70d010105")->name(), "RSA PKCS#1 v1.5 with SHA-1") << "NULL may be absent";
  EXPECT_EQ(parse("300906072a8648ce380403")->name(), "DSA with SHA-1");
  EXPECT_EQ(parse("300a06082a8648ce3d040304")->name(), "ECDSA with SHA-512");
  EXPECT_EQ(parse("300b060960864801650304030b")->name(), "ECDSA with SHA3-384");
  EXPECT_EQ(parse("300506032b6571")->name(), "Ed448");
  EXPECT_THAT(parse("300706032b65710500"), FailsWith(kUnsupported)) << "RFC 8410: without parameters";
  EXPECT_THAT(parse("300506032a0304"), FailsWith(kUnsupported));
  EXPECT_THAT(parse("3003"), FailsWith(kUnsupported));
}

TEST(VerificationAlgorithm, ReadsIdentifiersOfCmsThatNameAKeyAlone) {
  const std::string rsa = "300d06092a864886f70d0101010500";
  ASSERT_OK_AND_ASSIGN(const VerificationAlgorithm md5, parse(rsa, HashAlgorithm::md5));
  EXPECT_EQ(md5.name(), "RSA PKCS#1 v1.5 with MD5");
  EXPECT_EQ(md5.identifier().dotted(), "1.2.840.113549.1.1.4");
  EXPECT_THAT(parse(rsa), FailsWith(kUnsupported)) << "no hash";
  EXPECT_EQ(parse("300906072a8648ce3d0201", HashAlgorithm::sha256)->identifier().dotted(), "1.2.840.10045.4.3.2");
  EXPECT_EQ(parse("300806062a8648ce3d04", HashAlgorithm::sha384)->identifier().dotted(), "1.2.840.10045.4.3.3");
  EXPECT_THAT(parse("300a06082a8648ce3d040302", HashAlgorithm::sha1), FailsWith(kUnsupported)) << "two hashes";
}

TEST(VerificationAlgorithm, ReadsAnyParametersOfPss) {
  const auto pss = [](std::string_view parameters) {
    der::Writer writer;
    writer.sequence([&] {
      writer.oid(der::Oid{1, 2, 840, 113549, 1, 1, 10});
      writer.raw(from_hex(parameters).value());
    });
    return VerificationAlgorithm::parse(writer.view());
  };
  EXPECT_EQ(*pss("3000")->pss, (PssParameters{HashAlgorithm::sha1, HashAlgorithm::sha1, 20})) << "the defaults";
  EXPECT_EQ(*pss("301ba00f300d06096086480165030402010500a20302010aa303020101")->pss,
            (PssParameters{HashAlgorithm::sha256, HashAlgorithm::sha1, 10}));
  EXPECT_THAT(pss("3005a303020102"), FailsWith(kUnsupported)) << "trailerField";
  EXPECT_THAT(pss("3007a20502030fffff"), FailsWith(kUnsupported)) << "no key has room for such a salt";
  EXPECT_THAT(pss("3011a00f300d060960864801650304020c0500"), FailsWith(kUnsupported)) << "SHAKE256 has no MGF1";
  EXPECT_THAT(pss("0500"), FailsWith(kUnsupported));
}

// Signing is a closed list; what can be verified says nothing about it.
TEST(VerificationAlgorithm, AddsNothingToWhatIsSignedWith) {
  EXPECT_EQ(algorithm_suites().size(), 10U);
  for (const char* const name : {"rsa-pkcs1-sha1", "rsa-pkcs1-md5", "dsa-sha256", "ecdsa-sha1", "ed448"}) {
    EXPECT_EQ(suite_from_name(name), nullptr) << name;
  }
  EXPECT_THAT(suite_from_identifier(from_hex("300d06092a864886f70d0101050500").value(), std::nullopt),
              FailsWith(kUnsupported));
}

TEST(VerificationKey, VerifiesWhatOurSignersSign) {
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ec_p256, KeyKind::ec_p384}) {
    auto signer = SoftwareSigner::generate(kind).value();
    const AlgorithmSuite& suite = default_suite(kind);
    ASSERT_OK_AND_ASSIGN(const VerificationKey key, VerificationKey::from_spki(signer.public_key().spki()));
    ASSERT_OK_AND_ASSIGN(const VerificationAlgorithm algorithm,
                         VerificationAlgorithm::parse(suite.x509_signature_algorithm));
    Bytes signature = signer.sign(suite, digest(suite.digest, bytes_of("message"))).value();
    EXPECT_THAT(key.verify_message(algorithm, bytes_of("message"), signature), IsOk());
    EXPECT_THAT(key.verify_message(algorithm, bytes_of("Message"), signature), FailsWith(ErrorCode::signature_invalid));
    signature.back() ^= 1;
    EXPECT_THAT(key.verify_message(algorithm, bytes_of("message"), signature), FailsWith(ErrorCode::signature_invalid));
    EXPECT_EQ(key.name(), name(kind));
  }
}

TEST(VerificationKey, RefusesAnAlgorithmThatIsNotForIt) {
  auto signer = SoftwareSigner::generate(KeyKind::ec_p256).value();
  ASSERT_OK_AND_ASSIGN(const VerificationKey key, VerificationKey::from_spki(signer.public_key().spki()));
  for (const VerificationScheme scheme :
       {VerificationScheme::rsa_pkcs1, VerificationScheme::rsa_pss, VerificationScheme::dsa,
        VerificationScheme::ed25519, VerificationScheme::ed448}) {
    EXPECT_THAT(key.verify_message({scheme, HashAlgorithm::sha256, {}}, bytes_of("m"), Bytes(64)),
                FailsWith(kUnsupported));
  }
  const HashValue other = hash(HashAlgorithm::sha1, bytes_of("m")).value();
  EXPECT_THAT(key.verify({VerificationScheme::ecdsa, HashAlgorithm::sha256, {}}, other, Bytes(64)),
              FailsWith(kUnsupported));
}

TEST(VerificationKey, TakesRsaOfAnyUsefulSize) {
  const auto modulus = [](std::size_t octets, Byte first) {
    Bytes value(octets, 0x5B);
    value.front() = first;
    return value;
  };
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(128, 0x80), Bytes{3})), IsOk());
  EXPECT_EQ(VerificationKey::from_spki(rsa_spki(modulus(193, 0x01), Bytes{17}))->bits(), 1537U);
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(128, 0x7F), Bytes{3})), FailsWith(kUnsupported))
      << "1023 bits";
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(2049, 0x01), Bytes{3})), FailsWith(kUnsupported))
      << "16385 bits";
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(256, 0x80), Bytes(32, 0xFF))), IsOk());
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(256, 0x80), Bytes(33, 0xFF))), FailsWith(kUnsupported));
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(512, 0x80), Bytes(9, 0xFF))), FailsWith(kUnsupported));
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(256, 0x80), Bytes{1})), FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(modulus(256, 0x80), Bytes{4})), FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(VerificationKey::from_spki(rsa_spki(Bytes(256, 0x80), Bytes{3})), FailsWith(ErrorCode::malformed_der));
}

TEST(VerificationKey, CostsMoreWhenVerifyingTakesLonger) {
  const auto cost = [](std::size_t octets, const Bytes& exponent) {
    Bytes modulus(octets, 0x5B);
    modulus.front() = 0x80;
    const auto key = VerificationKey::from_spki(rsa_spki(modulus, exponent));
    return key ? key->cost() : 0U;
  };
  const Bytes usual{1, 0, 1};
  EXPECT_EQ(cost(128, {3}), 1U);
  EXPECT_EQ(cost(512, usual), 1U);
  EXPECT_EQ(cost(1024, usual), 4U);
  EXPECT_EQ(cost(2048, usual), 16U);
  EXPECT_EQ(cost(2048, Bytes(8, 0xFF)), 60U);
  const auto cost_of = [](KeyKind kind) {
    return VerificationKey::from_spki(SoftwareSigner::generate(kind)->public_key().spki())->cost();
  };
  EXPECT_EQ(cost_of(KeyKind::ec_p256), 1U);
  EXPECT_EQ(cost_of(KeyKind::ec_p384), 10U);
}

TEST(VerificationKey, RefusesKeysThatAreNone) {
  EXPECT_THAT(VerificationKey::from_spki({}), FailsWith(ErrorCode::malformed_der));
  // P-256 with a point that is not on the curve, and one of another size.
  const std::string p256 =
      "3013"
      "06072a8648ce3d0201"
      "06082a8648ce3d030107";
  EXPECT_THAT(VerificationKey::from_spki(from_hex("3059" + p256 + "034200" + "04" + std::string(128, '1')).value()),
              FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(VerificationKey::from_spki(from_hex("3019" + p256 + "03020004").value()),
              FailsWith(ErrorCode::malformed_der));
  const std::string p521 = "301006072a8648ce3d020106052b81040023";
  EXPECT_THAT(VerificationKey::from_spki(from_hex("3015" + p521 + "030100").value()),
              FailsWith(ErrorCode::malformed_der))
      << "a point without octets";
}

}  // namespace
}  // namespace rakkan::crypto
