#include "gather/signer_facts.hpp"

#include <algorithm>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::gather {
namespace {

using validation::Check;
using validation::Match;
using validation::StructureFinding;

Check check_of(cms::ValueCheck value) noexcept {
  switch (value) {
    case cms::ValueCheck::valid:
      return Check::good;
    case cms::ValueCheck::invalid:
      return Check::bad;
    case cms::ValueCheck::unsupported:
      return Check::unsupported;
    case cms::ValueCheck::no_certificate:
    case cms::ValueCheck::no_content:
      return Check::not_checked;
  }
  return Check::not_checked;
}

Match match_of(cms::AttributeFact fact) noexcept {
  switch (fact) {
    case cms::AttributeFact::match:
      return Match::match;
    case cms::AttributeFact::no_content:
    case cms::AttributeFact::unsupported:
      return Match::not_found;
    case cms::AttributeFact::absent:
    case cms::AttributeFact::mismatch:
    case cms::AttributeFact::repeated:
    case cms::AttributeFact::malformed:
      return Match::mismatch;
  }
  return Match::mismatch;
}

validation::DigestFact digest_of(const cms::SignerFacts& from) {
  if (from.has_signed_attributes) {
    // A hash that cannot be computed here leaves the signature as a whole unverified (signer_facts), and no mismatch.
    const bool unsupported = from.message_digest == cms::AttributeFact::unsupported;
    return {"messageDigest", unsupported ? std::nullopt : from.algorithms.digest,
            unsupported ? Match::match : match_of(from.message_digest)};
  }
  // Without signed attributes the value is over the content itself, and says alone whether it is the signed one.
  const bool is_missing = from.value.as_der == cms::ValueCheck::no_content;
  return {"content", from.algorithms.digest, is_missing ? Match::not_found : Match::match};
}

// The value of the attributes signingCertificate and signingCertificateV2 that says most.
void add_reference(const cms::SignerFacts& from, validation::SignerFacts& to,
                   std::vector<StructureFinding>& structure) {
  for (const cms::EssAttribute& attribute : from.ess) {
    if (!attribute.malformed.empty()) {
      structure.push_back(finding("structure-invalid", "RFC 5035 §3", attribute.malformed));
    }
  }
  if (from.ess.empty()) {
    return;
  }
  const auto of_match = [&](cms::EssMatch match) {
    return std::find_if(from.ess.begin(), from.ess.end(),
                        [&](const cms::EssAttribute& each) { return each.match == match; });
  };
  const auto wrong = std::find_if(from.ess.begin(), from.ess.end(), [](const cms::EssAttribute& each) {
    return each.match == cms::EssMatch::hash_mismatch || each.match == cms::EssMatch::issuer_serial_mismatch;
  });
  const auto right = of_match(cms::EssMatch::match);
  const auto shown = wrong != from.ess.end() ? wrong : right != from.ess.end() ? right : from.ess.begin();
  to.reference_version = shown->version == cms::EssVersion::signing_certificate_v2 ? validation::ReferenceVersion::v2
                                                                                   : validation::ReferenceVersion::v1;
  if (!shown->ids.empty()) {
    to.reference_hash = shown->ids.front().hash_algorithm;
  }
  const auto same_version = [&](const cms::EssAttribute& each) { return each.version == shown->version; };
  if (wrong != from.ess.end()) {
    to.reference = validation::CertificateReference::mismatch;
  } else if (right == from.ess.end()) {
    // Nothing to compare with: no certificate, or a hash that cannot be computed.
    to.reference = from.certificate.certificate ? validation::CertificateReference::mismatch
                                                : validation::CertificateReference::absent;
  } else if (std::count_if(from.ess.begin(), from.ess.end(), same_version) > 1) {
    to.reference = validation::CertificateReference::ambiguous;
  } else {
    to.reference = validation::CertificateReference::match;
  }
}

void add_form(const cms::SignerFacts& from, std::vector<StructureFinding>& structure) {
  const auto add = [&](std::string code, std::string clause, std::string detail) {
    structure.push_back(finding(std::move(code), std::move(clause), std::move(detail)));
  };
  if (!from.has_signed_attributes) {
    add("signed-attributes-absent", "RFC 5652 §5.3", "there are no signed attributes");
  }
  if (from.has_signed_attributes) {
    if (!from.attributes.is_der) {
      const bool verifies = from.value.as_encoded == cms::ValueCheck::valid;
      add("signed-attributes-not-der", "RFC 5652 §5.4",
          verifies ? "the signed attributes are not DER, and the signature is over them as they are"
                   : "the signed attributes are not DER");
    }
    for (const der::Oid& repeated : from.attributes.repeated) {
      add("attribute-duplicated", "RFC 5652 §5.3", "the attribute " + repeated.dotted() + " occurs twice");
    }
    switch (from.content_type) {
      case cms::AttributeFact::match:
        break;
      case cms::AttributeFact::absent:
        add("content-type-mismatch", "RFC 5652 §11.1", "there is no attribute content-type");
        break;
      default:
        add("content-type-mismatch", "RFC 5652 §11.1", "the attribute content-type is not the content's");
        break;
    }
    if (from.message_digest == cms::AttributeFact::absent || from.message_digest == cms::AttributeFact::repeated ||
        from.message_digest == cms::AttributeFact::malformed) {
      add("message-digest-absent", "RFC 5652 §11.2", "messageDigest is not there once with one value");
    }
  }
  if (from.algorithm_protection == cms::AttributeFact::mismatch ||
      from.algorithm_protection == cms::AttributeFact::repeated ||
      from.algorithm_protection == cms::AttributeFact::malformed) {
    add("algorithm-protection-mismatch", "RFC 6211 §3", "the algorithms are not those that were signed");
  }
  if (from.algorithms.hashes_differ) {
    add("digest-algorithm-mismatch", "RFC 8933 §3.1", "digestAlgorithm and signatureAlgorithm have different hashes");
  }
  if (from.content_is_attributes) {
    add("content-is-attributes", "RFC 5652 §5.4", "what is signed may be the signed attributes of another signature");
  }
  if (from.certificate.certificate && !from.certificate.sid_match) {
    add("structure-invalid", "RFC 5652 §5.3", "sid does not name the certificate of signing-certificate");
  }
}

Match match_of(tsp::ImprintFact fact) noexcept {
  switch (fact) {
    case tsp::ImprintFact::match:
      return Match::match;
    case tsp::ImprintFact::no_content:
    case tsp::ImprintFact::unsupported:
      return Match::not_found;
    case tsp::ImprintFact::mismatch:
    case tsp::ImprintFact::wrong_size:
    case tsp::ImprintFact::unreadable:
      return Match::mismatch;
  }
  return Match::mismatch;
}

std::int64_t milliseconds_of(const tsp::Accuracy& accuracy) noexcept {
  return std::int64_t{accuracy.seconds} * 1000 + accuracy.milliseconds + (accuracy.microseconds + 999) / 1000;
}

void add_form(const tsp::TokenMessage& token, const tsp::TimestampFacts& from,
              std::vector<StructureFinding>& structure) {
  const auto add = [&](std::string code, std::string clause, std::string detail) {
    structure.push_back(finding(std::move(code), std::move(clause), std::move(detail)));
  };
  if (from.signer_infos != 1) {
    add("signer-info-count", "RFC 3161 §2.4.2", "the token has " + std::to_string(from.signer_infos) + " SignerInfos");
  }
  if (!from.content_is_tst_info) {
    add("token-malformed", "RFC 3161 §2.4.2", "the content of the token is no TSTInfo");
  }
  const auto& info = token.info();
  if (!info) {
    add("token-malformed", "RFC 3161 §2.4.2", token.unreadable());
    return;
  }
  if (info->version != 1) {
    add("token-malformed", "RFC 3161 §2.4.2", "the version of TSTInfo is not 1");
  }
  for (const der::Oid& extension : info->critical_extensions) {
    add("token-malformed", "RFC 3161 §2.4.2", "the critical extension " + extension.dotted() + " is not known");
  }
  // A certificate that is not for timeStamping at all is a matter of the chain (EN 319 102-1 §5.2.6).
  if (from.signer.certificate.certificate && from.purpose.time_stamping && !from.purpose.is_right()) {
    add("timestamp-eku-not-critical", "RFC 3161 §2.3", "timeStamping is not the only key purpose, or not critical");
  }
  if (from.tsa_name == tsp::TsaName::mismatch) {
    add("tsa-name-mismatch", "RFC 3161 §2.4.2", "tsa is not a name of the unit's certificate");
  }
}

}  // namespace

