#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "rakkan/json/reader.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "validation/json_texts.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using json::Members;

constexpr std::size_t kLongestId = 128;
constexpr std::size_t kMostChains = 256;
constexpr std::size_t kLongestChain = 64;
constexpr std::int64_t kMostBits = 1 << 20;
constexpr std::int64_t kMostNumber = 1'000'000'000;

Result<std::string> text_or_empty(Members& from, std::string_view name, std::size_t longest = kLongestText) {
  if (!from.has(name)) {
    return std::string{};
  }
  return from.text(name, longest);
}

Result<std::optional<Instant>> optional_time(Members& from, std::string_view name) {
  RAKKAN_TRY(const std::optional<std::string> text, from.optional_text(name, 64));
  if (!text) {
    return std::optional<Instant>{};
  }
  const auto time = parse_rfc3339(*text);
  if (!time) {
    return from.wrong(name, "must be a time by RFC 3339");
  }
  return time;
}

Result<Instant> time_of(Members& from, std::string_view name) {
  RAKKAN_TRY(const std::optional<Instant> time, optional_time(from, name));
  if (!time) {
    return from.wrong(name, "is missing");
  }
  return *time;
}

template <class E>
Result<E> word_of(Members& from, std::string_view name) {
  RAKKAN_TRY(const std::string text, from.text(name, 64));
  const auto value = from_word<E>(text);
  if (!value) {
    return from.not_among(name, all_words<E>());
  }
  return *value;
}

Result<bool> flag_of(Members& from, std::string_view name) {
  if (!from.has(name)) {
    return false;
  }
  return from.flag(name);
}

Result<std::optional<bool>> optional_flag(Members& from, std::string_view name) {
  if (!from.has(name)) {
    return std::optional<bool>{};
  }
  RAKKAN_TRY(const bool value, from.flag(name));
  return std::optional<bool>(value);
}

Result<std::vector<std::string>> texts_of(Members& from, std::string_view name, std::size_t most, std::size_t longest) {
  if (!from.has(name)) {
    return std::vector<std::string>{};
  }
  return from.texts(name, most, longest);
}

template <class T, class Read>
Result<std::vector<T>> objects_of(Members& from, std::string_view name, std::size_t most, const Read& read) {
  std::vector<T> result;
  if (!from.has(name)) {
    return result;
  }
  RAKKAN_TRY(std::vector<Members> objects, from.objects(name, most));
  result.reserve(objects.size());
  for (Members& each : objects) {
    RAKKAN_TRY(T value, read(each));
    RAKKAN_CHECK(each.done());
    result.push_back(std::move(value));
  }
  return result;
}

Result<std::optional<crypto::HashAlgorithm>> hash_of(Members& from, std::string_view name) {
  RAKKAN_TRY(const std::optional<std::string> text, from.optional_text(name, 64));
  if (!text) {
    return std::optional<crypto::HashAlgorithm>{};
  }
  std::vector<std::string> names;
  for (const crypto::HashAlgorithmInfo& each : crypto::hash_algorithms()) {
    if (each.name == *text) {
      return std::optional(each.algorithm);
    }
    names.emplace_back(each.name);
  }
  return from.not_among(name, std::move(names));
}

Result<Key> key_of(Members& from, std::string_view name) {
  RAKKAN_TRY(Members object, from.object(name));
  Key key;
  RAKKAN_TRY(key.type, word_of<KeyType>(object, "type"));
  RAKKAN_TRY(const std::int64_t bits, object.integer("bits", 0, kMostBits));
  key.bits = static_cast<std::uint32_t>(bits);
  if (object.has("subgroupBits")) {
    RAKKAN_TRY(const std::int64_t subgroup, object.integer("subgroupBits", 0, kMostBits));
    key.subgroup_bits = static_cast<std::uint32_t>(subgroup);
  }
  RAKKAN_TRY(key.curve, text_or_empty(object, "curve", kLongestId));
  RAKKAN_CHECK(object.done());
  return key;
}

