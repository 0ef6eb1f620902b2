// A service with a store, an authority and clocks of the test's own: for unit tests with keys in memory, for
// integration tests with keys in tokens.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/service_state.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/store.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_trail.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/software_keys.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace rakkan::test {

inline constexpr std::string_view kYamadasPin = "yamada-493817";
inline constexpr std::string_view kSatosPin = "sato-170032";

inline SecureBytes pin_of(std::string_view text) { return SecureBytes(bytes_of(text)); }

// A hash of PINs that is cheap for tests; the cost of real ones is a default of credentials::PinPolicy.
inline credentials::PinPolicy cheap_pins() {
  credentials::PinPolicy policy;
  policy.memory = 64 * 1024;
  policy.iterations = 1;
  policy.max_failures = 3;
  policy.first_wait = std::chrono::seconds(0);
  return policy;
}

inline std::string instruction_json(const crypto::Digest& digest, const std::string& when,
                                    const std::string& name = "山田太郎") {
  return R"({"who":{"id":"u-1","name":")" + name + R"("},"when":")" + when +
         R"(","authenticated":[{"class":"mailbox","method":"mail_link","at":")" + when +
         R"("},{"class":"phone","method":"sms_otp","at":")" + when +
         R"("}],"document_digest":{"alg":"SHA-256","value":")" + to_hex(digest.view()) + R"("},"envelope":"ENV-7"})";
}

// A signature taken out of base and tail by nothing but its byte range.
struct CutSignature {
  Bytes content;  // the two spans
  cms::SignedData cms;
};

inline CutSignature cut_signature(ByteView base, ByteView tail, const service::SignedPdf& signed_pdf) {
  Bytes file = copy_of(base);
  append(file, tail);
  const auto& range = signed_pdf.byte_range;
  const ByteView all(file);
  if (all[range.first_length] != '<' || all[range.second_offset - 1] != '>' ||
      range.second_offset + range.second_length != file.size()) {
    throw std::runtime_error("the byte range does not frame /Contents");
  }
  const ByteView digits = all.subspan(range.first_length + 1, range.second_offset - range.first_length - 2);
  const auto padded = from_hex(text_of(digits));
  Bytes content = copy_of(all.first(range.first_length));
  append(content, all.subspan(range.second_offset));
  return {std::move(content), value_or_throw(cms::SignedData::parse(padded.value(), true))};
}
inline CutSignature cut_signature(ByteView base, const service::SignedPdf& signed_pdf) {
  return cut_signature(base, signed_pdf.tail, signed_pdf);
}
inline CutSignature cut_signature(ByteView base, const service::SignedDocument& made) {
  return cut_signature(base, made.stored.tail, made.pdf);
}

// The verdict of `openssl cms` on a detached signature over the content, with that root as the only anchor. Files go to
// `folder`.
inline CommandOutcome openssl_verifies(const std::filesystem::path& folder, ByteView cms, ByteView content,
                                       std::string_view root_pem) {
  return run_command({"openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any", "-in",
                      write_bytes(folder / "signature.p7s", cms), "-content", write_bytes(folder / "content", content),
                      "-CAfile", write_bytes(folder / "root.pem", bytes_of(root_pem)), "-out", "/dev/null"});
}

inline const access::Principal kOperator{"local:0", TenantId(), true};

class SigningFixture {
 public:
  explicit SigningFixture(service::Options options = default_options(), credentials::KeySource* keys = nullptr)
      : store(value_or_throw(store::open_sqlite(folder.path()))),
        clock(std::chrono::floor<std::chrono::seconds>(SystemClock{}.now())),
        trail(*store, clock),
        keys_(keys != nullptr ? keys : &software_keys),
        assembly(value_or_throw(service::Assembly::create(std::move(options), environment()))),
        service(&assembly->signing()) {}

  [[nodiscard]] service::Environment environment() {
    return {.store = *store, .keys = *keys_, .clock = clock, .random = random, .trail = trail, .monotonic = &monotonic};
  }
  // Makes another service on the same store, as a new process does when the first one is gone.
  void restart() {
    const service::Options options = assembly->options();
    assembly.reset();
    assembly = value_or_throw(service::Assembly::create(options, environment()));
    service = &assembly->signing();
  }

  static service::Options default_options() {
    service::Options options;
    options.pin = cheap_pins();
    options.witness.name = "ラッカン株式会社 立会人署名";
    return options;
  }