StructureFinding finding(std::string code, std::string clause, std::string detail) {
  return {std::move(code), std::move(clause), std::move(detail), std::nullopt, {}};
}

validation::SignerFacts signer_facts(const cms::SignerFacts& from, EvidencePool& pool,
                                     std::vector<StructureFinding>& structure) {
  validation::SignerFacts to;
  const auto& certificate = from.certificate.certificate;
  if (certificate) {
    to.certificate = pool.add(*certificate);
  }
  const Result<crypto::VerificationAlgorithm> algorithm =
      from.algorithms.signature ? Result<crypto::VerificationAlgorithm>(*from.algorithms.signature)
                                : fail(ErrorCode::unsupported_algorithm, from.algorithms.unsupported);
  to.algorithm = algorithm_facts(algorithm, certificate ? &*certificate : nullptr);
  to.algorithm.name = from.algorithms.name();
  if (!to.algorithm.hash && to.algorithm.scheme != crypto::VerificationScheme::ed25519 &&
      to.algorithm.scheme != crypto::VerificationScheme::ed448) {
    to.algorithm.hash = from.algorithms.digest;
  }
  to.signature = check_of(from.value.as_der);
  if (to.signature == Check::good && from.message_digest == cms::AttributeFact::unsupported) {
    to.signature = Check::unsupported;
  }
  to.digests.push_back(digest_of(from));
  add_reference(from, to, structure);
  if (to.reference == validation::CertificateReference::absent && from.certificate.candidates > 1) {
    to.reference = validation::CertificateReference::ambiguous;
  }
  add_form(from, structure);
  return to;
}