Result<Algorithm> algorithm_of(Members& from) {
  RAKKAN_TRY(Members object, from.object("algorithm"));
  Algorithm algorithm;
  RAKKAN_TRY(algorithm.name, text_or_empty(object, "name"));
  if (object.has("scheme")) {
    RAKKAN_TRY(algorithm.scheme, word_of<crypto::VerificationScheme>(object, "scheme"));
  }
  RAKKAN_TRY(algorithm.hash, hash_of(object, "hash"));
  RAKKAN_TRY(algorithm.mask_hash, hash_of(object, "maskHash"));
  RAKKAN_TRY(algorithm.key, key_of(object, "key"));
  RAKKAN_CHECK(object.done());
  return algorithm;
}

Result<DigestFact> digest_of(Members& from) {
  DigestFact digest;
  RAKKAN_TRY(digest.what, text_or_empty(from, "what"));
  RAKKAN_TRY(digest.hash, hash_of(from, "hash"));
  RAKKAN_TRY(digest.match, word_of<Match>(from, "match"));
  return digest;
}

Result<StructureFinding> structure_of(Members& from) {
  StructureFinding finding;
  RAKKAN_TRY(finding.code, from.text("code", kLongestId));
  RAKKAN_TRY(finding.clause, text_or_empty(from, "clause"));
  RAKKAN_TRY(finding.detail, text_or_empty(from, "detail"));
  if (from.has("revision")) {
    RAKKAN_TRY(const std::int64_t revision, from.integer("revision", 0, kMostNumber));
    finding.revision = static_cast<std::uint32_t>(revision);
  }
  RAKKAN_TRY(finding.object, text_or_empty(from, "object"));
  return finding;
}

Result<std::optional<AccreditationFacts>> accreditation_of(Members& from) {
  if (!from.has("accreditation")) {
    return std::optional<AccreditationFacts>{};
  }
  RAKKAN_TRY(Members object, from.object("accreditation"));
  AccreditationFacts accreditation;
  RAKKAN_TRY(accreditation.number, text_or_empty(object, "number"));
  RAKKAN_TRY(accreditation.from, optional_time(object, "from"));
  RAKKAN_TRY(accreditation.to, optional_time(object, "to"));
  RAKKAN_CHECK(object.done());
  return std::optional(std::move(accreditation));
}

Result<SignerFacts> signer_of(Members& from) {
  RAKKAN_TRY(Members object, from.object("signer"));
  SignerFacts signer;
  RAKKAN_TRY(signer.certificate, object.optional_text("certificate", kLongestId));
  RAKKAN_TRY(signer.reference, word_of<CertificateReference>(object, "reference"));
  RAKKAN_TRY(signer.reference_version, word_of<ReferenceVersion>(object, "referenceVersion"));
  RAKKAN_TRY(signer.reference_hash, hash_of(object, "referenceHash"));
  RAKKAN_TRY(signer.algorithm, algorithm_of(object));
  RAKKAN_TRY(signer.signature, word_of<Check>(object, "signature"));
  RAKKAN_TRY(signer.digests, objects_of<DigestFact>(object, "digests", kMostFactsObjects, digest_of));
  RAKKAN_CHECK(object.done());
  return signer;
}

Result<PdfFacts> pdf_of(Members& from) {
  PdfFacts pdf;
  if (!from.has("pdf")) {
    return pdf;
  }
  RAKKAN_TRY(Members object, from.object("pdf"));
  RAKKAN_TRY(pdf.field, text_or_empty(object, "field"));
  RAKKAN_TRY(pdf.sub_filter, text_or_empty(object, "subFilter"));
  RAKKAN_TRY(pdf.coverage, word_of<Coverage>(object, "coverage"));
  RAKKAN_TRY(pdf.modification, word_of<ModificationLevel>(object, "modification"));
  RAKKAN_TRY(pdf.permission, word_of<Permission>(object, "permission"));
  RAKKAN_TRY(pdf.permissions_kept, optional_flag(object, "permissionsKept"));
  RAKKAN_TRY(const std::int64_t revision, object.integer("revision", 0, kMostNumber));
  pdf.revision = static_cast<std::uint32_t>(revision);
  RAKKAN_CHECK(object.done());
  return pdf;
}

