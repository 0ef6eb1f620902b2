// The service of one process as programs open it: lock, store, trail with its key in a token, keys.
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/embedded_service.hpp"
#include "rakkan/service/stored_signature.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/service/archive.hpp"
#include "support/signing_fixture.hpp"
#include "support/softhsm_fixture.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class Embedded : public ::testing::Test {
 protected:
  Embedded() {
    test::SoftHsm::process();
    static int count = 0;
    const std::string number = std::to_string(++count);  // tokens live as long as the process
    id_ = CredentialId("embedded-" + number);
    options_.data_dir = folder_.path();
    options_.audit.token_label = "audit-" + number;
    options_.program = "test";
    options_.opening = Opening::make;
  }

  Result<std::unique_ptr<EmbeddedService>> open() { return EmbeddedService::open(options_); }

  void enrol(Assembly& service) {
    credentials::CredentialRegistry& credentials = service.credentials();
    credentials::NewCredential request{
        id_,       credentials::CredentialKind::operator_seal, PartyId(), crypto::KeyKind::ec_p256, "", "", "", {},
        TenantId()};
    test::value_or_throw(credentials.generate(test::kOperator, std::move(request)));
    const Bytes csr = test::value_or_throw(
        credentials.certification_request(id_, test::value_or_throw(pki::Name::from_text("CN=Rakkan Test"))));
    der::Reader outer(csr);
    der::Reader whole = test::value_or_throw(outer.enter(der::Tag::sequence));
    der::Reader info = test::value_or_throw(whole.enter(der::Tag::sequence));
    test::value_or_throw(info.any());  // version
    test::value_or_throw(info.any());  // subject
    const Bytes spki = copy_of(test::value_or_throw(info.any()).encoding);
    const auto identity =
        authority_.signer(crypto::KeyKind::ec_p256, [&](pki::CertificateTemplate& content) { content.spki = spki; });
    const std::string pem = authority_.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
    test::value_or_throw(credentials.import_certificates(test::kOperator, id_, bytes_of(pem)));
  }

  Result<SignedDocument> sign(Assembly& service) {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, document_);
    SignPdfCommand command{{.principal = test::kOperator,
                            .credential = id_,
                            .type = SignatureType::witness,
                            .level = pades::BaselineLevel::b_b},
                           HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256)};
    command.consent.instruction =
        test::value_or_throw(Instruction::parse(test::instruction_json(digest, to_rfc3339(SystemClock{}.now()))));
    return async::block_on(service.signing().sign_pdf(std::move(command)));
  }

  test::TemporaryFolder folder_;
  EmbeddedOptions options_;
  CredentialId id_;
  test::TestAuthority authority_;
  const Bytes document_ = test::sample_pdf();
};

TEST_F(Embedded, WhatWasAcknowledgedIsThereAfterARestartWithItsEntries) {
  std::optional<SignedDocument> made;
  {
    ASSERT_OK_AND_ASSIGN(const auto embedded, open());
    enrol(embedded->service());
    ASSERT_OK_AND_ASSIGN(made, sign(embedded->service()));
  }
  {
    ASSERT_OK_AND_ASSIGN(const auto embedded, open());
    ASSERT_OK_AND_ASSIGN(const StoredSignature found, async::block_on(embedded->service().signing().find_signature(
                                                          test::kOperator, made->stored.id)));
    EXPECT_EQ(found.tail, made->stored.tail);
    EXPECT_THAT(async::block_on(embedded->service().state().readiness()), ::testing::IsEmpty());
    EXPECT_THAT(sign(embedded->service()), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const auto archive, OpenArchive::open(options_.data_dir, options_.store));
  const auto body_of = [&](std::uint64_t index) {
    const auto record = test::value_or_throw(archive->record(index));
    return record ? record->body : std::string();
  };
  EXPECT_THAT(body_of(0), HasSubstr("\"program\":\"test\""));
  EXPECT_THAT(body_of(made->stored.intent), HasSubstr(made->stored.id.value()));
  EXPECT_THAT(body_of(made->stored.outcome), HasSubstr("\"intent\":" + std::to_string(made->stored.intent)));
  EXPECT_THAT(body_of(made->stored.outcome + 1), HasSubstr("\"program\":\"test\"")) << "the stop is not recorded";
}

TEST_F(Embedded, SecondOpenerIsToldWhoHasTheFolder) {
  ASSERT_OK_AND_ASSIGN(const auto embedded, open());
  const auto second = open();
  ASSERT_THAT(second, FailsWith(ErrorCode::data_folder_in_use));
  EXPECT_THAT(to_string(second.error()), HasSubstr(std::to_string(::getpid())));
}

TEST_F(Embedded, CheckpointKeyOfAnotherLogIsNoticed) {
  {
    ASSERT_OK_AND_ASSIGN(const auto embedded, open());
  }
  options_.audit.token_label = "embedded-without-a-key";
  EXPECT_FALSE(open().has_value()) << "a log that has begun got another key";
}

}  // namespace
}  // namespace rakkan::service
