// CRLs and OCSP both ways: ours as OpenSSL's programs read them, theirs as we do.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/revocation_status.hpp"
#include "support/corpora.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::IsOk;
using test::run_command;
using testing::HasSubstr;
using testing::Not;

// OpenSSL asks its clock twice, for thisUpdate and for nextUpdate.
bool is_about(const std::optional<Instant>& time, Instant expected) {
  return time && *time >= expected && *time <= expected + 5s;
}

class Folder : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, ByteView content) {
    return test::write_bytes(folder_.path() / name, content).string();
  }
  std::string write(const std::string& name, const Certificate& certificate) {
    return write(name, bytes_of(to_pem("CERTIFICATE", certificate.der())));
  }
  [[nodiscard]] Bytes read(const std::string& name) const { return test::file_bytes(folder_.path() / name); }

 private:
  test::TemporaryFolder folder_;
};

class OursReadByOpenssl : public Folder {
 protected:
  Authority root_{"Root"};
  Certificate issuer_ = root_.self_signed();
  Certificate leaf_ = root_.certify("Leaf");
  test::OcspResponder responder_{root_};
};

TEST_F(OursReadByOpenssl, ListsWithEveryExtension) {
  CrlTemplate crl;
  crl.issuer = root_.name();
  crl.this_update = kNotBefore;
  crl.next_update = kNotBefore + 24h;
  crl.number = 129;
  crl.authority_key_identifier = key_identifier(root_.spki()).value();
  crl.base_number = 128;
  crl.freshest_crl_url = "http://crl.example/delta.crl";
  crl.scope = CrlScope{.url = "http://crl.example/1.crl",
                       .only_contains_user_certificates = true,
                       .only_some_reasons = std::uint16_t{0x102},
                       .indirect_crl = true};
  crl.revoked = {{.serial_number = Bytes{0x5A, 0x01},
                  .revoked_at = kNotBefore,
                  .reason = std::uint8_t{8},
                  .invalidity_date = kNotBefore - 1h,
                  .certificate_issuer = name_of("Other CA")}};
  const std::string file = write("crl.der", issue_crl(crl, root_.suite(), root_.signer()).value());
  const auto shown =
      run_command({"openssl", "crl", "-in", file, "-CAfile", write("root.pem", issuer_), "-text", "-noout"});
  for (const char* expected :
       {"verify OK", "X509v3 Delta CRL Indicator: critical\n                128",
        "X509v3 Issuing Distribution Point: critical", "URI:http://crl.example/1.crl", "Only User Certificates",
        "Key Compromise, AA Compromise", "Indirect CRL", "X509v3 Freshest CRL", "URI:http://crl.example/delta.crl",
        "Remove From CRL", "Invalidity Date", "Dec 31 23:00:00 2025 GMT", "X509v3 Certificate Issuer: critical",
        "Other CA"}) {
    EXPECT_THAT(shown.output, HasSubstr(expected));
  }
}

TEST_F(OursReadByOpenssl, RequestsAreTheSameOctets) {
  const std::string root = write("root.pem", issuer_);
  const std::string leaf = write("leaf.pem", leaf_);
  for (const auto& [option, hash] : {std::pair("-sha1", OcspNameHash::sha1), std::pair("-sha256", OcspNameHash::sha256),
                                     std::pair("-sha512", OcspNameHash::sha512)}) {
    const auto made = run_command(
        {"openssl", "ocsp", option, "-issuer", root, "-cert", leaf, "-no_nonce", "-reqout", path("request.der")});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    ASSERT_OK_AND_ASSIGN(const OcspRequest ours, OcspRequest::create(leaf_, issuer_, std::nullopt, hash));
    EXPECT_EQ(to_hex(ours.der()), to_hex(read("request.der"))) << option;
  }
  const auto made =
      run_command({"openssl", "ocsp", "-issuer", root, "-cert", leaf, "-nonce", "-reqout", path("nonce.der")});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  ASSERT_OK_AND_ASSIGN(const OcspRequest with_nonce, OcspRequest::parse(read("nonce.der")));
  ASSERT_TRUE(with_nonce.nonce());
  ASSERT_OK_AND_ASSIGN(const OcspRequest ours, OcspRequest::create(leaf_, issuer_, with_nonce.nonce()));
  EXPECT_EQ(to_hex(ours.der()), to_hex(with_nonce.der()));
}

