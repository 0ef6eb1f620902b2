#include "rakkan/json/writer.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "validation/json_texts.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using json::ObjectWriter;

void add_text(ObjectWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) {
    json.text(name, clean(text));
  }
}

void add_time(ObjectWriter& json, std::string_view name, const std::optional<Instant>& time) {
  if (time) {
    json.plain(name, to_rfc3339(*time));
  }
}

template <class E>
void add_word(ObjectWriter& json, std::string_view name, E value) {
  json.plain(name, word(value));
}

void add_flag(ObjectWriter& json, std::string_view name, bool value) {
  if (value) {
    json.flag(name, value);
  }
}

void add_flag(ObjectWriter& json, std::string_view name, const std::optional<bool>& value) {
  if (value) {
    json.flag(name, *value);
  }
}

void add_texts(ObjectWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (!texts.empty()) {
    json.raw(name, json::array_of(texts, [](const std::string& each) { return json::quote(clean(each)); }));
  }
}

template <class Range, class Write>
void add_objects(ObjectWriter& json, std::string_view name, const Range& range, const Write& write) {
  if (!range.empty()) {
    json.objects(name, range, write);
  }
}

void add_hash(ObjectWriter& json, std::string_view name, const std::optional<crypto::HashAlgorithm>& hash) {
  if (hash) {
    json.plain(name, crypto::info(*hash).name);
  }
}

void add_key(ObjectWriter& json, std::string_view name, const Key& key) {
  json.object(name, [&](ObjectWriter& to) {
    add_word(to, "type", key.type);
    to.number("bits", key.bits);
    if (key.subgroup_bits != 0) {
      to.number("subgroupBits", key.subgroup_bits);
    }
    add_text(to, "curve", key.curve);
  });
}

void add_algorithm(ObjectWriter& json, const Algorithm& algorithm) {
  json.object("algorithm", [&](ObjectWriter& to) {
    add_text(to, "name", algorithm.name);
    if (algorithm.scheme) {
      add_word(to, "scheme", *algorithm.scheme);
    }
    add_hash(to, "hash", algorithm.hash);
    add_hash(to, "maskHash", algorithm.mask_hash);
    add_key(to, "key", algorithm.key);
  });
}

void write_digest(ObjectWriter& json, const DigestFact& digest) {
  add_text(json, "what", digest.what);
  add_hash(json, "hash", digest.hash);
  add_word(json, "match", digest.match);
}

void add_structure(ObjectWriter& json, std::string_view name, const std::vector<StructureFinding>& findings) {
  add_objects(json, name, findings, [](ObjectWriter& to, const StructureFinding& each) {
    add_text(to, "code", each.code);
    add_text(to, "clause", each.clause);
    add_text(to, "detail", each.detail);
    if (each.revision) {
      to.number("revision", *each.revision);
    }
    add_text(to, "object", each.object);
  });
}

void add_accreditation(ObjectWriter& json, const std::optional<AccreditationFacts>& accreditation) {
  if (accreditation) {
    json.object("accreditation", [&](ObjectWriter& to) {
      add_text(to, "number", accreditation->number);
      add_time(to, "from", accreditation->from);
      add_time(to, "to", accreditation->to);
    });
  }
}

void add_signer(ObjectWriter& json, const SignerFacts& signer) {
  json.object("signer", [&](ObjectWriter& to) {
    if (signer.certificate) {
      add_text(to, "certificate", *signer.certificate);
    }
    add_word(to, "reference", signer.reference);
    add_word(to, "referenceVersion", signer.reference_version);
    add_hash(to, "referenceHash", signer.reference_hash);
    add_algorithm(to, signer.algorithm);
    add_word(to, "signature", signer.signature);
    add_objects(to, "digests", signer.digests, write_digest);
  });
}

void add_pdf(ObjectWriter& json, const PdfFacts& pdf) {
  if (pdf == PdfFacts{}) {
    return;
  }
  json.object("pdf", [&](ObjectWriter& to) {
    add_text(to, "field", pdf.field);
    add_text(to, "subFilter", pdf.sub_filter);
    add_word(to, "coverage", pdf.coverage);
    add_word(to, "modification", pdf.modification);
    add_word(to, "permission", pdf.permission);
    add_flag(to, "permissionsKept", pdf.permissions_kept);
    to.number("revision", pdf.revision);
  });
}

void write_signature(ObjectWriter& json, const SignatureFacts& signature) {
  add_text(json, "id", signature.id);
  add_text(json, "format", signature.format);
  add_pdf(json, signature.pdf);
  add_signer(json, signature.signer);
  add_structure(json, "structure", signature.structure);
  add_time(json, "claimedTime", signature.claimed_time);
  if (signature.policy) {
    json.object("policy", [&](ObjectWriter& to) {
      add_text(to, "identifier", signature.policy->identifier);
      to.flag("isAvailable", signature.policy->is_available);
      add_flag(to, "digestMatch", signature.policy->digest_match);
    });
  }
  json.flag("hasSignedAttributes", signature.has_signed_attributes);
  if (signature.content_type) {
    add_text(json, "contentType", *signature.content_type);
  }
  add_texts(json, "commitmentTypes", signature.commitment_types);
  add_text(json, "reason", signature.reason);
  add_texts(json, "timestamps", signature.timestamps);
}

