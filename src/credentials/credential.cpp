#include "rakkan/credentials/credential.hpp"

#include <algorithm>
#include <utility>

#include "credentials/administration_record.hpp"
#include "credentials/key_rules.hpp"
#include "credentials/registry_entry.hpp"

namespace rakkan::credentials {
namespace {

using store::CredentialRow;
using store::GenerationRow;

bool is_id(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kMaxLabel && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
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
  return check_labels(request.token_label, request.key_label);
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

// Key and certificate are the current generation's. The flaws of a disabled credential's certificates are left out.
CredentialSummary CredentialRegistry::Entry::summary(Instant now) const {
  const Generation& current = *generations.current(now);
  const GenerationRow& key = current.row();
  CredentialSummary all{row.id,
                        row.tenant,
                        row.kind,
                        row.party,
                        row.status,
                        key.token_label,
                        key.key_label,
                        key.key_id,
                        key.key_kind,
                        key.suite,
                        row.created,
                        current.certificate(),
                        current.findings(),
                        key.number,
                        generations.summaries(now)};
  if (row.status != CredentialStatus::active) {
    all.findings.clear();
    for (GenerationSummary& one : all.generations) {
      one.findings.clear();
    }
  }
  return all;
}

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
    RAKKAN_TRY(auto entry, Entry::of(std::move(row), registry->roots_, clock.now(), nullptr));
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
  if (found->row.status == CredentialStatus::pending) {
    return fail(ErrorCode::credential_not_ready, "import the certificate for its key first", place(id));
  }
  return found;
}

// The new Entry is made before the commit and published after it: nothing that can fail stands between the durable row
// and the one in force.
Result<CredentialSummary> CredentialRegistry::commit(std::string event, std::string body, CredentialRow row,
                                                     store::RowChange change,
                                                     const std::shared_ptr<const Credential>& opened) {
  const CredentialId id = row.id;
  const auto all = snapshot();
  const auto before = all->find(id);
  RAKKAN_TRY(auto changed,
             Entry::of(std::move(row), roots_, clock_->now(), before == all->end() ? nullptr : before->second.get()));
  for (const auto& generation : changed->generations.all()) {
    if (opened != nullptr && generation->row().number == opened->generation()) {
      generation->keep(opened);
    }
  }
  CredentialSummary summary = changed->summary(clock_->now());
  audit::Submission submission;
  submission.event = std::move(event);
  submission.body = std::move(body);
  submission.changes.push_back(std::move(change));
  RAKKAN_CHECK(trail_->write_and_wait(std::move(submission)));
  changed->disabled->store(changed->row.status == CredentialStatus::disabled);
  const std::scoped_lock lock(snapshot_mutex_);
  auto entries = std::make_shared<Snapshot>(*snapshot_);
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
  const Instant now = clock_->now();
  CredentialRow row{
      .id = request.id,
      .kind = request.kind,
      .party = request.party,
      .status = CredentialStatus::pending,
      .created = now,
      .tenant = request.tenant,
      .generations = {{.number = 1,
                       .token_label = request.token_label,
                       .key_label = request.key_label,
                       .key_id = request.key_id,
                       .key_kind = std::string(crypto::name(key_kind)),
                       .suite = std::string(suite.name),
                       .created = now,
                       .begins = std::nullopt,
                       .certificates = {}}},
  };
  store::RowChange added(row);
  return commit("credential.added", administration_record(by, request.id), std::move(row), std::move(added));
}

Result<void> CredentialRegistry::disable(const access::Principal& by, const CredentialId& id) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(const auto known, entry(by, id));
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  row.status = CredentialStatus::disabled;
  const bool before = known->disabled->exchange(true);  // before it is recorded: no intent is recorded behind it
  const auto done =
      commit("credential.disabled", administration_record(by, id), std::move(row), store::CredentialDisabling{id});
  if (!done) {
    known->disabled->store(before);
    return fail(done.error());
  }
  return {};
}

std::vector<CredentialSummary> CredentialRegistry::list(const access::Principal& principal) const {
  std::vector<CredentialSummary> summaries;
  const Instant now = clock_->now();
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    if (principal.may_use_credential_of(one->row.tenant)) {
      summaries.push_back(one->summary(now));
    }
  }
  return summaries;
}