TEST_F(OursReadByOpenssl, ResponsesOfEveryStatusAndSigner) {
  const std::string root = write("root.pem", issuer_);
  const std::string leaf = write("leaf.pem", leaf_);
  // A large -validity_period: OpenSSL compares thisUpdate with the machine's clock, whatever -attime says.
  const auto shown = [&](const Bytes& response) {
    return run_command({"openssl", "ocsp", "-respin", write("response.der", response), "-validity_period", "1000000000",
                        "-CAfile", root, "-issuer", root, "-cert", leaf, "-no_nonce", "-attime", "1767226000",
                        "-resp_text"})
        .output;
  };
  const auto revoke = [](OcspResponseTemplate& c) {
    c.responses[0].status = OcspCertificateStatus::revoked;
    c.responses[0].revocation_time = kNotBefore - 1h;
    c.responses[0].reason = CrlReason::key_compromise;
  };
  for (const ResponderIdForm form : {ResponderIdForm::by_key, ResponderIdForm::by_name}) {
    const auto use_form = [&](OcspResponseTemplate& c) { c.responder_id = form; };
    EXPECT_THAT(shown(responder_.answer_der(leaf_, issuer_, use_form)),
                testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("leaf.pem: good")));
    EXPECT_THAT(shown(copy_of(test::answer_by_issuer(root_, leaf_, use_form).der())),
                testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("leaf.pem: good")));
  }
  EXPECT_THAT(
      shown(responder_.answer_der(leaf_, issuer_, revoke)),
      testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("leaf.pem: revoked"),
                     HasSubstr("Reason: keyCompromise"), HasSubstr("Revocation Time: Dec 31 23:00:00 2025 GMT")));
  EXPECT_THAT(
      shown(responder_.answer_der(
          leaf_, issuer_, [](OcspResponseTemplate& c) { c.responses[0].status = OcspCertificateStatus::unknown; })),
      testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("leaf.pem: unknown")));
  EXPECT_THAT(shown(responder_.answer_der(leaf_, issuer_,
                                          [&](OcspResponseTemplate& c) {
                                            c.nonce = Bytes{1, 2, 3};
                                            c.responses[0].archive_cutoff = kNotBefore - 24h;
                                            c.responses[0].cert_hash = leaf_.fingerprint();
                                          })),
              testing::AllOf(HasSubstr("OCSP Nonce"), HasSubstr("OCSP Archive Cutoff"),
                             HasSubstr("Dec 31 00:00:00 2025 GMT"), HasSubstr("1.3.36.8.3.13")));
  EXPECT_THAT(shown(ocsp_error_response(OcspResponseStatus::try_later)), HasSubstr("trylater"));

  // Controls: the same refusals as ours.
  test::OcspResponder without_purpose(root_, [](CertificateTemplate& c) { c.extended_key_usage = std::nullopt; });
  EXPECT_THAT(shown(without_purpose.answer_der(leaf_, issuer_)), Not(HasSubstr("Response verify OK")));
  Bytes tampered = responder_.answer_der(leaf_, issuer_);
  tampered[text_of(tampered).find("20260101010000Z") + 3] = '7';
  EXPECT_THAT(shown(tampered), Not(HasSubstr("Response verify OK")));
}

