// From a key to its certificate, and from one key of a credential to the next.
#include <algorithm>
#include <chrono>
#include <utility>

#include "credentials/administration_record.hpp"
#include "credentials/key_rules.hpp"
#include "credentials/registry_entry.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::credentials {
namespace {

using store::CredentialRow;
using store::GenerationRow;

constexpr std::chrono::seconds kCommitTime{10};  // within which a change is in force

// The certificate of `key` among the given ones; of several the one that is valid longest.
std::optional<pki::Certificate> certificate_of_key(const std::vector<pki::Certificate>& given,
                                                   const crypto::PublicKey& key) {
  std::optional<pki::Certificate> best;
  for (const pki::Certificate& certificate : given) {
    const bool same = equal(certificate.spki(), key.spki());
    if (same && (!best || certificate.validity().not_after > best->validity().not_after)) {
      best = certificate;
    }
  }
  return best;
}

// The certificate and its chain as a row has them. The root is kept, to see at the next start where the chain ends.
// Signatures do not include it.
std::vector<Bytes> encodings_of(const pki::Certificate& certificate, const pki::CertificateChain& chain) {
  std::vector<Bytes> encodings{copy_of(certificate.der())};
  for (const pki::Certificate& issuer : chain.issuers) {
    encodings.push_back(copy_of(issuer.der()));
  }
  if (chain.root && *chain.root != certificate) {
    encodings.push_back(copy_of(chain.root->der()));
  }
  return encodings;
}

struct FoundKey {
  std::shared_ptr<Generation> generation;
  std::shared_ptr<crypto::Signer> signer;
  pki::Certificate certificate;  // the key's
};

// The key, present or next, that one of the certificates is for. The next key is tried first, since a certificate that
// comes during a rotation is mostly for it. A former key takes no certificate any more.
Result<FoundKey> find_key(const Generations& generations, KeySource& keys, const std::vector<pki::Certificate>& given,
                          Instant now) {
  const auto next = generations.next(now);
  std::optional<Error> trouble;
  for (const auto& one : {next, generations.current(now)}) {
    if (one == nullptr) {
      continue;
    }
    auto signer = keys.signer(address_of(one->row()));
    if (!signer) {  // the certificate may be the other key's
      trouble = trouble ? std::move(trouble) : std::optional(std::move(signer).error());
      continue;
    }
    if (auto certificate = certificate_of_key(given, (*signer)->public_key())) {
      return FoundKey{one, *std::move(signer), *std::move(certificate)};
    }
  }
  if (trouble) {
    return fail(*std::move(trouble));
  }
  return fail(ErrorCode::key_certificate_mismatch,
              next != nullptr ? "none of the certificates is for the credential's present key or its next one"
                              : "none of the certificates is for the credential's key");
}

std::string_view digest_name(const crypto::AlgorithmSuite& suite) { return crypto::info(suite.digest).name; }

// The suite of a next key: the wanted one, or the present key's where it is for keys of that kind.
Result<const crypto::AlgorithmSuite*> next_suite(const std::string& wanted, const std::string& present,
                                                 crypto::KeyKind kind) {
  const crypto::AlgorithmSuite* const as_now = crypto::suite_from_name(present);
  if (as_now == nullptr) {
    return fail(ErrorCode::store_corrupt, "no such suite: " + present);
  }
  if (wanted.empty() && crypto::suits(*as_now, kind)) {
    return as_now;
  }
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(wanted, kind));
  if (suite->digest != as_now->digest) {
    return fail(ErrorCode::digest_algorithm_mismatch,
                "the next key would sign digests of " + std::string(digest_name(*suite)) + " (" +
                    std::string(suite->name) + "), the present one signs those of " +
                    std::string(digest_name(*as_now)) + ": name a suite for that, or make another credential",
                "suite");
  }
  return suite;
}

