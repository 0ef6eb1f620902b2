// Credentials: an operator's way in. A key is generated in its token (pending), a request for it goes to a CA, the CA's
// certificate comes back (active). A loaded credential holds its signer, so that signing looks nothing up.
//
// A credential outlives its key. Each of its keys is a generation; a rotation makes the next one beside the present
// one, and from the moment that its certificate names the credential signs with that (docs/adr/0016).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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

// The next key of a credential.
struct NextKey {
  std::optional<crypto::KeyKind> key_kind = {};  // nothing: the present key's
  std::string suite = {};        // empty: the present key's where it is for such keys, else the key kind's default
  std::string token_label = {};  // empty: the present key's token
  std::string key_label = {};    // empty: the id, '#' and the beginning of the new CKA_ID
  Bytes key_id = {};             // empty when generated: 16 random bytes
  bool replace = false;          // a next key that has not begun gives way to this one
  // The key is in its token already (a key ceremony made it), is looked for as by CredentialRegistry::adopt, and says
  // itself of which kind it is.
  bool adopt = false;
};

// The state of a generation at a time.
enum class GenerationStatus : std::uint8_t {
  uncertified,  // the key has no certificate yet
  scheduled,    // the key has a certificate, and its time has not come
  current,      // the credential signs with the key
  former,       // a later key took its place
};
[[nodiscard]] std::string_view name(GenerationStatus status) noexcept;

// A generation of a credential, as lists show it.
struct GenerationSummary {
  std::uint32_t number = 1;  // 1, 2, …; a number that was given up is not used again by a later key
  GenerationStatus status{};
  std::string token_label;
  std::string key_label;
  Bytes key_id;  // CKA_ID; empty: the key is found by its label
  std::string key_kind;
  std::string suite;
  Instant created;
  std::optional<Instant> begins;                // nothing: uncertified
  std::optional<Instant> ends;                  // when the next one begins
  std::optional<pki::Certificate> certificate;  // nothing: uncertified
  pki::CertificateFindings findings;            // as in CredentialSummary
};

// A credential as lists show it; no key is touched for it. Key and certificate are the current generation's.
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
  std::uint32_t generation = 1;                // the number of the current one
  std::vector<GenerationSummary> generations;  // all, in order of their numbers

  // The generation that has not begun yet; null when there is none.
  [[nodiscard]] const GenerationSummary* next() const noexcept;
};

// When the certificates of a credential expire.
struct CertificateEnds {
  CredentialId credential;
  Instant not_after;              // the current generation's
  std::optional<Instant> next{};  // the next generation's, while it waits for its time
};

// A request for a certificate, with the number of the key that it is for.
struct CertificationRequest {
  Bytes der;  // PKCS #10
  std::uint32_t generation = 1;
};

// The profile that the certificate of a credential of that kind must have.
[[nodiscard]] const pki::CertificateProfile& profile_of(CredentialKind kind) noexcept;

enum class IncompleteChain : std::uint8_t { refuse, allow };

// A credential ready to sign: one of its generations, key and certificate in one object that never changes. A use case
// takes it once for a signature, so that no signature mixes two generations.
class Credential {
 public:
  // `disabled` is set when an operator disables it.
  Credential(CredentialId id, CredentialKind kind, PartyId party, std::uint32_t generation, SigningMaterial material,
             std::shared_ptr<const std::atomic<bool>> disabled)
      : id_(std::move(id)),
        kind_(kind),
        party_(std::move(party)),
        generation_(generation),
        material_(std::move(material)),
        disabled_(std::move(disabled)) {}