Result<std::optional<SignaturePolicyFacts>> policy_of(Members& from) {
  if (!from.has("policy")) {
    return std::optional<SignaturePolicyFacts>{};
  }
  RAKKAN_TRY(Members object, from.object("policy"));
  SignaturePolicyFacts policy;
  RAKKAN_TRY(policy.identifier, text_or_empty(object, "identifier"));
  RAKKAN_TRY(policy.is_available, object.flag("isAvailable"));
  RAKKAN_TRY(policy.digest_match, optional_flag(object, "digestMatch"));
  RAKKAN_CHECK(object.done());
  return std::optional(std::move(policy));
}

Result<SignatureFacts> signature_of(Members& from) {
  SignatureFacts signature;
  RAKKAN_TRY(signature.id, from.text("id", kLongestId));
  RAKKAN_TRY(signature.format, text_or_empty(from, "format"));
  RAKKAN_TRY(signature.pdf, pdf_of(from));
  RAKKAN_TRY(signature.signer, signer_of(from));
  RAKKAN_TRY(signature.structure, objects_of<StructureFinding>(from, "structure", kMostFactsObjects, structure_of));
  RAKKAN_TRY(signature.claimed_time, optional_time(from, "claimedTime"));
  RAKKAN_TRY(signature.policy, policy_of(from));
  RAKKAN_TRY(signature.has_signed_attributes, from.flag("hasSignedAttributes"));
  RAKKAN_TRY(signature.content_type, from.optional_text("contentType", kLongestText));
  RAKKAN_TRY(signature.commitment_types, texts_of(from, "commitmentTypes", kMostFactsObjects, kLongestText));
  RAKKAN_TRY(signature.reason, text_or_empty(from, "reason"));
  RAKKAN_TRY(signature.timestamps, texts_of(from, "timestamps", kMostFactsObjects, kLongestId));
  return signature;
}

