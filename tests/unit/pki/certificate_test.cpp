#include "rakkan/pki/certificate.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <thread>

#include "rakkan/base/hex.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "support/handmade_certificates.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using der::Writer;
using test::FailsWith;
using test::IsOk;

Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

// A certificate in pieces, each a complete encoding, so that a test can spoil one. The signature is of no key.
struct Pieces {
  Bytes version = hex("a003020102");
  Bytes serial = hex("020107");
  Bytes algorithm = hex("300a06082a8648ce3d040302");
  Bytes issuer = copy_of(name_of("Issuer").der());
  Bytes validity = hex("301e170d3236303130313030303030305a170d3336303130313030303030305a");
  Bytes subject = copy_of(name_of("Subject").der());
  Bytes spki = copy_of(crypto::SoftwareSigner::generate(crypto::KeyKind::ec_p256)->public_key().spki());
  Bytes unique_ids;
  std::vector<Bytes> extensions;
  Bytes outer_algorithm = algorithm;
  Bytes signature = hex("03020000");
  Bytes trailing_in_tbs;
  Bytes trailing;

  [[nodiscard]] Bytes encode() const {
    Writer writer;
    writer.sequence([&] {
      writer.sequence([&] {
        for (const Bytes* piece : {&version, &serial, &algorithm, &issuer, &validity, &subject, &spki, &unique_ids}) {
          writer.raw(*piece);
        }
        if (!extensions.empty()) {
          writer.constructed(der::context_constructed(3), [&] {
            writer.sequence([&] {
              for (const Bytes& extension : extensions) {
                writer.raw(extension);
              }
            });
          });
        }
        writer.raw(trailing_in_tbs);
      });
      writer.raw(outer_algorithm);
      writer.raw(signature);
    });
    Bytes encoding = writer.take();
    append(encoding, trailing);
    return encoding;
  }
};

Result<Certificate> parse(const std::function<void(Pieces&)>& change) {
  Pieces pieces;
  change(pieces);
  return Certificate::parse(pieces.encode());
}

Bytes extension(const der::Oid& id, bool critical, std::string_view value) {
  Writer writer;
  writer.sequence([&] {
    writer.oid(id);
    if (critical) {
      writer.boolean(true);
    }
    writer.octet_string(hex(value));
  });
  return writer.take();
}

Result<Certificate> with_extension(const der::Oid& id, std::string_view value, bool critical = false) {
  return parse([&](Pieces& pieces) { pieces.extensions = {extension(id, critical, value)}; });
}

constexpr auto kMalformed = ErrorCode::malformed_certificate;
constexpr der::Oid kKeyUsage{2, 5, 29, 15};
constexpr der::Oid kPrivateKeyUsagePeriod{2, 5, 29, 16};
constexpr der::Oid kBasicConstraints{2, 5, 29, 19};
constexpr der::Oid kExtendedKeyUsage{2, 5, 29, 37};
constexpr der::Oid kSubjectKeyIdentifier{2, 5, 29, 14};
constexpr der::Oid kAuthorityKeyIdentifier{2, 5, 29, 35};

TEST(Certificate, GivesItsFields) {
  Pieces pieces;
  ASSERT_OK_AND_ASSIGN(const Certificate certificate, Certificate::parse(pieces.encode()));
  EXPECT_EQ(to_hex(certificate.serial_number()), "07");
  EXPECT_EQ(certificate.issuer().text(), "CN=Issuer,C=JP");
  EXPECT_EQ(certificate.subject().text(), "CN=Subject,C=JP");
  EXPECT_EQ(to_rfc3339(certificate.validity().not_before), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(certificate.validity().not_after), "2036-01-01T00:00:00.000Z");
  EXPECT_TRUE(equal(certificate.spki(), pieces.spki));
  EXPECT_TRUE(equal(certificate.signature_algorithm(), pieces.algorithm));
  EXPECT_EQ(to_hex(certificate.signature()), "00");
  EXPECT_EQ(certificate.public_key()->kind(), crypto::KeyKind::ec_p256);
  EXPECT_FALSE(certificate.is_self_issued());
  EXPECT_TRUE(certificate.has_key_usage(KeyUsage::crl_sign)) << "without keyUsage everything is allowed";
}

TEST(Certificate, CopiesShareOneEncoding) {
  ASSERT_OK_AND_ASSIGN(const Certificate certificate, Certificate::parse(Pieces{}.encode()));
  const Certificate copy = certificate;
  EXPECT_EQ(copy.der().data(), certificate.der().data());
}

