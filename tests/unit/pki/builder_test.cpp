// The builders' certificates, CRLs and requests, as our own parser and OpenSSL's programs read them.
#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using test::run_command;
using testing::HasSubstr;

class Builder : public testing::TestWithParam<std::string_view> {
 protected:
  static crypto::KeyKind kind_for(const crypto::AlgorithmSuite& suite) {
    return suite.scheme == crypto::SignatureScheme::ecdsa ? crypto::KeyKind::ec_p256 : crypto::KeyKind::rsa_2048;
  }
  std::string write(const std::string& name, ByteView content) {
    return test::write_bytes(folder_.path() / name, content).string();
  }
  std::string write_pem(const std::string& name, std::string_view label, ByteView der) {
    return write(name, bytes_of(to_pem(label, der)));
  }
  CrlTemplate crl_of(Authority& issuer) {
    CrlTemplate content;
    content.issuer = issuer.name();
    content.this_update = kNotBefore;
    content.next_update = kNotBefore + 24h;
    content.number = 129;
    content.authority_key_identifier = key_identifier(issuer.spki()).value();
    return content;
  }

  const crypto::AlgorithmSuite& suite_ = *crypto::suite_from_name(GetParam());
  Authority root_{"Rakkan 試験ルート", kind_for(suite_)};
  test::TemporaryFolder folder_;
};

TEST_P(Builder, OpensslVerifiesTheCertificates) {
  Authority issuing("Rakkan 発行局", kind_for(suite_));
  CertificateTemplate ca = root_.content_for(issuing.name(), issuing.spki());
  ca.basic_constraints = BasicConstraints{true, 0};
  ca.key_usage = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
  ASSERT_OK_AND_ASSIGN(const Certificate ca_certificate, issue_certificate(ca, suite_, root_.signer()));

  CertificateTemplate leaf =
      issuing.content_for(Name::from_text("CN=山田 太郎,O=株式会社ラッカン,C=JP").value(), root_.spki());
  leaf.key_usage = {KeyUsage::digital_signature, KeyUsage::content_commitment};
  leaf.extended_key_usage = ExtendedKeyUsage{{kEkuDocumentSigning, kEkuEmailProtection}, false};
  ASSERT_OK_AND_ASSIGN(const Certificate leaf_certificate, issue_certificate(leaf, suite_, issuing.signer()));

  const std::string root_file = write_pem("root.pem", "CERTIFICATE", root_.self_signed().der());
  const std::string ca_file = write_pem("ca.pem", "CERTIFICATE", ca_certificate.der());
  const std::string leaf_file = write_pem("leaf.pem", "CERTIFICATE", leaf_certificate.der());
  const auto verified = run_command({"openssl", "verify", "-x509_strict", "-check_ss_sig", "-attime", "1775000000",
                                     "-CAfile", root_file, "-untrusted", ca_file, leaf_file});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("leaf.pem: OK"));

  Bytes tampered = copy_of(leaf_certificate.der());
  tampered[tampered.size() - 10] ^= 1;
  const std::string tampered_file = write_pem("tampered.pem", "CERTIFICATE", tampered);
  EXPECT_NE(run_command({"openssl", "verify", "-attime", "1775000000", "-CAfile", root_file, "-untrusted", ca_file,
                         tampered_file})
                .exit_code,
            0);
}

TEST_P(Builder, OpensslVerifiesTheRevocationList) {
  CrlTemplate content = crl_of(root_);
  content.revoked = {{Bytes{0x5A, 0x01}, kNotBefore + 1h, std::uint8_t{1}}, {Bytes{0x80}, kNotBefore, std::nullopt}};
  ASSERT_OK_AND_ASSIGN(const Bytes crl, issue_crl(content, suite_, root_.signer()));
  const std::string root_file = write_pem("root.pem", "CERTIFICATE", root_.self_signed().der());
  const std::string crl_file = write_pem("crl.pem", "X509 CRL", crl);
  const auto shown = run_command({"openssl", "crl", "-in", crl_file, "-CAfile", root_file, "-text", "-noout"});
  EXPECT_THAT(shown.output, HasSubstr("verify OK"));
  EXPECT_THAT(shown.output, HasSubstr("Version 2"));
  EXPECT_THAT(shown.output, HasSubstr("Serial Number: 5A01"));
  EXPECT_THAT(shown.output, HasSubstr("Key Compromise"));
  EXPECT_THAT(shown.output, HasSubstr("Serial Number: 80"));
  EXPECT_THAT(shown.output, HasSubstr("129"));

  const std::string leaf_file = write_pem("leaf.pem", "CERTIFICATE", root_.certify("Leaf").der());
  const auto revoked = run_command({"openssl", "verify", "-attime", "1767230000", "-CAfile", root_file, "-CRLfile",
                                    crl_file, "-crl_check", leaf_file});
  EXPECT_THAT(revoked.output, HasSubstr("certificate revoked"));
}

