#include "rakkan/service/credential.hpp"

#include <algorithm>

#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::service {
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

bool signs_documents(CredentialKind kind) { return kind != CredentialKind::tsu; }

Result<void> check_key_kind(CredentialKind kind, crypto::KeyKind key_kind) {
  if (key_kind != crypto::KeyKind::ed25519) {
    return {};
  }
  if (signs_documents(kind)) {
    return fail(ErrorCode::ed25519_document_key, "neither OpenSSL 3.0 nor pdfsig verifies such signatures");
  }
  return fail(ErrorCode::unsupported_algorithm, "a time-stamping unit's key is RSA, P-256 or P-384");
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

Result<CredentialSummary> summary_of(const CredentialRow& row) {
  CredentialSummary summary{row.id,        row.tenant,   row.kind,  row.party,   row.status,  row.token_label,
                            row.key_label, row.key_kind, row.suite, row.created, std::nullopt};
  if (!row.certificates.empty()) {
    RAKKAN_TRY(summary.certificate, pki::Certificate::parse(row.certificates.front()));
  }
  return summary;
}

KeyAddress address_of(const CredentialRow& row) { return {row.token_label, row.key_label, row.key_id}; }

Result<void> check_use(CredentialKind kind, const pki::Certificate& certificate) {
  return signs_documents(kind) ? pki::check_document_signing_certificate(certificate)
                               : pki::check_timestamping_certificate(certificate);
}

// The certificate of that key among the given ones; of several the one that lasts longest.
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

}  // namespace

CredentialRegistry::CredentialRegistry(store::Store& store, KeySource& keys, const Clock& clock, RandomSource& random)
    : store_(&store), keys_(&keys), clock_(&clock), random_(&random) {}

Result<CredentialSummary> CredentialRegistry::generate(NewCredential request) {
  RAKKAN_CHECK(complete(request));
  RAKKAN_CHECK(check_key_kind(request.kind, request.key_kind));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(request.suite, request.key_kind));
  RAKKAN_CHECK(check_unused(request.id));
  if (request.key_id.empty()) {
    request.key_id.resize(kKeyIdSize);
    RAKKAN_CHECK(random_->fill(request.key_id));
  }
  RAKKAN_CHECK(keys_->generate({request.token_label, request.key_label, request.key_id}, request.key_kind));
  return add(request, request.key_kind, *suite);
}

Result<CredentialSummary> CredentialRegistry::adopt(NewCredential request) {
  RAKKAN_CHECK(complete(request));
  RAKKAN_CHECK(check_unused(request.id));
  RAKKAN_TRY(const auto signer, keys_->signer({request.token_label, request.key_label, request.key_id}));
  const crypto::KeyKind key_kind = signer->public_key().kind();
  RAKKAN_CHECK(check_key_kind(request.kind, key_kind));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(request.suite, key_kind));
  return add(request, key_kind, *suite);
}

Result<void> CredentialRegistry::check_unused(const CredentialId& id) {
  const Result<CredentialRow> taken = store_->credential(id);
  if (taken) {
    return fail(ErrorCode::already_exists, "a credential of this id exists", place(id));
  }
  if (taken.error().code != ErrorCode::credential_unknown) {
    return fail(taken.error());
  }
  return {};
}

Result<CredentialSummary> CredentialRegistry::add(const NewCredential& request, crypto::KeyKind key_kind,
                                                  const crypto::AlgorithmSuite& suite) {
  const CredentialRow row{
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
  };
  RAKKAN_CHECK(store_->add_credential(row));
  return summary_of(row);
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

Result<CredentialSummary> CredentialRegistry::import_certificates(const CredentialId& id, ByteView pem_or_der) {
  RAKKAN_TRY(const CredentialRow row, store_->credential(id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential takes no certificate", place(id));
  }
  RAKKAN_TRY(const auto given, pki::parse_certificates(pem_or_der));
  RAKKAN_TRY(const auto signer, keys_->signer(address_of(row)));
  RAKKAN_CHECK(check_key_kind(row.kind, signer->public_key().kind()));
  RAKKAN_TRY(const pki::Certificate certificate, certificate_of_key(given, signer->public_key()));
  RAKKAN_CHECK(check_use(row.kind, certificate));
  RAKKAN_CHECK(pki::check_validity(certificate, clock_->now()));
  RAKKAN_TRY(const auto chain, pki::order_chain(certificate, given));
  std::vector<Bytes> encodings{copy_of(certificate.der())};
  for (const pki::Certificate& issuer : chain) {
    encodings.push_back(copy_of(issuer.der()));
  }
  RAKKAN_CHECK(store_->activate_credential(id, encodings));
  return find(id);
}

Result<std::vector<CredentialSummary>> CredentialRegistry::list() {
  RAKKAN_TRY(const auto rows, store_->credentials());
  std::vector<CredentialSummary> summaries;
  for (const CredentialRow& row : rows) {
    RAKKAN_TRY(CredentialSummary summary, summary_of(row));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

Result<CredentialSummary> CredentialRegistry::find(const CredentialId& id) {
  RAKKAN_TRY(const CredentialRow row, store_->credential(id));
  return summary_of(row);
}

Result<void> CredentialRegistry::disable(const CredentialId& id) { return store_->disable_credential(id); }

Result<std::shared_ptr<const Credential>> CredentialRegistry::load(const CredentialId& id) {
  RAKKAN_TRY(CredentialRow row, store_->credential(id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "the credential was disabled", place(id));
  }
  if (row.status == CredentialStatus::pending || row.certificates.empty()) {
    return fail(ErrorCode::credential_not_ready, "import the certificate for its key first", place(id));
  }
  if (auto kept = kept_for(row)) {
    return kept;
  }
  RAKKAN_TRY(auto certificates, parse_all(row.certificates));
  pki::Certificate certificate = certificates.front();
  certificates.erase(certificates.begin());
  RAKKAN_TRY(auto signer, keys_->signer(address_of(row)));
  RAKKAN_CHECK(check_key_kind(row.kind, signer->public_key().kind()));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(row.suite, signer->public_key().kind()));
  RAKKAN_TRY(auto material,
             SigningMaterial::create(std::move(signer), std::move(certificate), std::move(certificates), *suite));
  auto credential = std::make_shared<const Credential>(row.id, row.kind, row.party, std::move(material));
  const std::scoped_lock lock(mutex_);
  loaded_.insert_or_assign(id, Loaded{std::move(row.certificates), credential});
  return credential;
}

std::shared_ptr<const Credential> CredentialRegistry::kept_for(const CredentialRow& row) {
  const std::scoped_lock lock(mutex_);
  const auto found = loaded_.find(row.id);
  return found != loaded_.end() && found->second.certificates == row.certificates ? found->second.credential : nullptr;
}

}  // namespace rakkan::service
