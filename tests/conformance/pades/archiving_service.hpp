// A service in this process whose signers and time-stamping units are certified by authorities of several decades, on a
// clock that the test moves. The units are credentials of the service, so that a unit is replaced as an operator does
// it.
//
//   ArchivingService archive(at("2026-04-01"), LoopbackPki::Status::crl);
//   Bytes document = archive.sign(archive.witness(), pages, pades::BaselineLevel::b_lta).document;
//   archive.travel_to(at("2031-10-01"));
//   archive.replace_unit("Unit 2", crypto::KeyKind::ec_p256, until);
//   document = archive.renew(document).value().document;
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/async/task.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "support/loopback_pki.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::test {

inline Instant at(std::string_view date) {  // "2026-04-01"
  const auto time = parse_rfc3339(std::string(date) + "T00:00:00Z");
  if (!time) {
    throw std::runtime_error("no date: " + std::string(date));
  }
  return *time;
}

class ArchivingService {
 public:
  // A document as it is afterwards, with the facts that the service told of it.
  struct Archived {
    Bytes document;
    boost::json::object facts;

    [[nodiscard]] bool complete() const { return facts.at("evidence").at("complete").as_bool(); }
    [[nodiscard]] Instant renew_by() const { return time("by"); }
    [[nodiscard]] Instant provable_until() const { return time("limit"); }
    [[nodiscard]] std::string reason() const { return std::string(facts.at("renewal").at("reason").as_string()); }

   private:
    [[nodiscard]] Instant time(std::string_view member) const {
      return parse_rfc3339(facts.at("renewal").at(member).as_string()).value();
    }
  };
  struct Signer {
    CredentialId id;
    service::SignatureType type{};
  };
  // When authorities and the signers' certificates end.
  struct Lives {
    Instant signing_authority, signers, first_stamping_authority, second_stamping_authority, root;
  };
  static Lives decades() {
    return {at("2036-01-01"), at("2029-01-01"), at("2041-01-01"), at("2070-01-01"), at("2076-01-01")};
  }

  explicit ArchivingService(Instant begin, LoopbackPki::Status status = LoopbackPki::Status::crl,
                            const Lives& lives = decades())
      : begin_(begin), lives_(lives), pki_(clock_at(begin)), status_(status) {
    second_stamping_ = &pki_.authority("Stamping CA 2", root_, crypto::KeyKind::ec_p384,
                                       {at("2040-01-01"), lives_.second_stamping_authority}, status);
    start();
  }

