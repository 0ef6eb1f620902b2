#include "rakkan/credentials/credential.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/pki/certificate_builder.hpp"

#include "credentials/administration_record.hpp"

namespace rakkan::credentials {
namespace {

using store::CredentialRow;

constexpr std::size_t kKeyIdSize = 16;
constexpr std::size_t kMaxLabel = 32;  // PKCS#11 CK_TOKEN_INFO.label

bool is_id(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kMaxLabel && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

// A token's label is also part of its PIN file's name.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '/'; });
}

tl::unexpected<Error> wrong(const std::string& what, const std::string& member) {
  return fail(ErrorCode::invalid_argument, what, member);
}

std::string place(const CredentialId& id) { return "credential " + id.value(); }

Result<void> check_key_kind(CredentialKind kind, crypto::KeyKind key_kind) {
  if (pki::allows(profile_of(kind), key_kind)) {
    return {};
  }
  if (kind == CredentialKind::tsu) {
    return fail(ErrorCode::unsupported_algorithm, "a time-stamping unit's key is RSA, P-256 or P-384");
  }
  return fail(ErrorCode::ed25519_document_key, "neither OpenSSL 3.0 nor pdfsig verifies such signatures");
}

Result<const crypto::AlgorithmSuite*> suite_for(const std::string& name, crypto::KeyKind kind) {
  const crypto::AlgorithmSuite* suite = name.empty() ? &crypto::default_suite(kind) : crypto::suite_from_name(name);
  if (suite == nullptr || !crypto::suits(*suite, kind)) {
    return fail(ErrorCode::unsupported_algorithm,
                name + " is not a suite for keys of kind " + std::string(crypto::name(kind)));
  }
  return suite;
}

Result<void> complete(NewCredential& request) {
  if (!is_id(request.id.value())) {
    return wrong("an id has 1 to 32 of a-z, 0-9, '.', '_' and '-', and starts with a letter or digit", "id");
  }
  if ((request.kind == CredentialKind::party) == request.party.empty()) {
    return wrong("a party's credential names the party, no other does", "party");
  }
  if (request.party.value().size() > 256) {
    return wrong("at most 256 bytes", "party");
  }
  if (request.token_label.empty()) {
    request.token_label = request.id.value();
  }
  if (request.key_label.empty()) {
    request.key_label = request.id.value();
  }
  if (!is_label(request.token_label) || !is_label(request.key_label)) {
    return wrong("a label has 1 to 32 printable ASCII characters without '/', the first not '.'", "label");
  }
  return {};
}

Result<std::vector<pki::Certificate>> parse_all(const std::vector<Bytes>& encodings) {
  std::vector<pki::Certificate> certificates;
  for (const Bytes& der : encodings) {
    RAKKAN_TRY(pki::Certificate certificate, pki::Certificate::parse(der));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

KeyAddress address_of(const CredentialRow& row) { return {row.token_label, row.key_label, row.key_id}; }

// The certificate of `key` among the given ones; of several the one that is valid longest.
Result<pki::Certificate> certificate_of_key(const std::vector<pki::Certificate>& given, const crypto::PublicKey& key) {
  std::optional<pki::Certificate> best;
  for (const pki::Certificate& certificate : given) {
    const bool same = equal(certificate.spki(), key.spki());
    if (same && (!best || certificate.validity().not_after > best->validity().not_after)) {
      best = certificate;
    }
  }
  if (!best) {
    return fail(ErrorCode::key_certificate_mismatch, "none of the certificates is for the credential's key");
  }
  return *best;
}

// The flaws of a credential's certificate and of the chain that the store has of it.
pki::CertificateFindings findings_of(const pki::Certificate& certificate, const CredentialRow& row,
                                     const std::vector<pki::Certificate>& roots, Instant now) {
  pki::CertificateFindings findings = pki::check_certificate(certificate, profile_of(row.kind));
  const auto chain = parse_all(row.certificates).and_then([&](const std::vector<pki::Certificate>& certificates) {
    return pki::order_chain(certificate, certificates, roots);
  });
  if (!chain) {
    findings.push_back({pki::CertificateFlaw::chain, chain.error().detail, certificate.subject().text()});
    return findings;
  }
  for (pki::CertificateFinding& finding : pki::check_chain(certificate, *chain, roots, now)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Credentials with a warning of the same code.
struct Warned {
  static constexpr std::size_t kNamed = 10;

  std::string detail;  // of the first warning
  std::vector<std::string> ids;

  [[nodiscard]] Error error(ErrorCode code) const {
    std::string where = ids.size() == 1 ? "credential " : "credentials ";
    for (std::size_t i = 0; i < std::min(ids.size(), kNamed); ++i) {
      where += (i == 0 ? "" : ", ") + ids[i];
    }
    if (ids.size() > kNamed) {
      where += " and " + std::to_string(ids.size() - kNamed) + " more";
    }
    return {code, detail, std::move(where), std::nullopt, {}};
  }
};

}  // namespace

const pki::CertificateProfile& profile_of(CredentialKind kind) noexcept {
  switch (kind) {
    case CredentialKind::operator_seal:
      return pki::kOperatorProfile;
    case CredentialKind::party:
      return pki::kPartyProfile;
    case CredentialKind::tsu:
      break;
  }
  return pki::kUnitProfile;
}

// Entry is a credential's row as it stands in the store; a change makes a new Entry. The signer is opened at its first
// use.
struct CredentialRegistry::Entry {
  static Result<std::shared_ptr<Entry>> of(CredentialRow row, const std::vector<pki::Certificate>& roots, Instant now) {
    auto entry = std::make_shared<Entry>();
    if (!row.certificates.empty()) {
      RAKKAN_TRY(entry->certificate, pki::Certificate::parse(row.certificates.front()));
      if (row.status == CredentialStatus::active) {
        entry->findings = findings_of(*entry->certificate, row, roots, now);
      }
    }
    entry->disabled->store(row.status == CredentialStatus::disabled);
    entry->row = std::move(row);
    return entry;
  }
  [[nodiscard]] CredentialSummary summary() const {
    return {row.id,     row.tenant,   row.kind,  row.party,   row.status,  row.token_label, row.key_label,
            row.key_id, row.key_kind, row.suite, row.created, certificate, findings};
  }

  CredentialRow row;
  std::optional<pki::Certificate> certificate;
  pki::CertificateFindings findings;
  std::shared_ptr<std::atomic<bool>> disabled = std::make_shared<std::atomic<bool>>(false);

  std::mutex mutex;  // over the members that follow
  std::shared_ptr<const Credential> credential;
  std::optional<Error> trouble;
};

Result<void> Credential::still_stands(Instant now) const {
  if (disabled_->load()) {
    return fail(ErrorCode::credential_disabled, "the credential was disabled", place(id_));
  }
  return pki::check_validity(material_.certificate(), now);
}

CredentialRegistry::CredentialRegistry(store::Store& store, KeySource& keys, audit::TrailWriter& trail,
                                       const Clock& clock, RandomSource& random, std::vector<pki::Certificate> roots)
    : store_(&store), keys_(&keys), trail_(&trail), clock_(&clock), random_(&random), roots_(std::move(roots)) {}

Result<std::unique_ptr<CredentialRegistry>> CredentialRegistry::open(store::Store& store, KeySource& keys,
                                                                     audit::TrailWriter& trail, const Clock& clock,
                                                                     RandomSource& random,
                                                                     std::vector<pki::Certificate> roots) {
  std::unique_ptr<CredentialRegistry> registry(
      new CredentialRegistry(store, keys, trail, clock, random, std::move(roots)));
  RAKKAN_TRY(std::vector<CredentialRow> rows, store.credentials());
  auto entries = std::make_shared<Snapshot>();
  for (CredentialRow& row : rows) {
    const CredentialId id = row.id;
    RAKKAN_TRY(auto entry, Entry::of(std::move(row), registry->roots_, clock.now()));
    entries->emplace(id, std::move(entry));
  }
  registry->snapshot_ = std::move(entries);
  return registry;
}

std::shared_ptr<const CredentialRegistry::Snapshot> CredentialRegistry::snapshot() const {
  const std::scoped_lock lock(snapshot_mutex_);
  return snapshot_;
}

Result<std::shared_ptr<CredentialRegistry::Entry>> CredentialRegistry::entry(const access::Principal& principal,
                                                                             const CredentialId& id) const {
  const auto all = snapshot();
  const auto found = all->find(id);
  if (found == all->end() || !principal.may_use_credential_of(found->second->row.tenant)) {
    return fail(ErrorCode::credential_unknown, "there is no credential of this id", place(id));
  }
  return found->second;
}

Result<std::shared_ptr<CredentialRegistry::Entry>> CredentialRegistry::usable_entry(const access::Principal& principal,
                                                                                    const CredentialId& id) const {
  RAKKAN_TRY(auto found, entry(principal, id));
  if (found->row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "the credential was disabled", place(id));
  }
  if (found->row.status == CredentialStatus::pending || !found->certificate) {
    return fail(ErrorCode::credential_not_ready, "import the certificate for its key first", place(id));
  }
  return found;
}

// The new Entry is made before the commit and published after it: nothing that can fail stands between the durable row
// and the one in force.
Result<CredentialSummary> CredentialRegistry::commit(std::string event, const access::Principal& by, CredentialRow row,
                                                     store::RowChange change) {
  const CredentialId id = row.id;
  RAKKAN_TRY(auto changed, Entry::of(std::move(row), roots_, clock_->now()));
  CredentialSummary summary = changed->summary();
  audit::Submission submission;
  submission.event = std::move(event);
  submission.body = administration_record(by, id);
  submission.changes.push_back(std::move(change));
  RAKKAN_CHECK(trail_->write_and_wait(std::move(submission)));
  const std::scoped_lock lock(snapshot_mutex_);
  auto entries = std::make_shared<Snapshot>(*snapshot_);
  if (const auto before = entries->find(id); before != entries->end()) {
    before->second->disabled->store(changed->disabled->load());
    changed->disabled = before->second->disabled;  // holders of the loaded credential see a later disabling, too
  }
  entries->insert_or_assign(id, std::move(changed));
  snapshot_ = std::move(entries);
  return summary;
}

Result<CredentialSummary> CredentialRegistry::generate(const access::Principal& by, NewCredential request) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_CHECK(complete(request));
  RAKKAN_CHECK(check_key_kind(request.kind, request.key_kind));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(request.suite, request.key_kind));
  RAKKAN_CHECK(check_unused(request.id));
  RAKKAN_CHECK(request.in_new_token ? check_token_unused(request.token_label) : Result<void>());
  if (request.key_id.empty()) {
    request.key_id.resize(kKeyIdSize);
    RAKKAN_CHECK(random_->fill(request.key_id));
  }
  RAKKAN_CHECK(keys_->generate({request.token_label, request.key_label, request.key_id}, request.key_kind));
  return add(by, request, request.key_kind, *suite);
}

Result<CredentialSummary> CredentialRegistry::adopt(const access::Principal& by, NewCredential request) {
  const std::scoped_lock lock(change_mutex_);
  if (request.key_label.empty() && request.key_id.empty()) {
    request.key_label = request.id.value();
  }
  const KeyAddress asked{request.token_label.empty() ? request.id.value() : request.token_label, request.key_label,
                         request.key_id};
  RAKKAN_CHECK(complete(request));
  RAKKAN_CHECK(check_unused(request.id));
  RAKKAN_TRY(const KeyAddress found, keys_->find(asked));
  request.key_label = is_label(found.key_label) ? found.key_label : std::string();
  request.key_id = found.key_id;
  RAKKAN_TRY(const auto signer, keys_->signer(found));
  const crypto::KeyKind key_kind = signer->public_key().kind();
  RAKKAN_CHECK(check_key_kind(request.kind, key_kind));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(request.suite, key_kind));
  return add(by, request, key_kind, *suite);
}

Result<void> CredentialRegistry::check_unused(const CredentialId& id) const {
  if (snapshot()->contains(id)) {
    return fail(ErrorCode::already_exists, "a credential of this id exists", place(id));
  }
  return {};
}

Result<void> CredentialRegistry::check_token_unused(const std::string& label) {
  RAKKAN_TRY(const std::vector<TokenSeen> tokens, keys_->tokens());
  const bool there =
      std::any_of(tokens.begin(), tokens.end(), [&](const TokenSeen& token) { return token.label == label; });
  return there ? fail(ErrorCode::already_exists, "a token of this name exists already", "token " + label)
               : Result<void>();
}

Result<CredentialSummary> CredentialRegistry::add(const access::Principal& by, const NewCredential& request,
                                                  crypto::KeyKind key_kind, const crypto::AlgorithmSuite& suite) {
  CredentialRow row{
      .id = request.id,
      .kind = request.kind,
      .party = request.party,
      .token_label = request.token_label,
      .key_label = request.key_label,
      .key_id = request.key_id,
      .key_kind = std::string(crypto::name(key_kind)),
      .suite = std::string(suite.name),
      .status = CredentialStatus::pending,
      .certificates = {},
      .created = clock_->now(),
      .tenant = request.tenant,
  };
  store::RowChange added(row);
  return commit("credential.added", by, std::move(row), std::move(added));
}

Result<Bytes> CredentialRegistry::certification_request(const CredentialId& id, const pki::Name& subject) {
  RAKKAN_TRY(const CredentialRow row, store_->credential(id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential asks for no certificate", place(id));
  }
  RAKKAN_TRY(const auto signer, keys_->signer(address_of(row)));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(row.suite, signer->public_key().kind()));
  return pki::make_certification_request(subject, *suite, *signer);
}

Result<void> CredentialRegistry::check_profile(CredentialKind kind, const pki::Certificate& certificate,
                                               const pki::CertificateChain& chain, IncompleteChain incomplete) const {
  const Instant now = clock_->now();
  pki::CertificateFindings findings = pki::check_certificate(certificate, profile_of(kind));
  if (auto flaw = pki::find_validity_flaw(certificate, now)) {
    findings.push_back(*std::move(flaw));
  }
  for (pki::CertificateFinding& finding : pki::check_chain(certificate, chain, roots_, now)) {
    if (finding.flaw != pki::CertificateFlaw::chain_incomplete || incomplete == IncompleteChain::refuse) {
      findings.push_back(std::move(finding));
    }
  }
  return pki::refuse_on(findings);
}

Result<CredentialSummary> CredentialRegistry::import_certificates(const access::Principal& by, const CredentialId& id,
                                                                  ByteView pem_or_der, IncompleteChain incomplete) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential takes no certificate", place(id));
  }
  RAKKAN_TRY(const auto given, pki::parse_certificates(pem_or_der));
  RAKKAN_TRY(const auto signer, keys_->signer(address_of(row)));
  RAKKAN_CHECK(check_key_kind(row.kind, signer->public_key().kind()));
  RAKKAN_TRY(const pki::Certificate certificate, certificate_of_key(given, signer->public_key()));
  RAKKAN_TRY(const pki::CertificateChain chain, pki::order_chain(certificate, given, roots_));
  RAKKAN_CHECK(check_profile(row.kind, certificate, chain, incomplete));
  std::vector<Bytes> encodings{copy_of(certificate.der())};
  for (const pki::Certificate& issuer : chain.issuers) {
    encodings.push_back(copy_of(issuer.der()));
  }
  // The root is kept, to see at the next start where the chain ends. Signatures do not include it.
  if (chain.root && *chain.root != certificate) {
    encodings.push_back(copy_of(chain.root->der()));
  }
  row.status = CredentialStatus::active;
  row.certificates = encodings;
  return commit("credential.certified", by, std::move(row), store::CredentialActivation{id, std::move(encodings)});
}