void write_timestamp(ObjectWriter& json, const TimestampFacts& timestamp) {
  add_text(json, "id", timestamp.id);
  add_word(json, "kind", timestamp.kind);
  add_signer(json, timestamp.signer);
  json.object("imprint", [&](ObjectWriter& to) { write_digest(to, timestamp.imprint); });
  add_time(json, "genTime", timestamp.gen_time);
  if (timestamp.accuracy) {
    json.raw("accuracy", std::to_string(*timestamp.accuracy));
  }
  add_text(json, "policy", timestamp.policy);
  add_text(json, "serialNumber", timestamp.serial_number);
  add_pdf(json, timestamp.pdf);
  add_structure(json, "structure", timestamp.structure);
  add_texts(json, "covers", timestamp.covers);
}

void write_chain(ObjectWriter& json, const Chain& chain) {
  add_texts(json, "certificates", chain.certificates);
  add_text(json, "anchor", chain.anchor);
  add_objects(json, "findings", chain.findings, [](ObjectWriter& to, const ChainFinding& each) {
    add_text(to, "code", each.code);
    add_text(to, "clause", each.clause);
    add_text(to, "certificate", each.certificate);
    add_text(to, "detail", each.detail);
  });
}

void write_certificate(ObjectWriter& json, const CertificateFacts& certificate) {
  add_text(json, "id", certificate.id);
  add_text(json, "subject", certificate.subject);
  add_text(json, "issuer", certificate.issuer);
  add_text(json, "serialNumber", certificate.serial_number);
  add_time(json, "notBefore", certificate.not_before);
  add_time(json, "notAfter", certificate.not_after);
  add_key(json, "key", certificate.key);
  add_text(json, "keyId", certificate.key_id);
  add_algorithm(json, certificate.signature);
  add_word(json, "source", certificate.source);
  add_flag(json, "isSelfSigned", certificate.is_self_signed);
  add_flag(json, "isCa", certificate.is_ca);
  if (certificate.key_usage) {
    json.object("keyUsage", [&](ObjectWriter& to) { add_texts(to, "bits", *certificate.key_usage); });
  }
  if (certificate.extended_key_usage) {
    json.object("extendedKeyUsage",
                [&](ObjectWriter& to) { add_texts(to, "purposes", *certificate.extended_key_usage); });
  }
  add_flag(json, "hasOcspNoCheck", certificate.has_ocsp_no_check);
  add_flag(json, "hasNoRevAvail", certificate.has_no_rev_avail);
  add_flag(json, "hasValidityAssuredShortTerm", certificate.has_validity_assured_short_term);
  add_flag(json, "isOperator", certificate.is_operator);
  add_accreditation(json, certificate.accreditation);
  add_objects(json, "chains", certificate.chains, write_chain);
}

void write_anchor(ObjectWriter& json, const Anchor& anchor) {
  add_text(json, "id", anchor.id);
  add_text(json, "label", anchor.label);
  json.object("purposes", [&](ObjectWriter& to) {
    to.flag("signing", anchor.purposes.signing)
        .flag("timestamping", anchor.purposes.timestamping)
        .flag("revocation", anchor.purposes.revocation);
  });
  add_time(json, "from", anchor.from);
  add_time(json, "sunset", anchor.sunset);
  add_accreditation(json, anchor.accreditation);
  add_flag(json, "isOperator", anchor.is_operator);
}

void write_revocation(ObjectWriter& json, const RevocationFacts& revocation) {
  add_text(json, "id", revocation.id);
  add_word(json, "kind", revocation.kind);
  add_word(json, "source", revocation.source);
  add_time(json, "thisUpdate", revocation.this_update);
  add_time(json, "nextUpdate", revocation.next_update);
  add_time(json, "producedAt", revocation.produced_at);
  if (revocation.signer) {
    add_text(json, "signer", *revocation.signer);
  }
  add_word(json, "signature", revocation.signature);
  add_algorithm(json, revocation.algorithm);
  add_time(json, "archiveCutoff", revocation.archive_cutoff);
  add_time(json, "expiredCertsOnCrl", revocation.expired_certs_on_crl);
  add_objects(json, "entries", revocation.entries, [](ObjectWriter& to, const RevocationEntry& each) {
    add_text(to, "certificate", each.certificate);
    add_word(to, "status", each.status);
    add_time(to, "revokedAt", each.revoked_at);
    add_text(to, "reason", each.reason);
    add_flag(to, "certHashMatch", each.cert_hash_match);
    add_flag(to, "isAuthorised", each.is_authorised);
    add_text(to, "unusable", each.unusable);
  });
}

}  // namespace

std::string to_json(const Facts& facts) {
  ObjectWriter json(std::size_t{16} * 1024);
  json.plain("format", kFactsFormat);
  json.object("document", [&](ObjectWriter& to) {
    add_text(to, "format", facts.document.format);
    to.number("size", facts.document.size);
    add_text(to, "sha256", facts.document.sha256);
    add_objects(to, "revisions", facts.document.revisions, [](ObjectWriter& of, const RevisionFacts& each) {
      of.number("number", each.number).number("end", each.end);
    });
    add_structure(to, "findings", facts.document.findings);
  });
  add_objects(json, "signatures", facts.signatures, write_signature);
  add_objects(json, "timestamps", facts.timestamps, write_timestamp);
  add_objects(json, "certificates", facts.certificates, write_certificate);
  add_objects(json, "anchors", facts.anchors, write_anchor);
  add_objects(json, "revocations", facts.revocations, write_revocation);
  return std::move(json).finish();
}

}  // namespace rakkan::validation
