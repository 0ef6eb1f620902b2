// A service whose certificates are those of an authority on loopback, with its responder and its CRLs, and whose
// archive timestamps come from a unit of that authority.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/pades/augmentation.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "support/loopback_authority.hpp"
#include "support/scripted_timestamper.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::test {

class EvidencedService : public ::testing::Test {
 protected:
  EvidencedService() { restart(); }

  // Makes the service anew, with `evidence_` and `fetch_`; on the same store. `change` comes last.
  void restart(const std::function<void(service::Options&)>& change = {}) {
    assembly_.reset();
    service::Options options = SigningFixture::default_options();
    options.fetch = fetch_;
    options.fetch.allowed_origins = {authority_.origin()};
    options.evidence = evidence_;
    options.tsa_lists.signature.profiles = {"archive"};
    if (change) {
      change(options);
    }
    service::Environment environment = fixture_.environment();
    environment.timestampers.emplace("archive", archive_);
    std::vector<pki::Certificate> anchors = more_anchors_;
    anchors.push_back(authority_.certificate());
    environment.trust = std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates(anchors));
    assembly_ = value_or_throw(service::Assembly::create(std::move(options), std::move(environment)));
  }

  // A credential with a certificate of the authority.
  CredentialId enrol(const std::string& id, credentials::CredentialKind kind, const std::string& party = "") {
    credentials::NewCredential request{CredentialId(id), kind, PartyId(party), crypto::KeyKind::ec_p256, "", "", "", {},
                                       TenantId()};
    const auto made = value_or_throw(assembly_->credentials().generate(kOperator, std::move(request)));
    const auto key = value_or_throw(fixture_.software_keys.signer({made.token_label, made.key_label, made.key_id}));
    certify(id, authority_.certify(id, key->public_key().spki()), authority_.certificate());
    return CredentialId(id);
  }
  // Gives it another certificate for its key.
  void certify(const std::string& id, const pki::Certificate& certificate, const pki::Certificate& issuer) {
    certificates_.insert_or_assign(id, certificate);
    const std::string chain = pki::to_pem("CERTIFICATE", certificate.der()) + pki::to_pem("CERTIFICATE", issuer.der());
    value_or_throw(assembly_->credentials().import_certificates(kOperator, CredentialId(id), bytes_of(chain)));
  }
  [[nodiscard]] const pki::Certificate& certificate_of(const std::string& id) const { return certificates_.at(id); }

  // The signatures of a document, all of which are intact.
  static std::vector<pades::ExistingSignature> intact_signatures(ByteView whole) {
    const auto document = value_or_throw(pdf::Document::open(whole));
    auto all = value_or_throw(pades::existing_signatures(document));
    for (const pades::ExistingSignature& one : all) {
      EXPECT_EQ(one.integrity.outcome(), pades::Check::passed) << one.signature.field_name;
    }
    return all;
  }
  struct StoreSize {
    std::size_t certificates = 0, responses = 0, lists = 0;
    friend bool operator==(const StoreSize&, const StoreSize&) = default;
  };
  static StoreSize store_of(ByteView whole) {
    const auto document = value_or_throw(pdf::Document::open(whole));
    const auto store = value_or_throw(pades::Dss::read(document));
    return store ? StoreSize{store->certificates.size(), store->ocsp_responses.size(), store->crls.size()}
                 : StoreSize{};
  }

  SigningFixture fixture_;
  LoopbackAuthority authority_{fixture_.clock};
  const crypto::AlgorithmSuite& suite_ = crypto::default_suite(crypto::KeyKind::ec_p256);
  std::shared_ptr<crypto::SoftwareSigner> unit_key_ =
      std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
  pki::Certificate unit_certificate_ =
      authority_.certify("Unit", unit_key_->public_key().spki(), [](pki::CertificateTemplate& content) {
        content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
      });
  std::shared_ptr<BentClockGate> gate_ = std::make_shared<BentClockGate>();
  std::shared_ptr<tsp::Tsu> unit_ =
      value_or_throw(tsp::Tsu::create(unit_key_, suite_, unit_certificate_, {authority_.certificate()},
                                      TestTsu::policy(), tsp::make_epoch_serial_source(1, fixture_.random), gate_));
  std::shared_ptr<ScriptedTimestamper> archive_ = std::make_shared<ScriptedTimestamper>(*unit_);
  service::EvidenceOptions evidence_;
  fetch::Options fetch_;
  std::vector<pki::Certificate> more_anchors_;  // beside the authority's
  std::unique_ptr<service::Assembly> assembly_;

 private:
  std::map<std::string, pki::Certificate> certificates_;
};

}  // namespace rakkan::test