// A label that no other key bears, not even one left behind by a rotation that a crash ended: the CKA_ID is part of it.
std::string next_label(const CredentialId& id, ByteView key_id) {
  constexpr std::size_t kOctets = 4;
  const std::string mark = "#" + to_hex(key_id.first(std::min(kOctets, key_id.size())));
  return id.value().substr(0, kMaxLabel - mark.size()) + mark;
}

std::string standing(const Generation& next) {
  const std::string number = std::to_string(next.row().number);
  if (next.certificate() && next.row().begins) {
    return "the next key, generation " + number + ", waits for its time, " + to_rfc3339(*next.row().begins) +
           "; another one takes its place where that is asked for";
  }
  return "the next key, generation " + number +
         ", waits for its certificate; another one takes its place where that is asked for";
}

// Looks at a key that is in its token already and stores label and id as the token has them. The kind of the key.
Result<crypto::KeyKind> adopt_key(KeySource& keys, const std::vector<GenerationRow>& known, GenerationRow& next) {
  RAKKAN_TRY(const KeyAddress found, keys.find(address_of(next)));
  next.key_label = is_label(found.key_label) ? found.key_label : std::string();
  next.key_id = found.key_id;
  const auto is_it = [&](const GenerationRow& one) {
    return one.token_label == next.token_label && one.key_id == next.key_id && one.key_label == next.key_label;
  };
  if (std::any_of(known.begin(), known.end(), is_it)) {
    return fail(ErrorCode::already_exists, "the key is one of the credential's already");
  }
  RAKKAN_TRY(const auto signer, keys.signer(found));
  return signer->public_key().kind();
}

}  // namespace

Result<CredentialSummary> CredentialRegistry::rotate(const access::Principal& by, const CredentialId& id,
                                                     const NextKey& request) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(const auto known, usable_entry(by, id));
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  const Instant now = clock_->now();
  const GenerationRow present = known->generations.current(now)->row();
  const auto waiting = known->generations.next(now);
  if (waiting != nullptr && !request.replace) {
    return fail(ErrorCode::already_exists, standing(*waiting), place(id));
  }
  const auto present_kind = crypto::key_kind_from_name(present.key_kind);
  if (!present_kind) {
    return fail(ErrorCode::store_corrupt, "no such kind of key: " + present.key_kind, place(id));
  }
  GenerationRow next{
      .number = row.generations.back().number + 1,
      .token_label = request.token_label.empty() ? present.token_label : request.token_label,
      .key_label = request.key_label,
      .key_id = request.key_id,
      .key_kind = {},
      .suite = {},
      .created = now,
      .begins = std::nullopt,
      .certificates = {},
  };
  crypto::KeyKind kind = request.key_kind.value_or(*present_kind);
  if (request.adopt) {
    RAKKAN_TRY(kind, adopt_key(*keys_, row.generations, next));
  }
  RAKKAN_CHECK(check_key_kind(row.kind, kind));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, next_suite(request.suite, present.suite, kind));
  next.key_kind = std::string(crypto::name(kind));
  next.suite = std::string(suite->name);
  if (!request.adopt) {
    RAKKAN_CHECK(make_key(id, next, kind));
  }
  // Making a key takes its time. A waiting key whose time has nearly come stays: a signature may be made with it before
  // the change is in force.
  std::optional<std::uint32_t> replaces;
  if (waiting != nullptr && known->generations.next(clock_->now() + kCommitTime) == waiting) {
    replaces = waiting->row().number;
    std::erase_if(row.generations, [&](const GenerationRow& one) { return one.number == *replaces; });
  }
  row.generations.push_back(next);
  std::string record = key_record(by, id, next, replaces);
  return commit("credential.key_added", std::move(record), std::move(row),
                store::GenerationAddition{id, std::move(next), replaces});
}

Result<void> CredentialRegistry::make_key(const CredentialId& id, GenerationRow& next, crypto::KeyKind kind) {
  if (next.key_id.empty()) {
    next.key_id.resize(kKeyIdSize);
    RAKKAN_CHECK(random_->fill(next.key_id));
  }
  if (next.key_label.empty()) {
    next.key_label = next_label(id, next.key_id);
  }
  RAKKAN_CHECK(check_labels(next.token_label, next.key_label));
  return keys_->generate(address_of(next), kind);
}

