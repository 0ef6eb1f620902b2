// Credentials: an operator's way in. A key is generated in its token (pending), a request for it goes to a CA, the CA's
// certificate comes back (active). A loaded credential holds its signer, so that signing looks nothing up.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/name.hpp"
#include "rakkan/service/key_source.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

using store::credential_kind_from_name;
using store::CredentialKind;
using store::CredentialStatus;

struct NewCredential {
  CredentialId id;  // 1 to 32 of [a-z0-9._-], starting with a letter or digit
  CredentialKind kind{};
  PartyId party;  // for kind party, and only there
  crypto::KeyKind key_kind = crypto::KeyKind::rsa_2048;
  std::string suite;        // empty: the key kind's default
  std::string token_label;  // empty: the id
  std::string key_label;    // empty: the id
  Bytes key_id;             // empty when generated: 16 random bytes
};

// What a list shows; no key is touched for it.
struct CredentialSummary {
  CredentialId id;
  TenantId tenant;  // whose keys alone may use or see it; empty: every tenant's
  CredentialKind kind{};
  PartyId party;
  CredentialStatus status{};
  std::string token_label;
  std::string key_label;
  std::string key_kind;
  std::string suite;
  Instant created;
  std::optional<pki::Certificate> certificate;
};

// A credential ready to sign.
class Credential {
 public:
  Credential(CredentialId id, CredentialKind kind, PartyId party, SigningMaterial material)
      : id_(std::move(id)), kind_(kind), party_(std::move(party)), material_(std::move(material)) {}

  [[nodiscard]] const CredentialId& id() const noexcept { return id_; }
  [[nodiscard]] CredentialKind kind() const noexcept { return kind_; }
  [[nodiscard]] const PartyId& party() const noexcept { return party_; }
  [[nodiscard]] const SigningMaterial& material() const noexcept { return material_; }

 private:
  CredentialId id_;
  CredentialKind kind_;
  PartyId party_;
  SigningMaterial material_;
};

class CredentialRegistry {
 public:
  // The arguments outlive the registry.
  CredentialRegistry(store::Store& store, KeySource& keys, const Clock& clock, RandomSource& random);

  // A key in the token, without a certificate yet. invalid_argument, already_exists, ed25519_document_key,
  // unsupported_algorithm, hsm_.
  [[nodiscard]] Result<CredentialSummary> generate(NewCredential request);
  // The same for a key that is in its token already (a key ceremony made it): nothing is generated, the key is looked
  // at.
  [[nodiscard]] Result<CredentialSummary> adopt(NewCredential request);
  // PKCS #10 in DER for the credential's key.
  [[nodiscard]] Result<Bytes> certification_request(const CredentialId& id, const pki::Name& subject);
  // The CA's answer, in any order, PEM or DER: the certificate of this key and its chain. key_certificate_mismatch,
  // certificate_unsuitable, certificate_expired, certificate_not_yet_valid, ed25519_document_key,
  // malformed_certificate. Replaces an earlier certificate (renewal).
  [[nodiscard]] Result<CredentialSummary> import_certificates(const CredentialId& id, ByteView pem_or_der);
  [[nodiscard]] Result<std::vector<CredentialSummary>> list();
  [[nodiscard]] Result<CredentialSummary> find(const CredentialId& id);
  [[nodiscard]] Result<void> disable(const CredentialId& id);

  // The credential with its signer; opened once per certificate, then kept. credential_unknown, credential_disabled,
  // credential_not_ready, key_certificate_mismatch, hsm_ codes. Thread-safe.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> load(const CredentialId& id);

 private:
  struct Loaded {
    std::vector<Bytes> certificates;  // the row's when it was loaded
    std::shared_ptr<const Credential> credential;
  };

  [[nodiscard]] Result<void> check_unused(const CredentialId& id);
  [[nodiscard]] Result<CredentialSummary> add(const NewCredential& request, crypto::KeyKind key_kind,
                                              const crypto::AlgorithmSuite& suite);
  [[nodiscard]] std::shared_ptr<const Credential> kept_for(const store::CredentialRow& row);

  store::Store* store_;
  KeySource* keys_;
  const Clock* clock_;
  RandomSource* random_;
  std::mutex mutex_;
  std::map<CredentialId, Loaded> loaded_;
};

}  // namespace rakkan::service
