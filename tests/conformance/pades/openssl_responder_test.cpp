// OpenSSL as the authority: its certificates, and `openssl ocsp` with an index of them as the responder of a B-LT
// signature. Its answers go into the document and are judged there by OpenSSL again.
#include <gmock/gmock.h>

#include <fstream>

#include "conformance/pades/foreign_judge.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "support/corpora.hpp"
#include "support/ocsp_get.hpp"
#include "support/scripted_server.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A root with its key in a folder, and a loopback server that hands each OCSP request to `openssl ocsp`.
class OpensslAuthority {
 public:
  OpensslAuthority() {
    const std::string common =
        "basicConstraints = CA:false\nsubjectKeyIdentifier = hash\n"
        "authorityKeyIdentifier = keyid\nauthorityInfoAccess = OCSP;URI:" +
        origin() + "\n";
    std::ofstream(path("extensions.cnf")) << "[root]\nbasicConstraints = critical, CA:true\n"
                                             "keyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n"
                                          << "[signer]\nkeyUsage = critical, digitalSignature, nonRepudiation\n"
                                          << common << "[unit]\nkeyUsage = critical, digitalSignature\n"
                                          << "extendedKeyUsage = critical, timeStamping\n"
                                          << common;
    openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path("root.key")});
    openssl({"req", "-new", "-key", path("root.key"), "-subj", "/CN=Root", "-config", "/dev/null", "-out",
             path("root.csr")});
    openssl({"x509", "-req", "-in", path("root.csr"), "-signkey", path("root.key"), "-days", "30", "-extfile",
             path("extensions.cnf"), "-extensions", "root", "-out", path("root.pem")});
  }

  [[nodiscard]] std::string origin() const { return server_.url(); }
  [[nodiscard]] std::string root_pem() const { return std::string(text_of(file_bytes(path("root.pem")))); }
  [[nodiscard]] int requests() const { return server_.requests(); }

  // A certificate for the request (PKCS #10, DER), in PEM. It names the responder; its row in the index is that of a
  // good one.
  std::string certify(const std::string& name, ByteView request, const std::string& section) {
    const std::string serial = std::to_string(1001 + rows_.size());  // hexadecimal
    write_bytes(path("request.der"), request);
    openssl({"req", "-inform", "DER", "-in", path("request.der"), "-out", path("request.pem")});
    openssl({"x509", "-req", "-in", path("request.pem"), "-CA", path("root.pem"), "-CAkey", path("root.key"),
             "-set_serial", "0x" + serial, "-days", "30", "-extfile", path("extensions.cnf"), "-extensions", section,
             "-out", path(name + ".pem")});
    rows_[name] = serial;
    write_index();
    return std::string(text_of(file_bytes(path(name + ".pem")))) + root_pem();
  }
  void revoke(const std::string& name) { write_index(name); }
  void forget(const std::string& name) {
    rows_.erase(name);
    write_index();
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  // The format of `openssl ca`: state, end, revocation, serial number, file, subject; behind tabulators.
  void write_index(const std::string& revoked = "") {
    std::ofstream index(path("index.txt"));
    for (const auto& [name, serial] : rows_) {
      index << (name == revoked ? "R\t361231000000Z\t260101000000Z\t" : "V\t361231000000Z\t\t") << serial
            << "\tunknown\t/CN=" << name << "\n";
    }
  }

  void answer(const LoopbackExchange& client) {
    const std::lock_guard lock(mutex_);
    write_bytes(path("question.der"), ocsp_request_in(client, ""));
    openssl({"ocsp", "-index", path("index.txt"), "-CA", path("root.pem"), "-rsigner", path("root.pem"), "-rkey",
             path("root.key"), "-reqin", path("question.der"), "-respout", path("answer.der"), "-ndays", "1"});
    client.send(
        http_answer("200 OK", text_of(file_bytes(path("answer.der"))), "Content-Type: application/ocsp-response\r\n"));
  }

  static void openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const CommandOutcome outcome = run_command(std::move(arguments));
    if (outcome.exit_code != 0) {
      throw std::runtime_error(outcome.output);
    }
  }

  TemporaryFolder folder_;
  std::map<std::string, std::string> rows_;  // serial number by name
  std::mutex mutex_;
  ScriptedServer server_{[this](const LoopbackExchange& client) { answer(client); }};
};