  // Makes the service anew with `credential` as its unit.
  void start(const std::string& credential = "tsu") {
    assembly_.reset();
    unit_ = credential;
    service::Options options = SigningFixture::default_options();
    options.fetch.allowed_origins = {pki_.origin()};
    options.tsu.credential = credential;
    options.evidence.freshness = freshness_;
    if (outside_server_) {
      options.tsa["outside"].options.url = outside_server_->url() + "/tsa";
      options.tsa_lists.signature.profiles = {"outside"};
    }
    options.evidence.cache = closed_ ? fetch::CacheLimits{0, 0} : options.evidence.cache;
    service::Environment environment = fixture_.environment();
    environment.trust =
        std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates({root_.certificate()}));
    assembly_ = value_or_throw(service::Assembly::create(std::move(options), std::move(environment)));
  }

  // Revocation data have to be so much newer than the best signature time: signatures are pending until then.
  void wait_for_newer_data(std::chrono::seconds grace) {
    freshness_.mode = service::EvidenceFreshness::kAfterSignature;
    freshness_.grace = grace;
    start(unit_);
  }
  // Completes the one signature that is pending.
  Result<Archived> finish(const Bytes& document) {
    const auto pending = assembly_->signing().pending_signatures({"tester"});
    if (pending.size() != 1) {
      return fail(ErrorCode::signature_unknown, std::to_string(pending.size()) + " are pending");
    }
    const auto hashed = service::HashedDocument::hash(document, crypto::DigestAlgorithm::sha256);
    RAKKAN_TRY(const service::StoredSignature made,
               async::block_on(assembly_->signing().finish_signature(
                   {"tester"}, pending.front().id, service::SigningService::When::at_once, std::nullopt, &hashed)));
    return archived(document, made.tail, made.facts);
  }

  // Timestamps come from an outside authority, and from now on from its unit of that name.
  pki::Certificate use_outside_unit(const std::string& name, Instant until) {
    const auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
    pki::Certificate certificate =
        first_stamping_.certify(name, key->public_key().spki(), {now(), until}, for_timestamps);
    gate_->time = now();
    outside_ = value_or_throw(tsp::Tsu::create(key, crypto::default_suite(crypto::KeyKind::ec_p256), certificate,
                                               {first_stamping_.certificate()}, TestTsu::policy(),
                                               tsp::make_epoch_serial_source(1, fixture_.random), gate_));
    if (!outside_server_) {
      outside_server_ = std::make_unique<LoopbackServer>([this](const LoopbackExchange& client) {
        client.send(http_answer("200 OK", text_of(respond(*outside_, client.body)),
                                "Content-Type: application/timestamp-reply\r\n"));
      });
      start();
    }
    return certificate;
  }
  void revoke_unit(const pki::Certificate& unit) {
    first_stamping_.revoke(unit, now(), pki::CrlReason::key_compromise);
  }

  // From now on nobody answers, and no earlier answer is remembered: evidence is what a document holds.
  void close_network() {
    closed_ = true;
    pki_.answers(false);
    start(unit_);
  }

  [[nodiscard]] Instant now() const noexcept { return fixture_.clock.time; }
  void travel_to(Instant time) {
    fixture_.monotonic.time += time - fixture_.clock.time;
    gate_->time = time;
    fixture_.clock.time = time;
  }
  BentSigner& key_of(const std::string& credential) { return fixture_.software_keys.at(credential); }
  [[nodiscard]] std::string root_pem() const { return pki::to_pem("CERTIFICATE", root_.certificate().der()); }
  [[nodiscard]] std::string unit_name() const { return unit_name_; }

  Signer enrol_now(const std::string& id, Instant until) {
    generate(id, credentials::CredentialKind::operator_seal, crypto::KeyKind::ec_p256, "", "");
    certify(id, signing_, {now(), until}, id, {});
    return {CredentialId(id), service::SignatureType::witness};
  }
  // A credential whose certificate begins with the service's time and ends with the signers'.
  Signer enrol(const std::string& id, credentials::CredentialKind kind,
               crypto::KeyKind key_kind = crypto::KeyKind::ec_p256, const std::string& suite = "") {
    const bool is_party = kind == credentials::CredentialKind::party;
    generate(id, kind, key_kind, suite, is_party ? "party-" + id : "");
    certify(id, signing_, {begin_, lives_.signers}, id, {});
    if (is_party) {
      set_pin(id);
    }
    return {CredentialId(id), is_party ? service::SignatureType::party : service::SignatureType::witness};
  }

  // The first unit of the service: certified by the authority of that number, from now until then.
  void add_unit(const std::string& name, crypto::KeyKind kind, int authority, Instant until,
                const std::string& suite = "") {
    generate(unit_, credentials::CredentialKind::tsu, kind, suite, "");
    certify_unit(name, authority, until);
  }
  // The unit's next key with its certificate takes over.
  void replace_unit(const std::string& name, int authority, Instant until) {
    value_or_throw(assembly_->credentials().rotate(kOperator, CredentialId(unit_), {}));
    certify_unit(name, authority, until);
  }

  Archived sign(const Signer& signer, const Bytes& document, pades::BaselineLevel level) {
    return value_or_throw(try_to_sign(signer, document, level));
  }
  Result<Archived> try_to_sign(const Signer& signer, const Bytes& document, pades::BaselineLevel level) {
    const auto algorithm = value_or_throw(assembly_->signing().digest_algorithm({"tester"}, signer.id));
    service::SignPdfCommand command{
        {.principal = {"tester"}, .credential = signer.id, .type = signer.type, .level = level},
        service::HashedDocument::hash(document, algorithm)};
    if (signer.type == service::SignatureType::witness) {
      command.consent.instruction = fixture_.instruction_for(document);
    } else {
      command.consent.pin = pin_of(kYamadasPin);
    }
    RAKKAN_TRY(const service::SignedDocument made, async::block_on(assembly_->signing().sign_pdf(std::move(command))));
    return archived(document, made.stored.tail, made.stored.facts);
  }
  Result<Archived> raise(const Bytes& document, pades::BaselineLevel level) {
    service::AugmentCommand command{.principal = {"tester"}, .document = document, .level = level};
    RAKKAN_TRY(const service::AugmentedDocument made,
               async::block_on(assembly_->signing().augment(std::move(command))));
    return archived(document, made.tail, made.facts);
  }
  // An archive timestamp above all that is there.
  Result<Archived> renew(const Bytes& document) { return raise(document, pades::BaselineLevel::b_lta); }
  Result<tsp::TimestampToken> stamp(const crypto::Digest& digest) {
    return SigningFixture::stamp_by(assembly_->signing(), digest);
  }

 private:
  const Clock& clock_at(Instant time) {
    fixture_.clock.time = time;
    return fixture_.clock;
  }
  static Archived archived(Bytes document, const Bytes& tail, const std::string& facts) {
    append(document, tail);
    return {std::move(document), boost::json::parse(facts).as_object()};
  }

  void generate(const std::string& id, credentials::CredentialKind kind, crypto::KeyKind key_kind,
                const std::string& suite, const std::string& party) {
    value_or_throw(assembly_->credentials().generate(
        kOperator, {CredentialId(id), kind, PartyId(party), key_kind, suite, "", "", {}, TenantId()}));
  }

  void set_pin(const std::string& id) {
    const SecureBytes pin = pin_of(kYamadasPin);
    const auto set = async::block_on(
        assembly_->activation().set_pin(kOperator, CredentialId(id), pin, async::deadline_in(kPatience)));
    if (!set) {
      throw std::runtime_error(to_string(set.error()));
    }
  }

  void certify_unit(const std::string& name, int authority, Instant until) {
    unit_name_ = name;
    certify(unit_, authority == 1 ? first_stamping_ : *second_stamping_, {now(), until}, name, for_timestamps);
  }
  static void for_timestamps(pki::CertificateTemplate& content) {
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
  }

  // Certifies the newest key of the credential.
  void certify(const std::string& id, LoopbackPki::Authority& issuer, const pki::Validity& validity,
               const std::string& name, const pki::Change& change) {
    const auto credential = value_or_throw(assembly_->credentials().find(kOperator, CredentialId(id)));
    const auto& newest = credential.generations.back();
    const auto key =
        value_or_throw(fixture_.software_keys.signer({newest.token_label, newest.key_label, newest.key_id}));
    const pki::Certificate made = issuer.certify(name, key->public_key().spki(), validity, change);
    const std::string chain =
        pki::to_pem("CERTIFICATE", made.der()) + pki::to_pem("CERTIFICATE", issuer.certificate().der()) + root_pem();
    value_or_throw(assembly_->credentials().import_certificates(kOperator, CredentialId(id), bytes_of(chain)));
  }

  Instant begin_;
  Lives lives_;
  SigningFixture fixture_;
  LoopbackPki pki_;
  LoopbackPki::Status status_;
  LoopbackPki::Authority& root_ =
      pki_.root("Root", crypto::KeyKind::ec_p384, {begin_ - std::chrono::days(1), lives_.root});
  LoopbackPki::Authority& signing_ = pki_.authority("Signing CA", root_, crypto::KeyKind::ec_p256,
                                                    {begin_ - std::chrono::days(1), lives_.signing_authority}, status_);
  LoopbackPki::Authority& first_stamping_ =
      pki_.authority("Stamping CA 1", root_, crypto::KeyKind::ec_p256,
                     {begin_ - std::chrono::days(1), lives_.first_stamping_authority}, status_);
  LoopbackPki::Authority* second_stamping_ = nullptr;
  std::string unit_, unit_name_;
  bool closed_ = false;
  service::EvidenceFreshness freshness_;
  std::shared_ptr<BentClockGate> gate_ = std::make_shared<BentClockGate>();  // of outside units
  std::shared_ptr<tsp::Tsu> outside_;
  std::unique_ptr<LoopbackServer> outside_server_;
  std::unique_ptr<service::Assembly> assembly_;  // last: it works with the others
};

}  // namespace rakkan::test