TEST_P(Builder, OpensslVerifiesTheRequest) {
  ASSERT_OK_AND_ASSIGN(const Name subject, Name::from_text("CN=電子印鑑,O=株式会社ラッカン,C=JP"));
  ASSERT_OK_AND_ASSIGN(const Bytes request, make_certification_request(subject, suite_, root_.signer()));
  const std::string file = write_pem("request.pem", "CERTIFICATE REQUEST", request);
  const auto shown = run_command(
      {"openssl", "req", "-in", file, "-verify", "-noout", "-subject", "-nameopt", "RFC2253,utf8,-esc_msb"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.output, testing::AnyOf(HasSubstr("verify OK"), HasSubstr("self-signature verify OK")));
  EXPECT_THAT(shown.output, HasSubstr("CN=電子印鑑,O=株式会社ラッカン,C=JP"));
}

INSTANTIATE_TEST_SUITE_P(Suites, Builder,
                         testing::Values("rsa-pkcs1-sha256", "rsa-pkcs1-sha512", "rsa-pss-sha256", "rsa-pss-sha384",
                                         "ecdsa-sha256", "ecdsa-sha384"),
                         [](const auto& parameter) {
                           std::string name(parameter.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class CertificateBuilder : public testing::Test {
 protected:
  Authority root_{"Root"};
  test::TemporaryFolder folder_;
};

TEST_F(CertificateBuilder, EveryExtensionIsReadBackByUsAndByOpenssl) {
  const Certificate certificate = root_.certify("TSU", [](CertificateTemplate& content) {
    content.basic_constraints = BasicConstraints{};
    content.extended_key_usage = ExtendedKeyUsage{{kEkuTimeStamping}, true};
    content.private_key_usage_period = PrivateKeyUsagePeriod{kNotBefore, kNotBefore + 8760h};
    content.certificate_policies = {der::Oid{1, 2, 392, 1}, der::Oid{2, 5, 29, 32, 0}};
    content.crl_url = "http://crl.example/rakkan.crl";
    content.ocsp_url = "http://ocsp.example/";
    content.ca_issuers_url = "http://ca.example/ca.cer";
    content.ocsp_no_check = true;
  });
  EXPECT_THAT(require_profile(certificate, kUnitProfile), IsOk());
  EXPECT_EQ(certificate.private_key_usage_period()->not_before, kNotBefore);
  EXPECT_TRUE(equal(*certificate.authority_key_identifier(), key_identifier(root_.spki()).value()));
  EXPECT_TRUE(equal(*certificate.subject_key_identifier(), key_identifier(certificate.spki()).value()));
  EXPECT_FALSE(certificate.basic_constraints()->is_ca);

  const auto file = test::write_bytes(folder_.path() / "tsu.pem", bytes_of(to_pem("CERTIFICATE", certificate.der())));
  const auto shown = run_command({"openssl", "x509", "-in", file.string(), "-text", "-noout"});
  for (const char* expected :
       {"Version: 3", "X509v3 Extended Key Usage: critical\n                Time Stamping",
        "X509v3 Key Usage: critical\n                Digital Signature\n", "X509v3 Private Key Usage Period",
        "Not Before: Jan  1 00:00:00 2026 GMT, Not After: Jan  1 00:00:00 2027 GMT", "Policy: 1.2.392.1",
        "Policy: X509v3 Any Policy", "URI:http://crl.example/rakkan.crl", "OCSP - URI:http://ocsp.example/",
        "CA Issuers - URI:http://ca.example/ca.cer", "OCSP No Check", "CA:FALSE", "Serial Number: 23041 (0x5a01)"}) {
    EXPECT_THAT(shown.output, HasSubstr(expected));
  }
}

TEST_F(CertificateBuilder, LeavesOutWhatIsNotAsked) {
  const Certificate plain = root_.certify("Plain", [](CertificateTemplate& content) { content.key_usage = {}; });
  std::vector<std::string> ids;
  for (const Extension& extension : plain.extensions()) {
    ids.push_back(extension.id.dotted());
  }
  EXPECT_THAT(ids, testing::ElementsAre("2.5.29.35", "2.5.29.14"));
}

// RFC 7093 §2 (1): the leftmost 160 bits of the SHA-256 of the bit string's octets.
TEST_F(CertificateBuilder, KeyIdentifierIsTheTruncatedDigestOfTheKey) {
  ASSERT_OK_AND_ASSIGN(const Bytes identifier, key_identifier(root_.spki()));
  const ByteView point = root_.spki().last(65);
  EXPECT_EQ(to_hex(identifier), to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, point).view()).substr(0, 40));
  EXPECT_THAT(key_identifier({}), FailsWith(ErrorCode::malformed_der));
}

TEST_F(CertificateBuilder, RefusesTemplatesThatMakeNoCertificate) {
  const auto issue = [&](const Change& change) {
    CertificateTemplate content = root_.content_for(name_of("Leaf"), root_.spki());
    change(content);
    return issue_certificate(content, root_.suite(), root_.signer());
  };
  EXPECT_THAT(issue([](CertificateTemplate&) {}), IsOk());
  EXPECT_THAT(issue([](CertificateTemplate& c) { c.subject = Name(); }), IsOk());
  const Change wrong[] = {
      [](CertificateTemplate& c) { c.serial_number = {}; },
      [](CertificateTemplate& c) { c.serial_number = {0, 0}; },
      [](CertificateTemplate& c) { c.serial_number = Bytes(20, 0x80); },
      [](CertificateTemplate& c) { c.issuer = Name(); },
      [](CertificateTemplate& c) { c.validity.not_after = c.validity.not_before - 1s; },
      [](CertificateTemplate& c) { c.extended_key_usage = ExtendedKeyUsage{}; },
      [](CertificateTemplate& c) { c.basic_constraints = BasicConstraints{false, 1}; },
      [](CertificateTemplate& c) { c.private_key_usage_period = PrivateKeyUsagePeriod{}; },
      [](CertificateTemplate& c) { c.crl_url = "http://例え.example"; },
      [](CertificateTemplate& c) { c.ocsp_url = "http://例え.example"; },
      [](CertificateTemplate& c) { c.ca_issuers_url = "http://例え.example"; },
  };
  for (const Change& change : wrong) {
    EXPECT_THAT(issue(change), FailsWith(ErrorCode::invalid_argument));
  }
  EXPECT_THAT(issue([](CertificateTemplate& c) { c.spki = {}; }), FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(issue_certificate(root_.content_for(name_of("Leaf"), root_.spki()),
                                *crypto::suite_from_name("rsa-pkcs1-sha256"), root_.signer()),
              FailsWith(ErrorCode::unsupported_algorithm));
}

// A signer whose signatures are of another key: a fault, or two slots mixed up.
class WrongKey final : public crypto::Signer {
 public:
  WrongKey(crypto::Signer& shown, crypto::Signer& used) : shown_(shown), used_(used) {}
  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override { return shown_.public_key(); }
  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override {
    return used_.sign(suite, digest);
  }

 private:
  crypto::Signer& shown_;
  crypto::Signer& used_;
};

TEST_F(CertificateBuilder, NothingLeavesThatDoesNotVerify) {
  Authority other("Other");
  WrongKey signer(root_.signer(), other.signer());
  EXPECT_THAT(issue_certificate(root_.content_for(name_of("Leaf"), root_.spki()), root_.suite(), signer),
              FailsWith(ErrorCode::self_check_failed));
  EXPECT_THAT(make_certification_request(name_of("Leaf"), root_.suite(), signer),
              FailsWith(ErrorCode::self_check_failed));
}

TEST_F(CertificateBuilder, RevocationListsAreCheckedToo) {
  CrlTemplate good;
  good.issuer = root_.name();
  good.this_update = kNotBefore;
  good.next_update = kNotBefore + 24h;
  good.authority_key_identifier = {1, 2, 3};
  EXPECT_THAT(issue_crl(good, root_.suite(), root_.signer()), IsOk());
  const auto refused = [&](const std::function<void(CrlTemplate&)>& change) {
    CrlTemplate content = good;
    change(content);
    EXPECT_THAT(issue_crl(content, root_.suite(), root_.signer()), FailsWith(ErrorCode::invalid_argument));
  };
  refused([](CrlTemplate& c) { c.issuer = Name(); });
  refused([](CrlTemplate& c) { c.next_update = c.this_update - 1s; });
  refused([](CrlTemplate& c) { c.authority_key_identifier = {}; });
  for (const int reason : {0, 7, 8, 11}) {
    refused([&](CrlTemplate& c) { c.revoked = {{Bytes{1}, kNotBefore, static_cast<std::uint8_t>(reason)}}; });
  }
  refused([](CrlTemplate& c) { c.revoked = {{Bytes{0}, kNotBefore, std::nullopt}}; });
  refused([](CrlTemplate& c) { c.freshest_crl_url = "http://例え.example"; });
  refused([](CrlTemplate& c) { c.scope = CrlScope{.url = "http://例え.example"}; });

  CrlTemplate delta = good;  // removeFromCRL is for these
  delta.base_number = 1;
  delta.revoked = {{Bytes{1}, kNotBefore, std::uint8_t{8}}};
  EXPECT_THAT(issue_crl(delta, root_.suite(), root_.signer()), IsOk());
}

}  // namespace
}  // namespace rakkan::pki