Result<CredentialSummary> CredentialRegistry::find(const access::Principal& principal, const CredentialId& id) const {
  RAKKAN_TRY(const auto found, entry(principal, id));
  return found->summary(clock_->now());
}

Result<const crypto::AlgorithmSuite*> CredentialRegistry::suite(const access::Principal& principal,
                                                                const CredentialId& id) const {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  const std::string& name = found->generations.current(clock_->now())->row().suite;
  const crypto::AlgorithmSuite* suite = crypto::suite_from_name(name);
  if (suite == nullptr) {
    return fail(ErrorCode::store_corrupt, "no such suite: " + name, place(id));
  }
  return suite;
}

Result<std::shared_ptr<const Credential>> CredentialRegistry::opened(const access::Principal& principal,
                                                                     const CredentialId& id) const {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  return found->generations.current(clock_->now())->opened();
}

Result<std::shared_ptr<const Credential>> CredentialRegistry::load(const access::Principal& principal,
                                                                   const CredentialId& id) {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  return found->generations.current(clock_->now())->open(found->row, *keys_, found->disabled);
}

Result<void> CredentialRegistry::load_next(const access::Principal& principal, const CredentialId& id) {
  RAKKAN_TRY(const auto found, usable_entry(principal, id));
  const auto next = found->generations.next(clock_->now());
  if (next != nullptr && next->certificate()) {
    RAKKAN_CHECK(next->open(found->row, *keys_, found->disabled));
  }
  return {};
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
    if (one->row.status != CredentialStatus::active) {
      continue;
    }
    for (const auto& generation : {one->generations.current(now), one->generations.next(now)}) {
      if (generation == nullptr || !generation->certificate()) {
        continue;
      }
      for (const pki::CertificateFinding& finding : generation->findings()) {
        warn(id, finding);
      }
      const Instant used = std::max(now, generation->row().begins.value_or(now));
      if (const auto flaw = pki::find_validity_flaw(*generation->certificate(), used)) {
        warn(id, *flaw);
      }
    }
  }
  std::vector<Error> errors;
  errors.reserve(warned.size());
  for (const auto& [code, credentials] : warned) {
    errors.push_back(credentials.error(code));
  }
  return errors;
}

std::vector<CertificateEnds> CredentialRegistry::certificate_ends() const {
  std::vector<CertificateEnds> ends;
  const Instant now = clock_->now();
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    const auto& current = one->generations.current(now)->certificate();
    if (one->row.status != CredentialStatus::active || !current) {
      continue;
    }
    CertificateEnds& end = ends.emplace_back(CertificateEnds{id, current->validity().not_after});
    if (const auto next = one->generations.next(now); next != nullptr && next->certificate()) {
      end.next = next->certificate()->validity().not_after;
    }
  }
  return ends;
}

std::vector<Error> CredentialRegistry::try_again() {
  const access::Principal everybody{"service", TenantId(), true};
  std::vector<Error> troubles;
  const auto note = [&](const CredentialId& id, Error trouble) {
    troubles.push_back(std::move(trouble).at(place(id)));
  };
  const Instant now = clock_->now();
  const auto all = snapshot();  // named: the loop would not keep it
  for (const auto& [id, one] : *all) {
    if (one->row.status != CredentialStatus::active) {
      continue;
    }
    if (one->generations.current(now)->is_in_trouble()) {
      if (auto opened = load(everybody, id); !opened) {
        note(id, std::move(opened).error());
      }
    }
    if (const auto next = one->generations.next(now); next != nullptr && next->is_in_trouble()) {
      if (auto opened = load_next(everybody, id); !opened) {
        note(id, std::move(opened).error());
      }
    }
  }
  return troubles;
}

}  // namespace rakkan::credentials