Result<CertificationRequest> CredentialRegistry::certification_request(const CredentialId& id,
                                                                       const pki::Name& subject) {
  const auto all = snapshot();
  const auto found = all->find(id);
  if (found == all->end()) {
    return fail(ErrorCode::credential_unknown, "there is no credential of this id", place(id));
  }
  const Entry& entry = *found->second;
  if (entry.row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential asks for no certificate", place(id));
  }
  const Instant now = clock_->now();
  const auto next = entry.generations.next(now);
  const GenerationRow& key = (next != nullptr ? next : entry.generations.current(now))->row();
  RAKKAN_TRY(const auto signer, keys_->signer(address_of(key)));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(key.suite, signer->public_key().kind()));
  RAKKAN_TRY(Bytes der, pki::make_certification_request(subject, *suite, *signer));
  return CertificationRequest{std::move(der), key.number};
}

Result<void> CredentialRegistry::check_profile(CredentialKind kind, const pki::Certificate& certificate,
                                               const pki::CertificateChain& chain, IncompleteChain incomplete,
                                               Instant at) const {
  pki::CertificateFindings findings = pki::check_certificate(certificate, profile_of(kind));
  if (auto flaw = pki::find_validity_flaw(certificate, at)) {
    findings.push_back(*std::move(flaw));
  }
  for (pki::CertificateFinding& finding : pki::check_chain(certificate, chain, roots_, at)) {
    if (finding.flaw != pki::CertificateFlaw::chain_incomplete || incomplete == IncompleteChain::refuse) {
      findings.push_back(std::move(finding));
    }
  }
  return pki::refuse_on(findings);
}

Result<CredentialSummary> CredentialRegistry::import_certificates(const access::Principal& by, const CredentialId& id,
                                                                  ByteView pem_or_der, IncompleteChain incomplete,
                                                                  std::optional<Instant> at) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(const auto known, entry(by, id));
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential takes no certificate", place(id));
  }
  RAKKAN_TRY(const auto given, pki::parse_certificates(pem_or_der));
  const Instant now = clock_->now();
  RAKKAN_TRY(FoundKey key, find_key(known->generations, *keys_, given, now));
  RAKKAN_CHECK(check_key_kind(row.kind, key.signer->public_key().kind()));
  const bool is_next = key.generation == known->generations.next(now);
  if (at && !is_next) {
    return wrong("a certificate of the present key takes effect at once; a time is for the next key's", "at");
  }
  if (at && *at <= now) {
    return wrong("the time is past: without one the next key takes over at once", "at");
  }
  const Instant begins = is_next ? at.value_or(now) : key.generation->row().begins.value_or(now);
  RAKKAN_TRY(const pki::CertificateChain chain, pki::order_chain(key.certificate, given, roots_));
  RAKKAN_CHECK(check_profile(row.kind, key.certificate, chain, incomplete, std::max(now, begins)));

  const auto is_its = [&](const GenerationRow& one) { return one.number == key.generation->row().number; };
  GenerationRow& certified = *std::find_if(row.generations.begin(), row.generations.end(), is_its);
  certified.begins = begins;
  certified.certificates = encodings_of(key.certificate, chain);
  row.status = CredentialStatus::active;
  // The next key of a credential in use is opened now, so that no request waits for the token when the key takes over.
  std::shared_ptr<const Credential> opened;
  if (known->generations.current(now)->opened() != nullptr) {
    RAKKAN_TRY(opened, make_credential(row, certified, std::move(key.signer), known->disabled));
  }
  store::CredentialActivation change{id, certified.certificates, certified.number, begins};
  std::string record = certificate_record(by, id, certified);
  return commit("credential.certified", std::move(record), std::move(row), std::move(change), opened);
}

}  // namespace rakkan::credentials