validation::SignerFacts signer_facts(const cms::BareSignatureFacts& from, EvidencePool& pool) {
  validation::SignerFacts to;
  if (from.certificate) {
    to.certificate = pool.add(*from.certificate);
  }
  for (const pki::Certificate& other : from.others) {
    pool.add(other);
  }
  to.signature = check_of(from.value);
  to.algorithm.name = "RSA PKCS#1 v1.5";
  to.algorithm.scheme = crypto::VerificationScheme::rsa_pkcs1;
  to.algorithm.hash = from.hash_algorithm;
  if (from.certificate) {
    to.algorithm.key = key_facts(*from.certificate);
  }
  to.digests.push_back(
      {"document", from.hash_algorithm, from.value == cms::ValueCheck::no_content ? Match::not_found : Match::match});
  return to;
}

validation::TimestampFacts timestamp_facts(const tsp::TokenMessage& token, const tsp::TimestampFacts& from,
                                           EvidencePool& pool) {
  validation::TimestampFacts to;
  to.signer = signer_facts(from.signer, pool, to.structure);
  to.imprint = {"messageImprint", std::nullopt, match_of(from.imprint)};
  if (const auto& info = token.info()) {
    to.imprint.hash = info->imprint_algorithm;
    to.gen_time = info->generation_time;
    if (info->accuracy) {
      to.accuracy = milliseconds_of(*info->accuracy);
    }
    to.policy = info->policy.dotted();
    to.serial_number = to_hex(info->serial_number);
  }
  add_form(token, from, to.structure);
  return to;
}

}  // namespace rakkan::gather
