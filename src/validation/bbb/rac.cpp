#include "validation/bbb/rac.hpp"

#include <algorithm>
#include <string>

namespace rakkan::validation {
namespace {

constexpr std::size_t kMostResponders = 8;  // responders of responders

void tighten(std::optional<Instant>& bound, Instant time) {
  if (!bound || time < *bound) {
    bound = time;
  }
}

// Whether the data speak about a certificate at the age that it has: a certificate that had ended before may have been
// taken off the list (RFC 5280 §3.3), unless the data say how far they look back.
bool speaks_about(const CertificateFacts& certificate, const Evidence& evidence) {
  const RevocationFacts& data = *evidence.data;
  return data.this_update <= certificate.not_after || evidence.is_revoked() ||
         (data.archive_cutoff && *data.archive_cutoff <= certificate.not_after) ||
         (data.expired_certs_on_crl && *data.expired_certs_on_crl <= certificate.not_after) ||
         evidence.entry->cert_hash_match == true;
}

// The fault of the data themselves; empty: none.
std::string own_fault(const CertificateFacts& certificate, const Evidence& evidence) {
  const RevocationFacts& data = *evidence.data;
  if (!evidence.entry->unusable.empty()) {
    return evidence.entry->unusable;
  }
  if (evidence.entry->status == CertificateStatus::unknown) {
    return "the responder does not know the certificate";
  }
  if (!data.signer) {
    return "the certificate of its signer is missing";
  }
  if (data.signature != Check::good) {
    return data.signature == Check::bad ? "its signature is not valid" : "its signature cannot be verified";
  }
  if (!evidence.entry->is_authorised) {
    return "its signer has no right to speak about this certificate";
  }
  if (evidence.entry->cert_hash_match == false) {
    return "its certHash is that of another certificate";
  }
  if (data.this_update < certificate.not_before) {
    return "it is older than the certificate";
  }
  if (!speaks_about(certificate, evidence)) {
    return "it was issued after the certificate had ended and says nothing about such certificates";
  }
  return {};
}

bool is_above(const Place& place, const Id& certificate) {
  const auto& ids = place.chain->certificates;
  return certificate == place.chain->anchor ||
         std::find(ids.begin() + static_cast<std::ptrdiff_t>(place.index) + 1, ids.end(), certificate) != ids.end();
}

// The signer is the certificate's issuer, by this or another certificate of the issuer's key.
bool is_issuer(const Case& facts, const Place& place, const CertificateFacts& signer) {
  const CertificateFacts* issuer = issuer_of(facts, place);
  return issuer != nullptr && (issuer->id == signer.id || (!issuer->key_id.empty() && issuer->key_id == signer.key_id &&
                                                           issuer->subject == signer.subject));
}

// Judges the signer's own chain into `acceptance`; the reason for which it is no good, or nothing.
std::string judge_chain(const Case& facts, const Place& below, const Chain& chain, Instant made_at, std::size_t depth,
                        Acceptance& acceptance) {
  const Anchor& anchor = *facts.anchor(chain.anchor);
  if (!anchor.purposes.revocation && chain.anchor != below.chain->anchor) {
    return "its signer's anchor is not for revocation data";
  }
  if (anchor.sunset) {
    tighten(acceptance.valid_until, *anchor.sunset);
  }
  for (const ChainFinding& each : chain.findings) {
    if (facts.policy().chain_weight(each.code) == Weight::fail) {
      return "its signer's chain is not valid: " + each.code;
    }
  }
  const RolePolicy& policy = facts.policy().responder;
  for (std::size_t index = 0; index < chain.certificates.size(); ++index) {
    const CertificateFacts& each = *facts.certificate(chain.certificates[index]);
    if (made_at < each.not_before || (index == 0 && each.not_after < made_at)) {
      return "its signer's certificate was not valid when it was made";
    }
    tighten(acceptance.valid_until, each.not_after);
    acceptance.algorithms.push_back(&each.signature);
    const RevocationNeed need = index == 0 ? policy.revocation : policy.ca_revocation;
    if (need == RevocationNeed::none || is_above(below, each.id) || is_exempt(each, Role::revocation)) {
      continue;
    }
    const auto chosen = choose_evidence(facts, {&chain, index}, PoeSet(facts.now()), depth + 1);
    if (!chosen) {
      if (need == RevocationNeed::required) {
        return "whether its signer is revoked is not known";
      }
      continue;
    }
    if (chosen->evidence.is_revoked()) {
      tighten(acceptance.exists_by, chosen->evidence.revoked_at());
    }
    acceptance.algorithms.push_back(&chosen->evidence.data->algorithm);
    if (chosen->acceptance->exists_by) {
      tighten(acceptance.exists_by, *chosen->acceptance->exists_by);
    }
  }
  return {};
}

Acceptance judge(const Case& facts, const Place& place, const Evidence& evidence, std::size_t depth) {
  Acceptance acceptance;
  const CertificateFacts& certificate = *facts.certificate(place.chain->certificates.at(place.index));
  acceptance.why = own_fault(certificate, evidence);
  if (!acceptance.why.empty()) {
    return acceptance;
  }
  acceptance.algorithms.push_back(&evidence.data->algorithm);
  const CertificateFacts* signer = facts.certificate(*evidence.data->signer);
  if (signer == nullptr) {
    acceptance.why = "the certificate of its signer is missing";
    return acceptance;
  }
  const Instant made_at = evidence.data->made_at();
  if (is_issuer(facts, place, *signer)) {
    // The chain of the certificate is the signer's too, and is judged with it. An anchor's own dates do not count.
    if (signer->id != place.chain->anchor) {
      if (made_at < signer->not_before || signer->not_after < made_at) {
        acceptance.why = "its signer's certificate was not valid when it was made";
        return acceptance;
      }
      tighten(acceptance.valid_until, signer->not_after);
    }
    acceptance.is_acceptable = true;
    return acceptance;
  }
  acceptance.why = "its signer has no chain to an anchor";
  for (const Chain* chain : facts.chains_of(*signer)) {
    Acceptance attempt = acceptance;
    attempt.why = judge_chain(facts, place, *chain, made_at, depth, attempt);
    if (attempt.why.empty()) {
      attempt.is_acceptable = true;
      return attempt;
    }
    acceptance.why = attempt.why;
  }
  return acceptance;
}

}  // namespace

const CertificateFacts* issuer_of(const Case& facts, const Place& place) {
  const auto& ids = place.chain->certificates;
  return facts.certificate(place.index + 1 < ids.size() ? ids[place.index + 1] : place.chain->anchor);
}

bool is_exempt(const CertificateFacts& certificate, Role role) noexcept {
  return certificate.has_no_rev_avail || certificate.has_validity_assured_short_term ||
         (role == Role::revocation && certificate.has_ocsp_no_check);
}

const Acceptance& acceptance_of(const Case& facts, const Place& place, const Evidence& evidence, std::size_t depth) {
  static const Acceptance kTooDeep{false, "too many responders vouch for each other", {}, {}, {}};
  static const Acceptance kLoop{false, "its responder vouches for its own certificate", {}, {}, {}};
  static const Acceptance kLoopAllowed{true, {}, {}, {}, {}};
  auto& judged = facts.judged();
  const auto key = std::pair(evidence.entry, place.chain);
  if (const auto known = judged.find(key); known != judged.end()) {
    if (!known->second.is_finished) {
      return facts.policy().responder_loop == Weight::fail ? kLoop : kLoopAllowed;
    }
    return known->second.acceptance;
  }
  if (depth > kMostResponders || facts.acceptances_left() == 0) {
    return kTooDeep;
  }
  --facts.acceptances_left();
  judged.emplace(key, Case::Judged{});
  Acceptance acceptance = judge(facts, place, evidence, depth);
  Case::Judged& result = judged[key];
  result.acceptance = std::move(acceptance);
  result.is_finished = true;
  return result.acceptance;
}

bool is_proven_in_time(const Chosen& chosen, const PoeSet& poe) {
  const Acceptance& acceptance = *chosen.acceptance;
  if (!acceptance.exists_by && !acceptance.valid_until) {
    return true;
  }
  const Instant proven = poe.lowest(chosen.evidence.data->id);
  return (!acceptance.exists_by || proven < *acceptance.exists_by) &&
         (!acceptance.valid_until || proven <= *acceptance.valid_until);
}

std::optional<Chosen> choose_evidence(const Case& facts, const Place& place, const PoeSet& poe, std::size_t depth) {
  std::optional<Chosen> newest;
  bool is_proven = false;
  for (const Evidence& each : facts.evidence_about(place.chain->certificates.at(place.index))) {
    const bool is_for_good = each.is_revoked() && !each.is_hold();
    if (is_proven && !is_for_good) {
      continue;
    }
    const Acceptance& acceptance = acceptance_of(facts, place, each, depth);
    if (!acceptance.is_acceptable) {
      continue;
    }
    const Chosen chosen{each, &acceptance};
    if (is_for_good) {
      return chosen;
    }
    is_proven = is_proven_in_time(chosen, poe);
    if (!newest || is_proven) {
      newest = chosen;
    }
  }
  return newest;
}

}  // namespace rakkan::validation