class OpensslResponder : public ::testing::Test {
 protected:
  OpensslResponder() {
    start();
    enrol("seal", credentials::CredentialKind::operator_seal, "signer");
    enrol("tsu", credentials::CredentialKind::tsu, "unit");
    start();
    requests_for_certificates_ = uses_of_key();
  }

  void start() {
    assembly_.reset();
    service::Options options = SigningFixture::default_options();
    options.fetch.allowed_origins = {authority_.origin()};
    options.evidence.cache = {0, 0};
    service::Environment environment = fixture_.environment();
    const auto root = value_or_throw(pki::parse_certificates(bytes_of(authority_.root_pem())));
    environment.trust = std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates(root));
    assembly_ = value_or_throw(service::Assembly::create(std::move(options), std::move(environment)));
  }
  void enrol(const std::string& id, credentials::CredentialKind kind, const std::string& section) {
    auto& credentials = assembly_->credentials();
    value_or_throw(credentials.generate(
        kOperator, {CredentialId(id), kind, PartyId(), crypto::KeyKind::ec_p256, "", "", "", {}, TenantId()}));
    const auto request = value_or_throw(
        credentials.certification_request(CredentialId(id), value_or_throw(pki::Name::from_text("CN=" + id))));
    const std::string chain = authority_.certify(id, request.der, section);
    // OpenSSL's certificates begin with the second of the machine's clock.
    fixture_.clock.time = std::chrono::ceil<std::chrono::seconds>(SystemClock{}.now());
    value_or_throw(credentials.import_certificates(kOperator, CredentialId(id), bytes_of(chain)));
  }
  // Beside the request for its certificate.
  int uses_of_key() { return fixture_.software_keys.at("seal").signatures - requests_for_certificates_; }
  Result<Bytes> sign() {
    service::SignPdfCommand command{{.principal = {"tester"},
                                     .credential = CredentialId("seal"),
                                     .type = service::SignatureType::witness,
                                     .level = pades::BaselineLevel::b_lt},
                                    service::HashedDocument::hash(pages_, crypto::DigestAlgorithm::sha256)};
    command.consent.instruction = fixture_.instruction_for(pages_);
    RAKKAN_TRY(const service::SignedDocument made, async::block_on(assembly_->signing().sign_pdf(std::move(command))));
    Bytes document = pages_;
    append(document, made.stored.tail);
    return document;
  }

  const Bytes pages_ = sample_pdf();
  SigningFixture fixture_;
  OpensslAuthority authority_;
  std::unique_ptr<service::Assembly> assembly_;
  int requests_for_certificates_ = 0;
};

TEST_F(OpensslResponder, GivesABLtItsEvidence) {
  const auto document = sign();
  ASSERT_THAT(document, IsOk());
  EXPECT_GE(authority_.requests(), 2);
  const TemporaryFolder folder;
  const auto verdicts = ForeignJudge(folder.path(), authority_.root_pem()).judge(*document, SystemClock{}.now());
  EXPECT_THAT(ForeignJudge::refusals(verdicts), IsEmpty());
  EXPECT_THAT(verdicts, Contains(Field("tool", &ForeignVerdict::tool, "openssl ocsp -respin")).Times(2));
}

TEST_F(OpensslResponder, SaysThatItIsRevoked) {
  authority_.revoke("seal");
  const auto refused = sign();
  ASSERT_THAT(refused, FailsWith(ErrorCode::certificate_revoked));
  EXPECT_THAT(to_string(refused.error()), HasSubstr("CN=seal"));
  EXPECT_EQ(uses_of_key(), 0);
}

TEST_F(OpensslResponder, DoesNotKnowIt) {
  authority_.forget("seal");
  const auto refused = sign();
  ASSERT_THAT(refused, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(to_string(refused.error()), HasSubstr("does not know"));
  EXPECT_EQ(uses_of_key(), 0);
}

}  // namespace
}  // namespace rakkan::test
