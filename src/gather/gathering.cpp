#include "gather/gathering.hpp"

#include <algorithm>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "gather/judged_certificates.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/cms/signer_claims.hpp"

namespace rakkan::gather {
namespace {

constexpr pki::Provenance kInside{pki::EvidenceOrigin::document};

validation::TimestampKind kind_of(cms::EmbeddedTokenKind kind) noexcept {
  switch (kind) {
    case cms::EmbeddedTokenKind::content:
      return validation::TimestampKind::content;
    case cms::EmbeddedTokenKind::signature:
      return validation::TimestampKind::signature;
    case cms::EmbeddedTokenKind::archive_v3:
    case cms::EmbeddedTokenKind::archive_v2:
    case cms::EmbeddedTokenKind::archive_v1:
    case cms::EmbeddedTokenKind::references:
      return validation::TimestampKind::archive;
  }
  return validation::TimestampKind::archive;
}

bool is_judged(cms::EmbeddedTokenKind kind) noexcept {
  return kind == cms::EmbeddedTokenKind::content || kind == cms::EmbeddedTokenKind::signature ||
         kind == cms::EmbeddedTokenKind::archive_v3;
}

const char* code_of(cms::UnjudgedKind kind) noexcept {
  switch (kind) {
    case cms::UnjudgedKind::counter_signature:
      return "counter-signature-not-judged";
    case cms::UnjudgedKind::evidence_record:
      return "evidence-record-not-judged";
    case cms::UnjudgedKind::archive_timestamp:
    case cms::UnjudgedKind::reference_timestamp:
      return "archive-timestamp-not-judged";
  }
  return "";
}

void add_all(std::vector<Id>& to, const std::vector<Id>& from) { to.insert(to.end(), from.begin(), from.end()); }

void make_unique(std::vector<Id>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

std::string key_of(ByteView bytes) { return id_of(bytes); }

validation::SignaturePolicyFacts policy_facts(const cms::SignaturePolicyClaim& claim) {
  validation::SignaturePolicyFacts facts;
  facts.identifier = claim.implied ? std::string() : claim.identifier.dotted();
  return facts;
}

}  // namespace

Gathering::Gathering(const Inputs& inputs, std::size_t size)
    : inputs_(inputs),
      pool_(inputs.limits.evidence),
      values_(inputs.limits.value_checks + size / inputs.limits.bytes_of_a_value) {
  if (inputs_.trust == nullptr) {
    inputs_.trust = &no_trust_;
  }
  for (const pki::TrustAnchor& anchor : inputs_.trust->anchors()) {
    pool_.add(anchor.certificate);
  }
  for (const pki::CertificateMark& mark : inputs_.trust->marks()) {
    pool_.add(mark.certificate);
  }
  if (inputs_.given != nullptr) {
    add_given(*inputs_.given);
  }
}

void Gathering::add_given(const pki::EvidenceMaterial& given) {
  const auto source_of = [](const pki::Provenance& from) {
    return from.origin == pki::EvidenceOrigin::fetched || from.origin == pki::EvidenceOrigin::cache
               ? validation::Source::fetched
               : validation::Source::given;
  };
  for (const auto& held : given.certificates()) {
    pool_.add(held.certificate);
  }
  for (const auto& held : given.lists()) {
    pool_.add(held.list, source_of(held.from));
  }
  for (const auto& held : given.responses()) {
    pool_.add(held.response, source_of(held.from));
  }
}

Id Gathering::next_signature_id() { return "signature-" + std::to_string(++signatures_); }
Id Gathering::next_timestamp_id() { return "timestamp-" + std::to_string(++timestamps_); }

MessageEvidence Gathering::take(const cms::Message& message, bool is_token, const std::string& place) {
  const auto source_of = [&](validation::Source source) { return is_token ? validation::Source::timestamp : source; };
  MessageEvidence evidence;
  evidence.in_signed_attributes =
      pool_.add(cms::signed_evidence(message, kInside, place), source_of(validation::Source::signed_attribute));
  evidence.beside =
      pool_.add(cms::unsigned_evidence(message, kInside, place), source_of(validation::Source::signature));
  for (const pki::Certificate& certificate : cms::readable_certificates(message)) {
    evidence.beside.push_back(pool_.add(certificate));
  }
  make_unique(evidence.beside);
  return evidence;
}

std::vector<Id> Gathering::take_tokens(const cms::Message& message, const std::string& place) {
  std::vector<Id> ids;
  for (const cms::MessageSigner& signer : message.signers()) {
    for (const cms::EmbeddedToken& token : cms::embedded_timestamps(signer).tokens) {
      if (const auto read = tsp::TokenMessage::read(token.encoding)) {
        const MessageEvidence inside = take(read->message(), true, place + ", timestamp");
        add_all(ids, inside.in_signed_attributes);
        add_all(ids, inside.beside);
      }
    }
  }
  make_unique(ids);
  return ids;
}

std::size_t Gathering::add_signature(validation::SignatureFacts from, const cms::Message& message,
                                     const cms::MessageSigner& signer, const cms::SignedContent& content,
                                     const MessageEvidence& evidence) {
  if (!std::exchange(has_candidates_, true)) {
    candidates_ = pool_.certificates();
  }
  const cms::SignerFacts facts = cms::signer_facts(message, signer, content, candidates_, &values_);
  std::vector<validation::DigestFact> digests = std::move(from.signer.digests);  // of the format, beside the signer's
  from.signer = signer_facts(facts, pool_, from.structure);
  from.signer.digests.insert(from.signer.digests.end(), digests.begin(), digests.end());
  const cms::SignerClaims claims = cms::signer_claims(signer);
  if (claims.signing_time && from.claimed_time) {
    from.structure.push_back(
        finding("signing-time-twice", "EN 319 142-1 §6.3", "signing-time is there beside /M of the signature"));
  }
  if (claims.signing_time) {
    from.claimed_time = claims.signing_time;
  }
  if (claims.policy) {
    from.policy = policy_facts(*claims.policy);
  }
  from.has_signed_attributes = facts.has_signed_attributes;
  if (facts.content_type_value) {
    from.content_type = facts.content_type_value->dotted();
  }
  for (const der::Oid& type : claims.commitment_types) {
    from.commitment_types.push_back(type.dotted());
  }
  for (const std::string& name : claims.malformed) {
    from.structure.push_back(
        finding("structure-invalid", "EN 319 122-1 §5.2", "the attribute " + name + " cannot be read"));
  }
  add_embedded_tokens(from, message, signer, content, evidence);
  gathered_.facts.signatures.push_back(std::move(from));
  return gathered_.facts.signatures.size() - 1;
}

void Gathering::add_embedded_tokens(validation::SignatureFacts& signature, const cms::Message& message,
                                    const cms::MessageSigner& signer, const cms::SignedContent& content,
                                    const MessageEvidence& evidence) {
  const cms::EmbeddedTimestamps embedded = cms::embedded_timestamps(signer);
  for (const cms::UnjudgedKind kind : embedded.not_judged) {
    signature.structure.push_back(
        finding(code_of(kind), "EN 319 122-1 §5", std::string(cms::to_string(kind)) + " is not judged"));
  }
  if (embedded.left_out > 0) {
    signature.structure.push_back(finding("timestamps-left-out", "",
                                          std::to_string(embedded.left_out) + " timestamps beyond the first " +
                                              std::to_string(cms::kMostEmbeddedTokens) + " are not looked at"));
  }
  std::vector<Id> content_timestamps;
  // The objects inside of the values of unsigned attributes, for archive timestamps, whose index names the values.
  std::map<std::string, std::vector<Id>> inside_values;
  for (const cms::EmbeddedToken& each : embedded.tokens) {
    if (!is_judged(each.kind)) {
      continue;
    }
    validation::TimestampFacts facts;
    const auto token = tsp::TokenMessage::read(each.encoding);
    if (token) {
      const tsp::TimestampFacts found =
          tsp::timestamp_facts(*token, each.kind, message, signer, content, candidates_, &values_);
      facts = timestamp_facts(*token, found, pool_);
    } else {
      facts.imprint = {"messageImprint", std::nullopt, validation::Match::mismatch};
      facts.structure.push_back(finding("token-malformed", "RFC 3161 §2.4.2", token.error().detail));
    }
    facts.id = next_timestamp_id();
    facts.kind = kind_of(each.kind);
    std::vector<Id> inside{facts.id};
    if (token) {
      const MessageEvidence own = take(token->message(), true, "timestamp");
      add_all(inside, own.in_signed_attributes);
      add_all(inside, own.beside);
    }
    switch (facts.kind) {
      case validation::TimestampKind::content:
        content_timestamps = inside;
        // The signer has signed that the content existed before; a token over something else makes that untrue.
        if (facts.imprint.match == validation::Match::mismatch) {
          signature.structure.push_back(finding("content-timestamp-mismatch", "EN 319 122-1 §5.2.8",
                                                "the content timestamp is over other data than the signature"));
        }
        break;
      case validation::TimestampKind::signature:
        // A signature value that verifies covers the signed attributes, and so the evidence in them, the content
        // timestamps, and the certificate that signing-certificate names; another one covers nothing but itself.
        facts.covers.push_back(signature.id);
        if (signature.signer.signature != validation::Check::good) {
          break;
        }
        add_all(facts.covers, evidence.in_signed_attributes);
        add_all(facts.covers, content_timestamps);
        if (signature.signer.certificate && signature.signer.reference == validation::CertificateReference::match) {
          facts.covers.push_back(*signature.signer.certificate);
        }
        break;
      case validation::TimestampKind::archive:
        facts.covers.push_back(signature.id);
        add_all(facts.covers, evidence.in_signed_attributes);
        add_all(facts.covers, content_timestamps);
        if (token) {
          add_all(facts.covers, covered_by_archive(message, signer, *token, inside_values, facts.structure));
        }
        break;
      case validation::TimestampKind::document:
      case validation::TimestampKind::bare:
        break;
    }
    inside_values[key_of(each.encoding)] = std::move(inside);
    signature.timestamps.push_back(facts.id);
    gathered_.facts.timestamps.push_back(std::move(facts));
  }
}

std::vector<Id> Gathering::covered_by_archive(const cms::Message& message, const cms::MessageSigner& signer,
                                              const tsp::TokenMessage& token,
                                              const std::map<std::string, std::vector<Id>>& inside_values,
                                              std::vector<validation::StructureFinding>& structure) const {
  const cms::HashIndexFacts index = cms::hash_index_facts(message, signer, token.message());
  if (!index.is_whole()) {
    structure.push_back(finding("hash-index-invalid", "EN 319 122-1 §5.5.2",
                                "the archive timestamp has no ats-hash-index that fits the signature"));
    return {};
  }
  std::vector<Id> covered;
  covered.reserve(index.certificates.size() + index.revocation.size());
  for (const ByteView certificate : index.certificates) {
    covered.push_back(id_of(certificate));
  }
  for (const ByteView revocation : index.revocation) {
    covered.push_back(id_of(revocation));
  }
  for (const ByteView value : index.attribute_values) {
    if (const auto inside = inside_values.find(key_of(value)); inside != inside_values.end()) {
      add_all(covered, inside->second);
    }
  }
  return covered;
}

std::size_t Gathering::add_token(validation::TimestampFacts from, const tsp::TokenMessage& token,
                                 const cms::SignedContent& stamped) {
  if (!std::exchange(has_candidates_, true)) {
    candidates_ = pool_.certificates();
  }
  const tsp::TimestampFacts found = tsp::timestamp_facts(token, stamped, candidates_, &values_);
  validation::TimestampFacts facts = timestamp_facts(token, found, pool_);
  facts.id = std::move(from.id);
  facts.kind = from.kind;
  facts.pdf = std::move(from.pdf);
  facts.structure.insert(facts.structure.begin(), from.structure.begin(), from.structure.end());
  facts.covers = std::move(from.covers);
  gathered_.facts.timestamps.push_back(std::move(facts));
  return gathered_.facts.timestamps.size() - 1;
}

std::vector<Id> Gathering::with_insides(const std::vector<Id>& ids) const {
  std::vector<Id> all = ids;
  for (const Id& id : ids) {
    if (const pki::OcspResponse* const response = pool_.find_response(id)) {
      add_all(all, pool_.inside(*response));
    }
  }
  make_unique(all);
  return all;
}

Gathered Gathering::finish() && {
  validation::Facts& facts = gathered_.facts;
  std::map<Id, std::vector<Id>> parts;
  {
    JudgedCertificates judged(pool_, *inputs_.trust, inputs_.limits, inputs_.known);
    for (const validation::SignatureFacts& signature : facts.signatures) {
      if (signature.signer.certificate) {
        judged.judge(*signature.signer.certificate);
      }
    }
    for (const validation::TimestampFacts& timestamp : facts.timestamps) {
      if (timestamp.signer.certificate) {
        judged.judge(*timestamp.signer.certificate);
      }
    }
    judged.write(facts, parts);
  }
  if (pool_.is_full()) {
    facts.document.findings.push_back(
        finding("limit-exceeded", "", "more certificates and revocation data than are looked at"));
  }
  if (values_.is_exhausted()) {
    facts.document.findings.push_back(
        finding("limit-exceeded", "", "more work for signature values than is done for one file"));
  }
  // The objects that timestamps cover, brought to those that the facts have, with the compositions all of whose parts
  // are covered.
  std::set<Id> known;
  const auto know = [&](const auto& objects) {
    for (const auto& each : objects) {
      known.insert(each.id);
    }
  };
  know(facts.signatures);
  know(facts.timestamps);
  know(facts.certificates);
  know(facts.revocations);
  for (validation::TimestampFacts& timestamp : facts.timestamps) {
    std::vector<Id> covers = with_insides(timestamp.covers);
    const std::set<Id> has(covers.begin(), covers.end());
    for (const auto& [composed, needed] : parts) {
      if (std::all_of(needed.begin(), needed.end(), [&](const Id& part) { return has.contains(part); })) {
        covers.push_back(composed);
      }
    }
    std::erase_if(covers, [&](const Id& id) { return !known.contains(id) || id == timestamp.id; });
    make_unique(covers);
    timestamp.covers = std::move(covers);
  }
  gathered_.certificates = pool_.certificates();
  return std::move(gathered_);
}

}  // namespace rakkan::gather
