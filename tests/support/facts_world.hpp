// FactsWorld is the facts of one contract, signed at B-LTA, in a world where everything is in order: a root with a CA,
// a signer, a time-stamping unit and an OCSP responder below it. Tests change one fact and look at the verdict.
//
//   2026-01-10 00:00 signature · 00:01 signature timestamp · 12:00 revocation data · 2026-01-11 document timestamp
#pragma once

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/validation/decide.hpp"

namespace rakkan::test {

inline Instant at(std::string_view text) {
  const std::string whole = text.size() == 10 ? std::string(text) + "T00:00:00Z" : std::string(text);
  const auto time = parse_rfc3339(whole);
  if (!time) {
    throw std::invalid_argument(whole);
  }
  return *time;
}

inline validation::Algorithm p256_with(crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256) {
  return {"ECDSA by P-256",
          crypto::VerificationScheme::ecdsa,
          hash,
          std::nullopt,
          {validation::KeyType::ec, 256, 0, "1.2.840.10045.3.1.7"}};
}

// Counts until 2028-12-31 (TS 119 312).
inline validation::Algorithm rsa_2048_with(crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256) {
  return {
      "RSA-2048", crypto::VerificationScheme::rsa_pkcs1, hash, std::nullopt, {validation::KeyType::rsa, 2048, 0, {}}};
}

struct FactsWorld {
  validation::Facts facts;
  validation::Policy policy = validation::Policy::rakkan();