  // Registers a credential with a certificate of `authority`; the id is also its token's and its key's label.
  CredentialId enrol(const std::string& id, credentials::CredentialKind kind,
                     crypto::KeyKind key_kind = crypto::KeyKind::ec_p256, const std::string& party = "",
                     const TestAuthority::Change& change = {}, const std::string& suite = "",
                     const std::string& tenant = "") {
    credentials::NewCredential request{CredentialId(id), kind, PartyId(party), key_kind, suite, "", "", {},
                                       TenantId(tenant)};
    value_or_throw(assembly->credentials().generate(kOperator, std::move(request)));
    certify(id, kind, change);
    return CredentialId(id);
  }

  void certify(const std::string& id, credentials::CredentialKind kind, const TestAuthority::Change& change = {}) {
    value_or_throw(assembly->credentials().import_certificates(kOperator, CredentialId(id),
                                                               bytes_of(certificates(id, kind, change))));
  }

  // PEM of a certificate for the credential's key, and of its issuer.
  std::string certificates(const std::string& id, credentials::CredentialKind kind,
                           const TestAuthority::Change& change = {}) {
    const auto signer = value_or_throw(keys_->signer({id, id, key_id(id)}));
    const auto for_key = [&](pki::CertificateTemplate& content) {
      content.spki = copy_of(signer->public_key().spki());
      if (change) {
        change(content);
      }
    };
    const Identity identity = kind == credentials::CredentialKind::tsu
                                  ? authority.tsu(crypto::KeyKind::ec_p256, for_key)
                                  : authority.signer(crypto::KeyKind::ec_p256, for_key);
    return authority.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
  }

  Bytes key_id(const std::string& id) { return value_or_throw(store->credential(CredentialId(id))).key_id; }

  void set_pin(const CredentialId& id, std::string_view pin) {
    const SecureBytes secret = pin_of(pin);
    const auto set =
        async::block_on(assembly->activation().set_pin(kOperator, id, secret, async::deadline_in(kPatience)));
    if (!set) {
      throw std::runtime_error(to_string(set.error()));
    }
  }

  [[nodiscard]] service::Instruction instruction_for(ByteView document) const {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, document);
    return value_or_throw(service::Instruction::parse(instruction_json(digest, to_rfc3339(clock.time))));
  }

  // Commands view `document`, which outlives them.
  [[nodiscard]] service::SignPdfCommand witness_command(const CredentialId& id, ByteView document) const {
    service::SignPdfCommand command = command_for(id, document, service::SignatureType::witness);
    command.consent.instruction = instruction_for(document);
    return command;
  }

  [[nodiscard]] service::SignPdfCommand party_command(const CredentialId& id, ByteView document,
                                                      std::string_view pin) const {
    service::SignPdfCommand command = command_for(id, document, service::SignatureType::party);
    command.consent.pin = pin_of(pin);
    return command;
  }

  [[nodiscard]] Result<service::SignedDocument> sign(service::SignPdfCommand command) {
    return async::block_on(service->sign_pdf(std::move(command)));
  }
  [[nodiscard]] Result<service::SignedDigest> sign(service::SignHashCommand command) {
    return async::block_on(service->sign_hash(std::move(command)));
  }
  [[nodiscard]] Result<tsp::TimestampToken> stamp(const crypto::Digest& digest, const std::string& tsa = "") {
    return stamp_by(*service, digest, tsa);
  }
  [[nodiscard]] static Result<tsp::TimestampToken> stamp_by(service::SigningService& by, const crypto::Digest& digest,
                                                            const std::string& tsa = "") {
    service::IssueTimestampCommand command{{"tester"}, digest, tsa, std::nullopt};
    return async::block_on(by.issue_timestamp(std::move(command)));
  }
  [[nodiscard]] Bytes answer(Bytes request) {
    return async::block_on(service->answer_timestamp_request({"tester"}, std::move(request), std::nullopt)).response;
  }

  TemporaryFolder folder;
  crypto::SystemRandom random;
  SoftwareKeys software_keys;
  std::unique_ptr<store::Store> store;
  FakeClock clock;
  FakeMonotonicClock monotonic;
  FakeTrail trail;
  TestAuthority authority;

 private:
  [[nodiscard]] service::SignPdfCommand command_for(const CredentialId& id, ByteView document,
                                                    service::SignatureType type) const {
    const auto algorithm = service->digest_algorithm({"tester"}, id).value_or(crypto::DigestAlgorithm::sha256);
    return {{.principal = {"tester"}, .credential = id, .type = type, .level = pades::BaselineLevel::b_b},
            service::HashedDocument::hash(document, algorithm)};
  }

  credentials::KeySource* keys_;

 public:
  std::unique_ptr<service::Assembly> assembly;
  service::SigningService* service;  // the assembly's
};

}  // namespace rakkan::test