Result<void> CredentialRegistry::disable(const access::Principal& by, const CredentialId& id) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(const auto known, entry(by, id));
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  row.status = CredentialStatus::disabled;
  const bool before = known->disabled->exchange(true);  // before it is recorded: no intent is recorded behind it
  const auto done = commit("credential.disabled", by, std::move(row), store::CredentialDisabling{id});
  if (!done) {
    known->disabled->store(before);
    return fail(done.error());
  }
  return {};
}

std::vector<CredentialSummary> CredentialRegistry::list(const access::Principal& principal) const {
  std::vector<CredentialSummary> summaries;
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    if (principal.may_use_credential_of(one->row.tenant)) {
      summaries.push_back(one->summary());
    }
  }
  return summaries;
}

Result<CredentialSummary> CredentialRegistry::find(const access::Principal& principal, const CredentialId& id) const {
  RAKKAN_TRY(const auto found, entry(principal, id));
  return found->summary();
}

Result<const crypto::AlgorithmSuite*> CredentialRegistry::suite(const access::Principal& principal,
                                                                const CredentialId& id) const {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  const crypto::AlgorithmSuite* suite = crypto::suite_from_name(found->row.suite);
  if (suite == nullptr) {
    return fail(ErrorCode::store_corrupt, "no such suite: " + found->row.suite, place(id));
  }
  return suite;
}