  FactsWorld() {
    using namespace validation;
    policy.timestamp_freshness = Weight::fail;  // the standard without anybody's constraints
    facts.document.format = "PDF";
    facts.document.size = 100'000;
    facts.document.revisions = {{1, 40'000}, {2, 70'000}, {3, 100'000}};
    add_certificate("root", "2015-01-01", "2045-01-01", {}, "").is_ca = true;
    add_certificate("ca", "2020-01-01", "2040-01-01", {"ca"}, "root").is_ca = true;
    add_certificate("signer", "2025-01-01", "2028-01-01", {"signer", "ca"}, "ca").key_usage = {"nonRepudiation"};
    add_certificate("tsu", "2024-01-01", "2034-01-01", {"tsu", "ca"}, "ca").extended_key_usage = {"1.3.6.1.5.5.7.3.8"};
    add_certificate("responder", "2025-01-01", "2035-01-01", {"responder", "ca"}, "ca").has_ocsp_no_check = true;
    facts.anchors.push_back({"root"});
    add_evidence("crl-ca", RevocationKind::crl, "ca", "root", "2026-01-10T12:00:00Z", "2026-02-10");
    add_evidence("ocsp-signer", RevocationKind::ocsp, "signer", "responder", "2026-01-10T12:00:00Z",
                 "2026-01-17T12:00:00Z");
    add_evidence("ocsp-tsu", RevocationKind::ocsp, "tsu", "responder", "2026-01-10T12:00:00Z", "2026-01-17T12:00:00Z");
    add_timestamp("sig-tst", TimestampKind::signature, "2026-01-10T00:01:00Z", {"sig", "signer", "ca"});
    add_timestamp("doc-tst", TimestampKind::document, "2026-01-11",
                  {"sig", "sig-tst", "signer", "ca", "tsu", "responder", "crl-ca", "ocsp-signer", "ocsp-tsu"});
    timestamp("doc-tst").pdf = {"Timestamp1",
                                "ETSI.RFC3161",
                                Coverage::entire_file,
                                ModificationLevel::none,
                                Permission::no_certification,
                                std::nullopt,
                                3};
    SignatureFacts signature;
    signature.id = "sig";
    signature.format = "PAdES";
    signature.pdf = {"Signature1",
                     "ETSI.CAdES.detached",
                     Coverage::entire_revision,
                     ModificationLevel::lta_updates,
                     Permission::no_certification,
                     true,
                     1};
    signature.signer = signer_of("signer");
    signature.claimed_time = at("2026-01-10");
    signature.content_type = "1.2.840.113549.1.7.1";
    signature.timestamps = {"sig-tst", "doc-tst"};
    facts.signatures.push_back(signature);
  }

  // --- Making

  static validation::SignerFacts signer_of(const std::string& certificate) {
    using namespace validation;
    SignerFacts signer;
    signer.certificate = certificate;
    signer.reference = CertificateReference::match;
    signer.reference_version = ReferenceVersion::v2;
    signer.reference_hash = crypto::HashAlgorithm::sha256;
    signer.algorithm = p256_with();
    signer.signature = Check::good;
    signer.digests = {{"messageDigest", crypto::HashAlgorithm::sha256, Match::match}};
    return signer;
  }

  validation::CertificateFacts& add_certificate(const std::string& id, std::string_view from, std::string_view to,
                                                std::vector<std::string> chain, const std::string& issuer) {
    validation::CertificateFacts certificate;
    certificate.id = id;
    certificate.subject = "CN=" + id;
    certificate.issuer = "CN=" + issuer;
    certificate.serial_number = "01";
    certificate.not_before = at(from);
    certificate.not_after = at(to);
    certificate.key = p256_with().key;
    certificate.key_id = "key-" + id;
    certificate.signature = p256_with();
    certificate.source = validation::Source::dss;
    certificate.chains.push_back({std::move(chain), "root", {}});
    facts.certificates.push_back(certificate);
    return facts.certificates.back();
  }

  validation::RevocationFacts& add_evidence(const std::string& id, validation::RevocationKind kind,
                                            const std::string& about, const std::string& signer,
                                            std::string_view this_update, std::string_view next_update) {
    using namespace validation;
    RevocationFacts evidence;
    evidence.id = id;
    evidence.kind = kind;
    evidence.source = Source::dss;
    evidence.this_update = at(this_update);
    evidence.next_update = at(next_update);
    if (kind == RevocationKind::ocsp) {
      evidence.produced_at = evidence.this_update;
    }
    evidence.signer = signer;
    evidence.signature = Check::good;
    evidence.algorithm = p256_with();
    evidence.entries = {{about, CertificateStatus::good, std::nullopt, {}, std::nullopt, true, {}}};
    facts.revocations.push_back(evidence);
    return facts.revocations.back();
  }

  validation::TimestampFacts& add_timestamp(const std::string& id, validation::TimestampKind kind,
                                            std::string_view time, std::vector<std::string> covers,
                                            const std::string& unit = "tsu") {
    using namespace validation;
    TimestampFacts timestamp;
    timestamp.id = id;
    timestamp.kind = kind;
    timestamp.signer = signer_of(unit);
    timestamp.imprint = {"messageImprint", crypto::HashAlgorithm::sha256, Match::match};
    timestamp.gen_time = at(time);
    timestamp.covers = std::move(covers);
    facts.timestamps.push_back(timestamp);
    return facts.timestamps.back();
  }

  // --- Finding

  template <class T>
  static T& find(std::vector<T>& among, const std::string& id) {
    const auto found = std::find_if(among.begin(), among.end(), [&](const T& each) { return each.id == id; });
    if (found == among.end()) {
      throw std::invalid_argument(id);
    }
    return *found;
  }
  validation::CertificateFacts& certificate(const std::string& id) { return find(facts.certificates, id); }
  validation::RevocationFacts& evidence(const std::string& id) { return find(facts.revocations, id); }
  validation::TimestampFacts& timestamp(const std::string& id) { return find(facts.timestamps, id); }
  validation::SignatureFacts& signature() { return facts.signatures.front(); }

  // --- Changing

  void drop_timestamp(const std::string& id) {
    std::erase_if(facts.timestamps, [&](const auto& each) { return each.id == id; });
    std::erase(signature().timestamps, id);
  }
  void drop_evidence(const std::string& id) {
    std::erase_if(facts.revocations, [&](const auto& each) { return each.id == id; });
  }
  // Without any timestamp, and with revocation data of the given day.
  void be_basic() {
    drop_timestamp("sig-tst");
    drop_timestamp("doc-tst");
  }
  void revoke(const std::string& evidence_id, std::string_view time, std::string reason = "keyCompromise") {
    validation::RevocationEntry& entry = evidence(evidence_id).entries.front();
    entry.status = validation::CertificateStatus::revoked;
    entry.revoked_at = at(time);
    entry.reason = std::move(reason);
  }
  // Revocation data about everything as they are on that day, valid for a week.
  void refresh_evidence(std::string_view day, const std::string& suffix) {
    for (const char* about : {"ca", "signer", "tsu"}) {
      const bool is_ca = about == std::string("ca");
      auto& fresh = add_evidence("fresh-" + std::string(about) + suffix,
                                 is_ca ? validation::RevocationKind::crl : validation::RevocationKind::ocsp, about,
                                 is_ca ? "root" : "responder", day, day);
      fresh.next_update = fresh.this_update + std::chrono::hours(7 * 24);
      fresh.source = validation::Source::fetched;
    }
  }

  // --- Judging

  [[nodiscard]] validation::Verdict judge(std::string_view time = "2026-01-12") const {
    return validation::decide(facts, policy, at(time));
  }
  // "TOTAL-PASSED", "INDETERMINATE/TRY_LATER": of the signature.
  [[nodiscard]] std::string verdict(std::string_view time = "2026-01-12") const {
    const validation::Verdict all = judge(time);
    const validation::SignatureVerdict& first = all.signatures.front();
    return std::string(validation::signature_word(first.indication)) +
           (first.sub_indication ? "/" + std::string(to_string(*first.sub_indication)) : "");
  }
  // "PASSED", "FAILED/HASH_FAILURE": of a timestamp.
  [[nodiscard]] std::string timestamp_verdict(const std::string& id, std::string_view time = "2026-01-12") const {
    for (const validation::TimestampVerdict& each : judge(time).timestamps) {
      if (each.id == id) {
        return std::string(to_string(each.indication)) +
               (each.sub_indication ? "/" + std::string(to_string(*each.sub_indication)) : "");
      }
    }
    return "absent";
  }
};

}  // namespace rakkan::test
