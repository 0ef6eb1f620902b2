// Credentials: an operator's way in. A key is generated in its token (pending), a request for it goes to a CA, the CA's
// certificate comes back (active). A loaded credential holds its signer, so that signing looks nothing up.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "rakkan/pki/name.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::credentials {

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
  TenantId tenant = {};     // only this tenant's API keys may use or see it; empty: every tenant's
  // The key goes into a token that is made for it: already_exists when any token has that label, whoever owns it.
  bool in_new_token = false;
};

// A credential as lists show it; no key is touched for it.
struct CredentialSummary {
  CredentialId id;
  TenantId tenant;  // only this tenant's API keys may use or see it; empty: every tenant's
  CredentialKind kind{};
  PartyId party;
  CredentialStatus status{};
  std::string token_label;
  std::string key_label;
  Bytes key_id;  // CKA_ID; empty: the key is found by its label
  std::string key_kind;
  std::string suite;
  Instant created;
  std::optional<pki::Certificate> certificate;
  // Flaws of the certificate and its chain, as seen when it was imported or read. Its validity period is not among
  // them: that is checked at each use.
  pki::CertificateFindings findings;
};

// The profile that the certificate of a credential of that kind must have.
[[nodiscard]] const pki::CertificateProfile& profile_of(CredentialKind kind) noexcept;

enum class IncompleteChain : std::uint8_t { refuse, allow };

// A credential ready to sign.
class Credential {
 public:
  // `disabled` is set when an operator disables it.
  Credential(CredentialId id, CredentialKind kind, PartyId party, SigningMaterial material,
             std::shared_ptr<const std::atomic<bool>> disabled)
      : id_(std::move(id)),
        kind_(kind),
        party_(std::move(party)),
        material_(std::move(material)),
        disabled_(std::move(disabled)) {}

  [[nodiscard]] const CredentialId& id() const noexcept { return id_; }
  [[nodiscard]] CredentialKind kind() const noexcept { return kind_; }
  [[nodiscard]] const PartyId& party() const noexcept { return party_; }
  [[nodiscard]] const SigningMaterial& material() const noexcept { return material_; }

  // Whether the credential may still sign. credential_disabled, certificate_expired, certificate_not_yet_valid. Takes
  // no lock.
  [[nodiscard]] Result<void> still_stands(Instant now) const;

 private:
  CredentialId id_;
  CredentialKind kind_;
  PartyId party_;
  SigningMaterial material_;
  std::shared_ptr<const std::atomic<bool>> disabled_;
};

// The condition of an intent: the API key that asked and the credential that signs both still stand, as they did when
// the request was taken on. Principal and credential outlive it.
class StillStands final : public audit::Condition {
 public:
  StillStands(const access::Principal& principal, const Credential& credential) noexcept
      : principal_(principal), credential_(credential) {}
  [[nodiscard]] Result<void> holds(Instant at) const override {
    RAKKAN_CHECK(principal_.still_stands(at));
    return credential_.still_stands(at);
  }

 private:
  const access::Principal& principal_;
  const Credential& credential_;
};

// CredentialRegistry holds all credentials in memory, as the store has them: this process alone changes them. A
// credential that a principal may not see is credential_unknown to it. Thread-safe; changes block and are recorded in
// the trail, and fail with audit_unavailable too.
class CredentialRegistry {
 public:
  // Reads the store. `roots` are certificates at which a chain may end, beside the self-signed ones that come with a
  // credential. The references outlive the registry.
  [[nodiscard]] static Result<std::unique_ptr<CredentialRegistry>> open(store::Store& store, KeySource& keys,
                                                                        audit::TrailWriter& trail, const Clock& clock,
                                                                        RandomSource& random,
                                                                        std::vector<pki::Certificate> roots = {});

