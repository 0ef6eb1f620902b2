// The members of facts in JSON, each named once. describe(visitor, fact) tells a visitor the members of an object in
// their order; one that writes and one that reads stand in facts_json_writer.cpp and facts_json_reader.cpp:
//
//   visitor.required(name, value, limit)             has to be there
//   visitor.optional(name, value, limit)             is left out without a value: nothing, zero, false, empty
//   visitor.optional_in(name, inner, values, limit)  an array inside of an object that is left out without a value
//   visitor.rule(holds, name, what)                  a file for which it does not hold is refused
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "validation/json_texts.hpp"

namespace rakkan::validation {

// The limits of a member, as far as its type has them.
struct MemberLimit {
  std::size_t longest = kLongestText;    // bytes of a text, also of each one in an array
  std::size_t most = kMostFactsObjects;  // elements of an array
  std::int64_t least = 0;
  std::int64_t greatest = 1'000'000'000;
};

inline constexpr MemberLimit kIdLimit{.longest = 128};
inline constexpr MemberLimit kBitsLimit{.greatest = 1 << 20};
inline constexpr MemberLimit kFileLimit{.greatest = INT64_MAX};
inline constexpr MemberLimit kCountedLimit{.least = 1};
inline constexpr MemberLimit kMillisecondsLimit{.greatest = 1'000'000'000'000};
inline constexpr MemberLimit kUsageLimit{.longest = kIdLimit.longest, .most = 1'000};
inline constexpr MemberLimit kChainsLimit{.most = 256};
inline constexpr MemberLimit kChainLimit{.longest = kIdLimit.longest, .most = 64};

// The fact as the visitor takes it: constant for one that writes.
template <class Visitor, class Fact>
using FactFor = typename Visitor::template Fact<Fact>;

template <class V>
void describe(V& visitor, FactFor<V, Key>& key) {
  visitor.required("type", key.type);
  visitor.required("bits", key.bits, kBitsLimit);
  visitor.optional("subgroupBits", key.subgroup_bits, kBitsLimit);
  visitor.optional("curve", key.curve, kIdLimit);
}

template <class V>
void describe(V& visitor, FactFor<V, Algorithm>& algorithm) {
  visitor.optional("name", algorithm.name);
  visitor.optional("scheme", algorithm.scheme);
  visitor.optional("hash", algorithm.hash);
  visitor.optional("maskHash", algorithm.mask_hash);
  visitor.required("key", algorithm.key);
}

template <class V>
void describe(V& visitor, FactFor<V, DigestFact>& digest) {
  visitor.optional("what", digest.what);
  visitor.optional("hash", digest.hash);
  visitor.required("match", digest.match);
}

template <class V>
void describe(V& visitor, FactFor<V, StructureFinding>& finding) {
  visitor.required("code", finding.code, kIdLimit);
  visitor.optional("clause", finding.clause);
  visitor.optional("detail", finding.detail);
  visitor.optional("revision", finding.revision);
  visitor.optional("object", finding.object);
}

template <class V>
void describe(V& visitor, FactFor<V, AccreditationFacts>& accreditation) {
  visitor.optional("number", accreditation.number);
  visitor.optional("from", accreditation.from);
  visitor.optional("to", accreditation.to);
}

template <class V>
void describe(V& visitor, FactFor<V, SignerFacts>& signer) {
  visitor.optional("certificate", signer.certificate, kIdLimit);
  visitor.required("reference", signer.reference);
  visitor.required("referenceVersion", signer.reference_version);
  visitor.optional("referenceHash", signer.reference_hash);
  visitor.required("algorithm", signer.algorithm);
  visitor.required("signature", signer.signature);
  visitor.optional("digests", signer.digests);
}

template <class V>
void describe(V& visitor, FactFor<V, PdfFacts>& pdf) {
  visitor.optional("field", pdf.field);
  visitor.optional("subFilter", pdf.sub_filter);
  visitor.required("coverage", pdf.coverage);
  visitor.required("modification", pdf.modification);
  visitor.required("permission", pdf.permission);
  visitor.optional("permissionsKept", pdf.permissions_kept);
  visitor.required("revision", pdf.revision);
}

template <class V>
void describe(V& visitor, FactFor<V, SignaturePolicyFacts>& policy) {
  visitor.optional("identifier", policy.identifier);
  visitor.required("isAvailable", policy.is_available);
  visitor.optional("digestMatch", policy.digest_match);
}

template <class V>
void describe(V& visitor, FactFor<V, SignatureFacts>& signature) {
  visitor.required("id", signature.id, kIdLimit);
  visitor.optional("format", signature.format);
  visitor.optional("pdf", signature.pdf);
  visitor.required("signer", signature.signer);
  visitor.optional("structure", signature.structure);
  visitor.optional("claimedTime", signature.claimed_time);
  visitor.optional("policy", signature.policy);
  visitor.required("hasSignedAttributes", signature.has_signed_attributes);
  visitor.optional("contentType", signature.content_type);
  visitor.optional("commitmentTypes", signature.commitment_types);
  visitor.optional("reason", signature.reason);
  visitor.optional("timestamps", signature.timestamps, kIdLimit);
}

template <class V>
void describe(V& visitor, FactFor<V, TimestampFacts>& timestamp) {
  visitor.required("id", timestamp.id, kIdLimit);
  visitor.required("kind", timestamp.kind);
  visitor.required("signer", timestamp.signer);
  visitor.required("imprint", timestamp.imprint);
  visitor.required("genTime", timestamp.gen_time);
  visitor.optional("accuracy", timestamp.accuracy, kMillisecondsLimit);
  visitor.optional("policy", timestamp.policy);
  visitor.optional("serialNumber", timestamp.serial_number);
  visitor.optional("pdf", timestamp.pdf);
  visitor.optional("structure", timestamp.structure);
  visitor.optional("covers", timestamp.covers, kIdLimit);
}

template <class V>
void describe(V& visitor, FactFor<V, ChainFinding>& finding) {
  visitor.required("code", finding.code, kIdLimit);
  visitor.optional("clause", finding.clause);
  visitor.optional("certificate", finding.certificate, kIdLimit);
  visitor.optional("detail", finding.detail);
}

template <class V>
void describe(V& visitor, FactFor<V, Chain>& chain) {
  visitor.optional("certificates", chain.certificates, kChainLimit);
  visitor.required("anchor", chain.anchor, kIdLimit);
  visitor.optional("findings", chain.findings);
}

template <class V>
void describe(V& visitor, FactFor<V, CertificateFacts>& certificate) {
  visitor.required("id", certificate.id, kIdLimit);
  visitor.optional("subject", certificate.subject);
  visitor.optional("issuer", certificate.issuer);
  visitor.optional("serialNumber", certificate.serial_number);
  visitor.required("notBefore", certificate.not_before);
  visitor.required("notAfter", certificate.not_after);
  visitor.required("key", certificate.key);
  visitor.optional("keyId", certificate.key_id, kIdLimit);
  visitor.required("algorithm", certificate.signature);
  visitor.required("source", certificate.source);
  visitor.optional("isSelfSigned", certificate.is_self_signed);
  visitor.optional("isCa", certificate.is_ca);
  visitor.optional_in("keyUsage", "bits", certificate.key_usage, kUsageLimit);
  visitor.optional_in("extendedKeyUsage", "purposes", certificate.extended_key_usage, kUsageLimit);
  visitor.optional("hasOcspNoCheck", certificate.has_ocsp_no_check);
  visitor.optional("hasNoRevAvail", certificate.has_no_rev_avail);
  visitor.optional("hasValidityAssuredShortTerm", certificate.has_validity_assured_short_term);
  visitor.optional("isOperator", certificate.is_operator);
  visitor.optional("accreditation", certificate.accreditation);
  visitor.optional("chains", certificate.chains, kChainsLimit);
}

template <class V>
void describe(V& visitor, FactFor<V, PurposeFacts>& purposes) {
  visitor.required("signing", purposes.signing);
  visitor.required("timestamping", purposes.timestamping);
  visitor.required("revocation", purposes.revocation);
}

template <class V>
void describe(V& visitor, FactFor<V, Anchor>& anchor) {
  visitor.required("id", anchor.id, kIdLimit);
  visitor.optional("label", anchor.label);
  visitor.required("purposes", anchor.purposes);
  visitor.optional("from", anchor.from);
  visitor.optional("sunset", anchor.sunset);
  visitor.optional("accreditation", anchor.accreditation);
  visitor.optional("isOperator", anchor.is_operator);
}

template <class V>
void describe(V& visitor, FactFor<V, RevocationEntry>& entry) {
  visitor.required("certificate", entry.certificate, kIdLimit);
  visitor.required("status", entry.status);
  visitor.optional("revokedAt", entry.revoked_at);
  visitor.optional("reason", entry.reason, kIdLimit);
  visitor.optional("certHashMatch", entry.cert_hash_match);
  visitor.optional("isAuthorised", entry.is_authorised);
  visitor.optional("unusable", entry.unusable);
  visitor.rule(entry.revoked_at.has_value() == (entry.status == CertificateStatus::revoked), "revokedAt",
               "belongs to a revoked certificate");
}

template <class V>
void describe(V& visitor, FactFor<V, RevocationFacts>& revocation) {
  visitor.required("id", revocation.id, kIdLimit);
  visitor.required("kind", revocation.kind);
  visitor.required("source", revocation.source);
  visitor.required("thisUpdate", revocation.this_update);
  visitor.optional("nextUpdate", revocation.next_update);
  visitor.optional("producedAt", revocation.produced_at);
  visitor.optional("signer", revocation.signer, kIdLimit);
  visitor.required("signature", revocation.signature);
  visitor.required("algorithm", revocation.algorithm);
  visitor.optional("archiveCutoff", revocation.archive_cutoff);
  visitor.optional("expiredCertsOnCrl", revocation.expired_certs_on_crl);
  visitor.optional("entries", revocation.entries);
}

template <class V>
void describe(V& visitor, FactFor<V, RevisionFacts>& revision) {
  visitor.required("number", revision.number, kCountedLimit);
  visitor.required("end", revision.end, kFileLimit);
}

template <class V>
void describe(V& visitor, FactFor<V, DocumentFacts>& document) {
  visitor.optional("format", document.format);
  visitor.required("size", document.size, kFileLimit);
  visitor.optional("sha256", document.sha256, kIdLimit);
  visitor.optional("revisions", document.revisions);
  visitor.optional("findings", document.findings);
}

template <class V>
void describe(V& visitor, FactFor<V, Facts>& facts) {
  visitor.required("document", facts.document);
  visitor.optional("signatures", facts.signatures);
  visitor.optional("timestamps", facts.timestamps);
  visitor.optional("certificates", facts.certificates);
  visitor.optional("anchors", facts.anchors);
  visitor.optional("revocations", facts.revocations);
}

}  // namespace rakkan::validation