  [[nodiscard]] const CredentialId& id() const noexcept { return id_; }
  [[nodiscard]] CredentialKind kind() const noexcept { return kind_; }
  [[nodiscard]] const PartyId& party() const noexcept { return party_; }
  [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
  [[nodiscard]] const SigningMaterial& material() const noexcept { return material_; }

  // Whether the credential may still sign. credential_disabled, certificate_expired, certificate_not_yet_valid. Takes
  // no lock.
  [[nodiscard]] Result<void> still_stands(Instant now) const;

 private:
  CredentialId id_;
  CredentialKind kind_;
  PartyId party_;
  std::uint32_t generation_;
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
  // Adds the next key beside the present one, without a certificate yet; the credential goes on signing with the
  // present key. The next key's suite has the present one's digest algorithm, since documents are hashed before their
  // key is chosen: digest_algorithm_mismatch. credential_not_ready (the present key has no certificate),
  // already_exists (a next key waits and is not to be replaced, or the adopted key is the credential's already),
  // credential_disabled, and the errors of generate and adopt.
  [[nodiscard]] Result<CredentialSummary> rotate(const access::Principal& by, const CredentialId& id,
                                                 const NextKey& request);
  // PKCS #10 for the next key where there is one, else for the present key. credential_disabled, hsm_ codes.
  [[nodiscard]] Result<CertificationRequest> certification_request(const CredentialId& id, const pki::Name& subject);
  // Takes the CA's answer, in any order, PEM or DER: the certificate of a key of the credential and its chain up to a
  // self-signed or configured root. A certificate of the next key makes this key take over, at once or from `at` on; a
  // certificate of the present key replaces its earlier one at once (renewal). key_certificate_mismatch,
  // certificate_unsuitable, certificate_chain_incomplete (unless an incomplete chain is allowed), certificate_expired
  // and certificate_not_yet_valid (at the time from which it is used), invalid_argument (`at` is past, or is given for
  // the present key), ed25519_document_key, malformed_certificate.
  [[nodiscard]] Result<CredentialSummary> import_certificates(const access::Principal& by, const CredentialId& id,
                                                              ByteView pem_or_der,
                                                              IncompleteChain incomplete = IncompleteChain::refuse,
                                                              std::optional<Instant> at = std::nullopt);
  // Disables the credential with all its keys.
  [[nodiscard]] Result<void> disable(const access::Principal& by, const CredentialId& id);

  // Both answer from memory; the list is in order of the ids.
  [[nodiscard]] std::vector<CredentialSummary> list(const access::Principal& principal) const;
  [[nodiscard]] Result<CredentialSummary> find(const access::Principal& principal, const CredentialId& id) const;
  // The suite that a signature of this credential uses. Errors as `opened`.
  [[nodiscard]] Result<const crypto::AlgorithmSuite*> suite(const access::Principal& principal,
                                                            const CredentialId& id) const;
  // The credential with the signer of its current generation, which the clock decides at each call, when that signer
  // was opened before, else null; never blocks. credential_unknown, credential_disabled, credential_not_ready.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> opened(const access::Principal& principal,
                                                                 const CredentialId& id) const;
  // The credential with its signer, which is opened now when it was not before: only on a thread that may use tokens.
  // Errors as `opened`, key_certificate_mismatch and hsm_ codes.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> load(const access::Principal& principal,
                                                               const CredentialId& id);
  // Opens the next key of a credential while it waits for its time, so that no request waits for the token when it
  // takes over. Does nothing without such a key. Errors, and the thread, as for `load`.
  [[nodiscard]] Result<void> load_next(const access::Principal& principal, const CredentialId& id);
  // Flaws of the active credentials' certificates, those that wait for their time among them: one error for each code,
  // which names the credentials. They sign all the same: they were imported under other rules, or knowingly. From
  // memory.
  [[nodiscard]] std::vector<Error> warnings() const;
  // The ends of all active credentials' certificates, of whatever tenant. Answers from memory.
  [[nodiscard]] std::vector<CertificateEnds> certificate_ends() const;
  // Opens the active credentials again that could not be opened when that was tried last; those that still cannot. As
  // load.
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
  [[nodiscard]] Result<void> check_unused(const CredentialId& id) const;
  [[nodiscard]] Result<void> check_token_unused(const std::string& label);
  [[nodiscard]] Result<void> check_profile(CredentialKind kind, const pki::Certificate& certificate,
                                           const pki::CertificateChain& chain, IncompleteChain incomplete,
                                           Instant at) const;
  [[nodiscard]] Result<CredentialSummary> add(const access::Principal& by, const NewCredential& request,
                                              crypto::KeyKind key_kind, const crypto::AlgorithmSuite& suite);
  // Makes it in its token, with a label and an id where it has none.
  [[nodiscard]] Result<void> make_key(const CredentialId& id, store::GenerationRow& next, crypto::KeyKind kind);
  // The change and its entry, which commits to `body`, in one transaction; `row` is what the store has then. `opened`,
  // unless it is null, is one of its generations.
  [[nodiscard]] Result<CredentialSummary> commit(std::string event, std::string body, store::CredentialRow row,
                                                 store::RowChange change,
                                                 const std::shared_ptr<const Credential>& opened = nullptr);

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