TEST(Certificate, ThreadsShareOneKey) {
  ASSERT_OK_AND_ASSIGN(const Certificate certificate, Certificate::parse(Pieces{}.encode()));
  std::vector<const Byte*> keys(4);
  std::vector<std::thread> threads;
  for (const Byte*& key : keys) {
    threads.emplace_back([&] { key = certificate.public_key()->spki().data(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(keys, testing::Each(keys.front()));
}

TEST(Certificate, RefusesWhatIsLeftOver) {
  EXPECT_THAT(parse([](Pieces& pieces) { pieces.trailing = {0}; }), FailsWith(kMalformed));
  EXPECT_THAT(parse([](Pieces& pieces) { pieces.trailing_in_tbs = {5, 0}; }), FailsWith(kMalformed));
  EXPECT_THAT(Certificate::parse({}), FailsWith(kMalformed));
}

TEST(Certificate, VersionDecidesWhatMayStandInIt) {
  const auto version = [](std::string_view encoding, bool unique_id, bool extensions) {
    return parse([&](Pieces& pieces) {
      pieces.version = hex(encoding);
      pieces.unique_ids = unique_id ? hex("81020000") : Bytes{};
      if (extensions) {
        pieces.extensions = {extension(kBasicConstraints, false, "3000")};
      }
    });
  };
  EXPECT_THAT(version("", false, false), IsOk());
  EXPECT_THAT(version("", true, false), FailsWith(kMalformed));
  EXPECT_THAT(version("", false, true), FailsWith(kMalformed));
  EXPECT_THAT(version("a003020101", true, false), IsOk());
  EXPECT_THAT(version("a003020101", false, true), FailsWith(kMalformed));
  EXPECT_THAT(version("a003020102", true, true), IsOk());
  EXPECT_THAT(version("a003020100", false, false), FailsWith(kMalformed)) << "the default is not encoded";
  EXPECT_THAT(version("a003020103", false, false), FailsWith(kMalformed));
}

TEST(Certificate, SerialNumbersHaveUpTo20Octets) {
  const auto serial = [](const std::string& encoding) {
    return parse([&](Pieces& pieces) { pieces.serial = hex(encoding); });
  };
  EXPECT_THAT(serial("0214" + std::string(40, '7')), IsOk());
  EXPECT_THAT(serial("021500" + std::string(40, 'f')), IsOk());
  EXPECT_THAT(serial("0215" + std::string(42, '7')), FailsWith(kMalformed));
  EXPECT_THAT(serial("0201ff"), IsOk()) << "negative: RFC 5280 §4.1.2.2 asks to handle it";
  EXPECT_THAT(serial("02020001"), FailsWith(kMalformed));
  EXPECT_THAT(serial("0200"), FailsWith(kMalformed));
}

TEST(Certificate, TheTwoSignatureAlgorithmsAreEqual) {
  EXPECT_THAT(parse([](Pieces& pieces) { pieces.outer_algorithm = hex("300a06082a8648ce3d040303"); }),
              FailsWith(kMalformed));
}

TEST(Certificate, RefusesAnExtensionThatOccursTwice) {
  EXPECT_THAT(parse([](Pieces& pieces) {
                pieces.extensions = {extension(kBasicConstraints, false, "3000"), extension({1, 2, 3}, false, ""),
                                     extension(kBasicConstraints, false, "3000")};
              }),
              FailsWith(kMalformed));
}

TEST(Certificate, ListsUnknownCriticalExtensions) {
  ASSERT_OK_AND_ASSIGN(const Certificate certificate, parse([](Pieces& pieces) {
                         pieces.extensions = {extension({1, 2, 3}, true, "0500"), extension({1, 2, 4}, false, ""),
                                              extension(kBasicConstraints, true, "3000")};
                       }));
  EXPECT_THAT(certificate.unknown_critical_extensions(), testing::ElementsAre(der::Oid{1, 2, 3}));
  EXPECT_THAT(require_profile(certificate, kPartyProfile), FailsWith(ErrorCode::certificate_unsuitable));
  ASSERT_NE(certificate.find_extension({1, 2, 3}), nullptr);
  EXPECT_EQ(to_hex(certificate.find_extension({1, 2, 3})->value), "0500");
  EXPECT_EQ(certificate.find_extension({1, 2, 5}), nullptr);
}

TEST(Certificate, ReadsKeyUsage) {
  ASSERT_OK_AND_ASSIGN(const Certificate ca, with_extension(kKeyUsage, "03020106"));
  EXPECT_TRUE(ca.has_key_usage(KeyUsage::key_cert_sign));
  EXPECT_TRUE(ca.has_key_usage(KeyUsage::crl_sign));
  EXPECT_FALSE(ca.has_key_usage(KeyUsage::digital_signature));
  ASSERT_OK_AND_ASSIGN(const Certificate decipher, with_extension(kKeyUsage, "0303070880"));
  EXPECT_TRUE(decipher.has_key_usage(KeyUsage::decipher_only));
  EXPECT_TRUE(decipher.has_key_usage(KeyUsage::key_agreement));
  EXPECT_THAT(with_extension(kKeyUsage, "030100"), FailsWith(kMalformed));
  EXPECT_THAT(with_extension(kKeyUsage, "03020107"), FailsWith(kMalformed));
  EXPECT_THAT(with_extension(kKeyUsage, "0302010600"), FailsWith(kMalformed));
}

TEST(Certificate, ReadsBasicConstraints) {
  ASSERT_OK_AND_ASSIGN(const Certificate ca, with_extension(kBasicConstraints, "30060101ff020103"));
  EXPECT_TRUE(ca.basic_constraints()->is_ca);
  EXPECT_EQ(ca.basic_constraints()->path_length, 3U);
  ASSERT_OK_AND_ASSIGN(const Certificate leaf, with_extension(kBasicConstraints, "3000"));
  EXPECT_FALSE(leaf.basic_constraints()->is_ca);
  EXPECT_EQ(leaf.basic_constraints()->path_length, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const Certificate said, with_extension(kBasicConstraints, "3003010100"));
  EXPECT_FALSE(said.basic_constraints()->is_ca);
  EXPECT_THAT(with_extension(kBasicConstraints, "30060101ff0201ff"), FailsWith(kMalformed));
  EXPECT_THAT(with_extension(kBasicConstraints, "30050101ff0500"), FailsWith(kMalformed));
}

TEST(Certificate, ReadsExtendedKeyUsageWithItsCriticality) {
  ASSERT_OK_AND_ASSIGN(const Certificate tsu, with_extension(kExtendedKeyUsage, "300a06082b06010505070308", true));
  EXPECT_THAT(tsu.extended_key_usage()->purposes, testing::ElementsAre(kEkuTimeStamping));
  EXPECT_TRUE(tsu.extended_key_usage()->critical);
  EXPECT_THAT(with_extension(kExtendedKeyUsage, "3000"), FailsWith(kMalformed));
}

TEST(Certificate, ReadsPrivateKeyUsagePeriod) {
  ASSERT_OK_AND_ASSIGN(const Certificate both,
                       with_extension(kPrivateKeyUsagePeriod,
                                      "3022800f32303236303130313030303030305a810f32303237303130313030303030305a"));
  EXPECT_EQ(to_rfc3339(*both.private_key_usage_period()->not_before), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*both.private_key_usage_period()->not_after), "2027-01-01T00:00:00.000Z");
  ASSERT_OK_AND_ASSIGN(const Certificate end,
                       with_extension(kPrivateKeyUsagePeriod, "3011810f32303237303130313030303030305a"));
  EXPECT_EQ(end.private_key_usage_period()->not_before, std::nullopt);
  EXPECT_THAT(with_extension(kPrivateKeyUsagePeriod, "3000"), FailsWith(kMalformed));
}

TEST(Certificate, ReadsKeyIdentifiers) {
  ASSERT_OK_AND_ASSIGN(const Certificate subject, with_extension(kSubjectKeyIdentifier, "0403010203"));
  EXPECT_EQ(to_hex(*subject.subject_key_identifier()), "010203");
  ASSERT_OK_AND_ASSIGN(const Certificate authority, with_extension(kAuthorityKeyIdentifier, "30058003010203"));
  EXPECT_EQ(to_hex(*authority.authority_key_identifier()), "010203");
  ASSERT_OK_AND_ASSIGN(const Certificate by_serial, with_extension(kAuthorityKeyIdentifier, "3005a100820101"));
  EXPECT_EQ(by_serial.authority_key_identifier(), std::nullopt);
  EXPECT_THAT(with_extension(kAuthorityKeyIdentifier, "3003820101"), FailsWith(kMalformed));
  EXPECT_THAT(with_extension(kAuthorityKeyIdentifier, "3002a100"), FailsWith(kMalformed));
}

TEST(Certificate, ErrorsTellOffsetAndExtension) {
  const auto malformed = with_extension(kBasicConstraints, "31");
  ASSERT_THAT(malformed, FailsWith(kMalformed));
  EXPECT_THAT(malformed.error().where, testing::MatchesRegex("offset [0-9]+, extension 2.5.29.19"));
}

TEST(Certificate, AKeyThatCannotBeUsedIsNotMalformedUntilItIsAskedFor) {
  // 1.2.840.10040.4.1 (DSA)
  ASSERT_OK_AND_ASSIGN(const Certificate certificate, parse([](Pieces& pieces) {
                         pieces.spki =
                             hex("3010300906072a8648ce38040103030002"
                                 "0b");
                       }));
  EXPECT_THAT(certificate.public_key(), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(Certificate, VerifiesTheSignatureOfItsIssuerAlone) {
  for (const crypto::KeyKind kind : {crypto::KeyKind::rsa_2048, crypto::KeyKind::ec_p256, crypto::KeyKind::ec_p384}) {
    Authority root("Root", kind);
    Authority namesake("Root", kind);
    Authority other("Other", kind);
    const Certificate leaf = root.certify("Leaf");
    EXPECT_THAT(leaf.verify_signed_by(root.self_signed()), IsOk());
    EXPECT_THAT(leaf.verify_signed_by(namesake.self_signed()), FailsWith(ErrorCode::signature_invalid));
    EXPECT_THAT(leaf.verify_signed_by(other.self_signed()), FailsWith(ErrorCode::signature_invalid));
    Bytes forged = copy_of(leaf.der());
    forged[forged.size() - 20] ^= 1;
    ASSERT_OK_AND_ASSIGN(const Certificate forgery, Certificate::parse(forged));
    EXPECT_THAT(forgery.verify_signed_by(root.self_signed()), FailsWith(ErrorCode::signature_invalid));
  }
}

TEST(Certificate, ASignatureThatIsNotOfWholeOctetsIsReadAndVerifiesWithNoKey) {
  Authority root("Root");
  const Certificate good = root.self_signed();
  Bytes encoding = copy_of(good.der());
  encoding[encoding.size() - good.signature().size() - 1] = 1;  // the count of unused bits
  encoding.back() &= 0xFE;
  ASSERT_OK_AND_ASSIGN(const Certificate spoiled, Certificate::parse(encoding));
  EXPECT_THAT(spoiled.verify_signed_by(good), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(spoiled.verify_signature_with(good.verification_key().value()), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(good.verify_signature_with(good.verification_key().value()), IsOk());
}

TEST(Certificate, ItsPathExtensionsAreReadWhenTheyAreAskedFor) {
  const test::HandmadeCa root("Root");
  const test::HandmadeContent content{.extensions = {test::policies_extension({{1, 2, 392, 1}}),
                                                     test::inhibit_any_policy_extension(3),
                                                     test::policy_constraints_extension(1, 2),
                                                     test::subject_names_extension({test::general_text(2, "a.test")})}};
  const Certificate certificate = root.certify_end(Name::from_text("emailAddress=a@a.test,CN=End").value(), content);
  const auto& extensions = certificate.path_extensions();
  ASSERT_THAT(extensions, IsOk());
  EXPECT_EQ(extensions->policies->front().policy.dotted(), "1.2.392.1");
  EXPECT_EQ(extensions->inhibit_any_policy, 3U);
  EXPECT_EQ(extensions->policy_constraints.require_explicit_policy, 1U);
  EXPECT_EQ(extensions->policy_constraints.inhibit_policy_mapping, 2U);
  EXPECT_EQ(extensions->subject_names.front().text(), "a.test");
  EXPECT_EQ(extensions->subject_addresses.front(), "a@a.test");
  EXPECT_EQ(&certificate.path_extensions(), &extensions) << "once";

  const Certificate malformed = root.certify_end("End", {.extensions = {{{2, 5, 29, 54}, false, {0x05, 0x00}}}});
  EXPECT_THAT(malformed.path_extensions(), FailsWith(kMalformed));
  EXPECT_EQ(malformed.path_extensions().error().where, "extension 2.5.29.54");
}

TEST(Certificate, IsSelfIssuedWhenItsNamesMatch) {
  const test::HandmadeCa ca(Name::from_text("CN=CA,O=One Two").value(), test::HandmadeCa("key"));
  const Name written_otherwise = Name::from_text("CN=ca,O=ONE  TWO").value();
  EXPECT_TRUE(ca.issue(written_otherwise, ca.spki(), {}).is_self_issued());
  EXPECT_FALSE(ca.issue(Name::from_text("CN=ca,O=ONETWO").value(), ca.spki(), {}).is_self_issued());
}

}  // namespace
}  // namespace rakkan::pki