Result<TimestampFacts> timestamp_of(Members& from) {
  TimestampFacts timestamp;
  RAKKAN_TRY(timestamp.id, from.text("id", kLongestId));
  RAKKAN_TRY(timestamp.kind, word_of<TimestampKind>(from, "kind"));
  RAKKAN_TRY(timestamp.signer, signer_of(from));
  RAKKAN_TRY(Members imprint, from.object("imprint"));
  RAKKAN_TRY(timestamp.imprint, digest_of(imprint));
  RAKKAN_CHECK(imprint.done());
  RAKKAN_TRY(timestamp.gen_time, time_of(from, "genTime"));
  if (from.has("accuracy")) {
    RAKKAN_TRY(timestamp.accuracy, from.integer("accuracy", 0, kMostNumber * 1'000));
  }
  RAKKAN_TRY(timestamp.policy, text_or_empty(from, "policy"));
  RAKKAN_TRY(timestamp.serial_number, text_or_empty(from, "serialNumber"));
  RAKKAN_TRY(timestamp.pdf, pdf_of(from));
  RAKKAN_TRY(timestamp.structure, objects_of<StructureFinding>(from, "structure", kMostFactsObjects, structure_of));
  RAKKAN_TRY(timestamp.covers, texts_of(from, "covers", kMostFactsObjects, kLongestId));
  return timestamp;
}

Result<ChainFinding> chain_finding_of(Members& from) {
  ChainFinding finding;
  RAKKAN_TRY(finding.code, from.text("code", kLongestId));
  RAKKAN_TRY(finding.clause, text_or_empty(from, "clause"));
  RAKKAN_TRY(finding.certificate, text_or_empty(from, "certificate", kLongestId));
  RAKKAN_TRY(finding.detail, text_or_empty(from, "detail"));
  return finding;
}

Result<Chain> chain_of(Members& from) {
  Chain chain;
  RAKKAN_TRY(chain.certificates, texts_of(from, "certificates", kLongestChain, kLongestId));
  RAKKAN_TRY(chain.anchor, from.text("anchor", kLongestId));
  RAKKAN_TRY(chain.findings, objects_of<ChainFinding>(from, "findings", kMostFactsObjects, chain_finding_of));
  return chain;
}

Result<std::optional<std::vector<std::string>>> usage_of(Members& from, std::string_view name, std::string_view inner) {
  if (!from.has(name)) {
    return std::optional<std::vector<std::string>>{};
  }
  RAKKAN_TRY(Members object, from.object(name));
  RAKKAN_TRY(std::vector<std::string> values, texts_of(object, inner, 1'000, kLongestId));
  RAKKAN_CHECK(object.done());
  return std::optional(std::move(values));
}

Result<CertificateFacts> certificate_of(Members& from) {
  CertificateFacts certificate;
  RAKKAN_TRY(certificate.id, from.text("id", kLongestId));
  RAKKAN_TRY(certificate.subject, text_or_empty(from, "subject"));
  RAKKAN_TRY(certificate.issuer, text_or_empty(from, "issuer"));
  RAKKAN_TRY(certificate.serial_number, text_or_empty(from, "serialNumber"));
  RAKKAN_TRY(certificate.not_before, time_of(from, "notBefore"));
  RAKKAN_TRY(certificate.not_after, time_of(from, "notAfter"));
  RAKKAN_TRY(certificate.key, key_of(from, "key"));
  RAKKAN_TRY(certificate.key_id, text_or_empty(from, "keyId", kLongestId));
  RAKKAN_TRY(certificate.signature, algorithm_of(from));
  RAKKAN_TRY(certificate.source, word_of<Source>(from, "source"));
  RAKKAN_TRY(certificate.is_self_signed, flag_of(from, "isSelfSigned"));
  RAKKAN_TRY(certificate.is_ca, flag_of(from, "isCa"));
  RAKKAN_TRY(certificate.key_usage, usage_of(from, "keyUsage", "bits"));
  RAKKAN_TRY(certificate.extended_key_usage, usage_of(from, "extendedKeyUsage", "purposes"));
  RAKKAN_TRY(certificate.has_ocsp_no_check, flag_of(from, "hasOcspNoCheck"));
  RAKKAN_TRY(certificate.has_no_rev_avail, flag_of(from, "hasNoRevAvail"));
  RAKKAN_TRY(certificate.has_validity_assured_short_term, flag_of(from, "hasValidityAssuredShortTerm"));
  RAKKAN_TRY(certificate.is_operator, flag_of(from, "isOperator"));
  RAKKAN_TRY(certificate.accreditation, accreditation_of(from));
  RAKKAN_TRY(certificate.chains, objects_of<Chain>(from, "chains", kMostChains, chain_of));
  return certificate;
}

Result<Anchor> anchor_of(Members& from) {
  Anchor anchor;
  RAKKAN_TRY(anchor.id, from.text("id", kLongestId));
  RAKKAN_TRY(anchor.label, text_or_empty(from, "label"));
  RAKKAN_TRY(Members purposes, from.object("purposes"));
  RAKKAN_TRY(anchor.purposes.signing, purposes.flag("signing"));
  RAKKAN_TRY(anchor.purposes.timestamping, purposes.flag("timestamping"));
  RAKKAN_TRY(anchor.purposes.revocation, purposes.flag("revocation"));
  RAKKAN_CHECK(purposes.done());
  RAKKAN_TRY(anchor.from, optional_time(from, "from"));
  RAKKAN_TRY(anchor.sunset, optional_time(from, "sunset"));
  RAKKAN_TRY(anchor.accreditation, accreditation_of(from));
  RAKKAN_TRY(anchor.is_operator, flag_of(from, "isOperator"));
  return anchor;
}

Result<RevocationEntry> entry_of(Members& from) {
  RevocationEntry entry;
  RAKKAN_TRY(entry.certificate, from.text("certificate", kLongestId));
  RAKKAN_TRY(entry.status, word_of<CertificateStatus>(from, "status"));
  RAKKAN_TRY(entry.revoked_at, optional_time(from, "revokedAt"));
  RAKKAN_TRY(entry.reason, text_or_empty(from, "reason", kLongestId));
  RAKKAN_TRY(entry.cert_hash_match, optional_flag(from, "certHashMatch"));
  RAKKAN_TRY(entry.is_authorised, flag_of(from, "isAuthorised"));
  RAKKAN_TRY(entry.unusable, text_or_empty(from, "unusable"));
  if (entry.revoked_at.has_value() != (entry.status == CertificateStatus::revoked)) {
    return from.wrong("revokedAt", "belongs to a revoked certificate");
  }
  return entry;
}

Result<RevocationFacts> revocation_of(Members& from) {
  RevocationFacts revocation;
  RAKKAN_TRY(revocation.id, from.text("id", kLongestId));
  RAKKAN_TRY(revocation.kind, word_of<RevocationKind>(from, "kind"));
  RAKKAN_TRY(revocation.source, word_of<Source>(from, "source"));
  RAKKAN_TRY(revocation.this_update, time_of(from, "thisUpdate"));
  RAKKAN_TRY(revocation.next_update, optional_time(from, "nextUpdate"));
  RAKKAN_TRY(revocation.produced_at, optional_time(from, "producedAt"));
  RAKKAN_TRY(revocation.signer, from.optional_text("signer", kLongestId));
  RAKKAN_TRY(revocation.signature, word_of<Check>(from, "signature"));
  RAKKAN_TRY(revocation.algorithm, algorithm_of(from));
  RAKKAN_TRY(revocation.archive_cutoff, optional_time(from, "archiveCutoff"));
  RAKKAN_TRY(revocation.expired_certs_on_crl, optional_time(from, "expiredCertsOnCrl"));
  RAKKAN_TRY(revocation.entries, objects_of<RevocationEntry>(from, "entries", kMostFactsObjects, entry_of));
  return revocation;
}

Result<RevisionFacts> revision_of(Members& from) {
  RevisionFacts revision;
  RAKKAN_TRY(const std::int64_t number, from.integer("number", 1, kMostNumber));
  RAKKAN_TRY(const std::int64_t end, from.integer("end", 0, INT64_MAX));
  revision.number = static_cast<std::uint32_t>(number);
  revision.end = static_cast<std::uint64_t>(end);
  return revision;
}

Result<DocumentFacts> document_of(Members& from) {
  RAKKAN_TRY(Members object, from.object("document"));
  DocumentFacts document;
  RAKKAN_TRY(document.format, text_or_empty(object, "format"));
  RAKKAN_TRY(const std::int64_t size, object.integer("size", 0, INT64_MAX));
  document.size = static_cast<std::uint64_t>(size);
  RAKKAN_TRY(document.sha256, text_or_empty(object, "sha256", kLongestId));
  RAKKAN_TRY(document.revisions, objects_of<RevisionFacts>(object, "revisions", kMostFactsObjects, revision_of));
  RAKKAN_TRY(document.findings, objects_of<StructureFinding>(object, "findings", kMostFactsObjects, structure_of));
  RAKKAN_CHECK(object.done());
  return document;
}

// That ids are unique, and that what is named is there.
class References {
 public:
  explicit References(const Facts& facts) : facts_(facts) {}

  Result<void> check() {
    RAKKAN_CHECK(collect());
    for (std::size_t index = 0; index < facts_.signatures.size(); ++index) {
      const std::string place = "signatures[" + std::to_string(index) + "]";
      RAKKAN_CHECK(check_signer(facts_.signatures[index].signer, place));
      for (const Id& each : facts_.signatures[index].timestamps) {
        RAKKAN_CHECK(require(timestamps_, each, place + ".timestamps"));
      }
    }
    for (std::size_t index = 0; index < facts_.timestamps.size(); ++index) {
      RAKKAN_CHECK(check_signer(facts_.timestamps[index].signer, "timestamps[" + std::to_string(index) + "]"));
    }
    for (std::size_t index = 0; index < facts_.anchors.size(); ++index) {
      RAKKAN_CHECK(require(certificates_, facts_.anchors[index].id, "anchors[" + std::to_string(index) + "].id"));
    }
    for (std::size_t index = 0; index < facts_.certificates.size(); ++index) {
      RAKKAN_CHECK(check_chains(facts_.certificates[index], "certificates[" + std::to_string(index) + "].chains"));
    }
    for (std::size_t index = 0; index < facts_.revocations.size(); ++index) {
      const std::string place = "revocations[" + std::to_string(index) + "]";
      const RevocationFacts& each = facts_.revocations[index];
      if (each.signer) {
        RAKKAN_CHECK(require(certificates_, *each.signer, place + ".signer"));
      }
      for (const RevocationEntry& entry : each.entries) {
        RAKKAN_CHECK(require(certificates_, entry.certificate, place + ".entries"));
      }
    }
    return {};
  }

 private:
  using Ids = std::unordered_set<std::string_view>;

  template <class Objects>
  Result<void> add(const Objects& objects, std::string_view name, Ids* kind) {
    for (std::size_t index = 0; index < objects.size(); ++index) {
      if (!all_.insert(objects[index].id).second) {
        return fail(ErrorCode::facts_invalid, "another object has this id",
                    std::string(name) + "[" + std::to_string(index) + "].id");
      }
      if (kind != nullptr) {
        kind->insert(objects[index].id);
      }
    }
    return {};
  }

  Result<void> collect() {
    RAKKAN_CHECK(add(facts_.signatures, "signatures", nullptr));
    RAKKAN_CHECK(add(facts_.timestamps, "timestamps", &timestamps_));
    RAKKAN_CHECK(add(facts_.certificates, "certificates", &certificates_));
    RAKKAN_CHECK(add(facts_.revocations, "revocations", nullptr));
    for (std::size_t index = 0; index < facts_.anchors.size(); ++index) {
      if (!anchors_.insert(facts_.anchors[index].id).second) {
        return fail(ErrorCode::facts_invalid, "another anchor has this id",
                    "anchors[" + std::to_string(index) + "].id");
      }
    }
    return {};
  }

  static Result<void> require(const Ids& ids, const Id& id, std::string place) {
    if (ids.count(id) == 0) {
      return fail(ErrorCode::facts_invalid, "names nothing among the facts", std::move(place));
    }
    return {};
  }

  Result<void> check_signer(const SignerFacts& signer, const std::string& place) const {
    return signer.certificate ? require(certificates_, *signer.certificate, place + ".signer.certificate")
                              : Result<void>{};
  }

  Result<void> check_chains(const CertificateFacts& certificate, const std::string& place) const {
    for (const Chain& each : certificate.chains) {
      RAKKAN_CHECK(require(anchors_, each.anchor, place));
      for (const Id& id : each.certificates) {
        RAKKAN_CHECK(require(certificates_, id, place));
      }
    }
    return {};
  }

  const Facts& facts_;
  Ids all_;
  Ids certificates_;
  Ids timestamps_;
  Ids anchors_;
};

}  // namespace

Result<Facts> parse_facts(std::string_view json) {
  RAKKAN_TRY(const json::Document document,
             json::Document::parse(json, ErrorCode::facts_invalid, json::Limits{kMostFactsBytes, 16}));
  Members root = document.root();
  RAKKAN_TRY(const std::string format, root.text("format", 64));
  if (format != kFactsFormat) {
    return root.not_among("format", {std::string(kFactsFormat)});
  }
  Facts facts;
  RAKKAN_TRY(facts.document, document_of(root));
  RAKKAN_TRY(facts.signatures, objects_of<SignatureFacts>(root, "signatures", kMostFactsObjects, signature_of));
  RAKKAN_TRY(facts.timestamps, objects_of<TimestampFacts>(root, "timestamps", kMostFactsObjects, timestamp_of));
  RAKKAN_TRY(facts.certificates, objects_of<CertificateFacts>(root, "certificates", kMostFactsObjects, certificate_of));
  RAKKAN_TRY(facts.anchors, objects_of<Anchor>(root, "anchors", kMostFactsObjects, anchor_of));
  RAKKAN_TRY(facts.revocations, objects_of<RevocationFacts>(root, "revocations", kMostFactsObjects, revocation_of));
  RAKKAN_CHECK(root.done());
  RAKKAN_CHECK(References(facts).check());
  return facts;
}

}  // namespace rakkan::validation