Result<std::shared_ptr<const Credential>> CredentialRegistry::opened(const access::Principal& principal,
                                                                     const CredentialId& id) const {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  const std::scoped_lock lock(found->mutex);
  return found->credential;
}

Result<std::shared_ptr<const Credential>> CredentialRegistry::load(const access::Principal& principal,
                                                                   const CredentialId& id) {
  RAKKAN_TRY(auto kept, opened(principal, id));
  if (kept != nullptr) {
    return kept;
  }
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  auto credential = open_credential(*found);
  const std::scoped_lock lock(found->mutex);
  if (!credential) {
    found->trouble = credential.error();
    return credential;
  }
  found->trouble.reset();
  if (found->credential == nullptr) {  // else another thread was faster
    found->credential = *std::move(credential);
  }
  return found->credential;
}

Result<std::shared_ptr<const Credential>> CredentialRegistry::open_credential(const Entry& entry) {
  const CredentialRow& row = entry.row;
  RAKKAN_TRY(auto certificates, parse_all(row.certificates));
  pki::Certificate certificate = certificates.front();
  certificates.erase(certificates.begin());
  std::erase_if(certificates, pki::is_self_signed);  // a verifier that trusts a root has it already
  RAKKAN_TRY(auto signer, keys_->signer(address_of(row)));
  RAKKAN_CHECK(check_key_kind(row.kind, signer->public_key().kind()));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(row.suite, signer->public_key().kind()));
  RAKKAN_TRY(auto material,
             SigningMaterial::create(std::move(signer), std::move(certificate), std::move(certificates), *suite));
  return std::make_shared<const Credential>(row.id, row.kind, row.party, std::move(material), entry.disabled);
}