// A CA of OpenSSL's own, with three certificates: 5A01 good, 5A02 revoked, 5A03 unknown to it; and a delegated
// responder.
class OpensslsReadByUs : public Folder {
 protected:
  void SetUp() override {
    write("ca.cnf",
          bytes_of("[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=root\n[dn]\nCN=OpenSSL CA\nC=JP\n"
                   "[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
                   "subjectKeyIdentifier=hash\n"
                   "[responder]\nextendedKeyUsage=OCSPSigning\nkeyUsage=digitalSignature\nnoCheck=yes\n"
                   "[ca]\ndefault_ca=this\n[this]\ndatabase=" +
                   path("index.txt") + "\ncrlnumber=" + path("number") +
                   "\ndefault_md=sha256\ndefault_crl_days=7\ncrl_extensions=crl\n"
                   "[crl]\nauthorityKeyIdentifier=keyid\n"));
    write("number", bytes_of("0081\n"));
    write("index.txt", bytes_of("V\t360101000000Z\t\t5A01\tunknown\t/CN=One\n"
                                "R\t360101000000Z\t260102030405Z,keyCompromise\t5A02\tunknown\t/CN=Two\n"));
    run({"openssl", "req", "-x509", "-config", path("ca.cnf"), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", path("ca.key"), "-out", path("ca.pem"), "-days", "30"});
    for (const char* serial : {"5A01", "5A02", "5A03"}) {
      certify(serial, serial, {});
    }
    certify("responder", "5A0F", {"-extfile", path("ca.cnf"), "-extensions", "responder"});
  }

  void run(std::vector<std::string> words) {
    const auto outcome = run_command(words);
    ASSERT_EQ(outcome.exit_code, 0) << words[1] << ": " << outcome.output;
  }
  void certify(const std::string& name, const std::string& serial, const std::vector<std::string>& more) {
    run({"openssl", "req", "-new", "-config", path("ca.cnf"), "-subj", "/CN=" + name, "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", path(name + ".key"), "-out", path(name + ".req")});
    std::vector<std::string> words{"openssl",     "x509",         "-req",   "-in",          path(name + ".req"),
                                   "-CA",         path("ca.pem"), "-CAkey", path("ca.key"), "-set_serial",
                                   "0x" + serial, "-days",        "30",     "-out",         path(name + ".pem")};
    words.insert(words.end(), more.begin(), more.end());
    run(words);
  }
  [[nodiscard]] Certificate certificate(const std::string& name) const {
    return parse_certificates(read(name + ".pem")).value().at(0);
  }
  // OpenSSL's answer to our request.
  OcspResponse answer(const OcspRequest& request, const std::string& signer, std::vector<std::string> more = {}) {
    write("request.der", request.der());
    std::vector<std::string> words{"openssl",  "ocsp",
                                   "-index",   path("index.txt"),
                                   "-CA",      path("ca.pem"),
                                   "-rsigner", path(signer + ".pem"),
                                   "-rkey",    path(signer + ".key"),
                                   "-reqin",   path("request.der"),
                                   "-respout", path("response.der"),
                                   "-ndays",   "1"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = run_command(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return OcspResponse::parse(read("response.der")).value();
  }
};

TEST_F(OpensslsReadByUs, Lists) {
  run({"openssl", "ca", "-config", path("ca.cnf"), "-gencrl", "-keyfile", path("ca.key"), "-cert", path("ca.pem"),
       "-out", path("crl.pem")});
  ASSERT_OK_AND_ASSIGN(const CertificateList list, decode_certificate_list(read("crl.pem")));
  EXPECT_EQ(to_hex(list.crl_number().value()), "81");
  EXPECT_TRUE(is_about(list.next_update(), list.this_update() + 24h * 7));
  ASSERT_OK_AND_ASSIGN(const RevocationStatus good, revocation_status(list, certificate("5A01"), certificate("ca")));
  EXPECT_EQ(good.state, RevocationState::good);
  ASSERT_OK_AND_ASSIGN(const RevocationStatus revoked, revocation_status(list, certificate("5A02"), certificate("ca")));
  EXPECT_EQ(revoked.state, RevocationState::revoked);
  EXPECT_EQ(revoked.revocation->reason, CrlReason::key_compromise);
  EXPECT_EQ(to_rfc3339(revoked.revocation->time), "2026-01-02T03:04:05.000Z");
}

TEST_F(OpensslsReadByUs, Responses) {
  const Certificate ca = certificate("ca");
  const Bytes nonce{1, 2, 3, 4, 5, 6, 7, 8};
  for (const auto& [signer, right] :
       {std::pair("ca", OcspAuthorization::issuer), std::pair("responder", OcspAuthorization::delegated)}) {
    for (const auto& [serial, state] :
         {std::pair("5A01", RevocationState::good), std::pair("5A02", RevocationState::revoked),
          std::pair("5A03", RevocationState::unknown)}) {
      const Certificate leaf = certificate(serial);
      const OcspResponse response = answer(OcspRequest::create(leaf, ca, nonce).value(), signer);
      EXPECT_THAT(response.check_nonce(nonce), IsOk());
      ASSERT_TRUE(response.nonce());
      ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(response, leaf, ca));
      EXPECT_EQ(status.state, state) << signer << " about " << serial;
      EXPECT_EQ(status.authorization, right);
      EXPECT_EQ(status.no_check, right == OcspAuthorization::delegated);
      EXPECT_TRUE(is_about(status.times.next_update, status.times.this_update + 24h));
      if (state == RevocationState::revoked) {
        EXPECT_EQ(status.revocation->reason, CrlReason::key_compromise);
        EXPECT_EQ(to_rfc3339(status.revocation->time), "2026-01-02T03:04:05.000Z");
      }
    }
  }
}

TEST_F(OpensslsReadByUs, ResponsesWithoutCertificatesAndByKey) {
  const Certificate ca = certificate("ca");
  const Certificate leaf = certificate("5A01");
  const OcspRequest request = OcspRequest::create(leaf, ca, std::nullopt, OcspNameHash::sha256).value();
  const OcspResponse bare = answer(request, "responder", {"-resp_no_certs", "-resp_key_id"});
  EXPECT_THAT(revocation_status(bare, leaf, ca), test::FailsWith(ErrorCode::ocsp_responder_unknown));
  const Certificate others[] = {certificate("responder")};
  ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(bare, leaf, ca, others));
  EXPECT_EQ(status.state, RevocationState::good);
  EXPECT_FALSE(bare.nonce());
}

}  // namespace
}  // namespace rakkan::pki