  // A key in the token, without a certificate yet. invalid_argument, already_exists, ed25519_document_key,
  // unsupported_algorithm, hsm_.
  [[nodiscard]] Result<CredentialSummary> generate(const access::Principal& by, NewCredential request);
  // Makes a credential of a key that is in its token already (a key ceremony made it): nothing is generated, the key is
  // looked at. A label and an id that are both given must be the same key's: key_not_found. The label and the id are
  // stored as the token has them.
  [[nodiscard]] Result<CredentialSummary> adopt(const access::Principal& by, NewCredential request);
  // PKCS #10 in DER for the credential's key.
  [[nodiscard]] Result<Bytes> certification_request(const CredentialId& id, const pki::Name& subject);
  // Takes the CA's answer, in any order, PEM or DER: the certificate of this key and its chain up to a self-signed or
  // configured root. key_certificate_mismatch, certificate_unsuitable, certificate_chain_incomplete (unless an
  // incomplete chain is allowed), certificate_expired, certificate_not_yet_valid, ed25519_document_key,
  // malformed_certificate. Replaces an earlier certificate (renewal).
  [[nodiscard]] Result<CredentialSummary> import_certificates(const access::Principal& by, const CredentialId& id,
                                                              ByteView pem_or_der,
                                                              IncompleteChain incomplete = IncompleteChain::refuse);
  [[nodiscard]] Result<void> disable(const access::Principal& by, const CredentialId& id);

  // Both answer from memory; the list is in order of the ids.
  [[nodiscard]] std::vector<CredentialSummary> list(const access::Principal& principal) const;
  [[nodiscard]] Result<CredentialSummary> find(const access::Principal& principal, const CredentialId& id) const;
  // The suite that a signature of this credential uses. Errors as `opened`.
  [[nodiscard]] Result<const crypto::AlgorithmSuite*> suite(const access::Principal& principal,
                                                            const CredentialId& id) const;
  // The credential with its signer, when it was opened before, else null; never blocks. credential_unknown,
  // credential_disabled, credential_not_ready.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> opened(const access::Principal& principal,
                                                                 const CredentialId& id) const;
  // The credential with its signer, which is opened now when it was not before: only on a thread that may use tokens.
  // Errors as `opened`, key_certificate_mismatch and hsm_ codes.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> load(const access::Principal& principal,
                                                               const CredentialId& id);
  // Flaws of the active credentials' certificates: one error for each code, which names the credentials. These
  // credentials sign all the same: they were imported under other rules, or knowingly. Answers from memory.
  [[nodiscard]] std::vector<Error> warnings() const;
  // Opens the active credentials again that could not be opened the last time, and returns an error for each that still
  // cannot be. Errors, and the thread, as for `load`.
  [[nodiscard]] std::vector<Error> try_again();

 private:
  struct Entry;
  using Snapshot = std::map<CredentialId, std::shared_ptr<Entry>>;

  CredentialRegistry(store::Store& store, KeySource& keys, audit::TrailWriter& trail, const Clock& clock,
                     RandomSource& random, std::vector<pki::Certificate> roots);
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  [[nodiscard]] Result<std::shared_ptr<Entry>> entry(const access::Principal& principal, const CredentialId& id) const;
  [[nodiscard]] Result<std::shared_ptr<Entry>> usable_entry(const access::Principal& principal,
                                                            const CredentialId& id) const;
  [[nodiscard]] Result<std::shared_ptr<const Credential>> open_credential(const Entry& entry);
  [[nodiscard]] Result<void> check_unused(const CredentialId& id) const;
  [[nodiscard]] Result<void> check_token_unused(const std::string& label);
  [[nodiscard]] Result<void> check_profile(CredentialKind kind, const pki::Certificate& certificate,
                                           const pki::CertificateChain& chain, IncompleteChain incomplete) const;
  [[nodiscard]] Result<CredentialSummary> add(const access::Principal& by, const NewCredential& request,
                                              crypto::KeyKind key_kind, const crypto::AlgorithmSuite& suite);
  // Commits the change and its entry in the trail in one transaction; `row` is the credential as the store has it
  // afterwards.
  [[nodiscard]] Result<CredentialSummary> commit(std::string event, const access::Principal& by,
                                                 store::CredentialRow row, store::RowChange change);

  store::Store* store_;
  KeySource* keys_;
  audit::TrailWriter* trail_;
  const Clock* clock_;
  RandomSource* random_;
  const std::vector<pki::Certificate> roots_;
  std::mutex change_mutex_;            // one change at a time
  mutable std::mutex snapshot_mutex_;  // over the pointer
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace rakkan::credentials