std::vector<Error> CredentialRegistry::warnings() const {
  const Instant now = clock_->now();
  std::map<ErrorCode, Warned> warned;
  const auto warn = [&](const CredentialId& id, const pki::CertificateFinding& finding) {
    Warned& same = warned[pki::code_of(finding.flaw)];
    if (same.ids.empty()) {
      same.detail = finding.detail;
    }
    if (same.ids.empty() || same.ids.back() != id.value()) {
      same.ids.push_back(id.value());
    }
  };
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    if (one->row.status != CredentialStatus::active || !one->certificate) {
      continue;
    }
    for (const pki::CertificateFinding& finding : one->findings) {
      warn(id, finding);
    }
    if (const auto flaw = pki::find_validity_flaw(*one->certificate, now)) {
      warn(id, *flaw);
    }
  }
  std::vector<Error> errors;
  for (const auto& [code, credentials] : warned) {
    errors.push_back(credentials.error(code));
  }
  return errors;
}

std::vector<Error> CredentialRegistry::try_again() {
  const access::Principal everybody{"service", TenantId(), true};
  const auto in_trouble = [](Entry& entry) {
    const std::scoped_lock lock(entry.mutex);
    return entry.trouble.has_value() && entry.row.status == CredentialStatus::active;
  };
  std::vector<Error> troubles;
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    if (in_trouble(*one)) {
      if (auto opened = load(everybody, id); !opened) {
        troubles.push_back(std::move(opened).error().at(place(id)));
      }
    }
  }
  return troubles;
}

}  // namespace rakkan::credentials
