#include "validation/case.hpp"

#include <algorithm>
#include <tuple>

#include "rakkan/der/oid.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

// A decision looks at this many pairs of certificate and revocation data at most; what is beyond is not acceptable.
constexpr std::size_t kMostAcceptances = 50'000;

using VerificationType = crypto::VerificationKey::Type;

std::optional<VerificationType> type_of(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return VerificationType::rsa;
    case KeyType::rsa_pss:
      return VerificationType::rsa_pss;
    case KeyType::dsa:
      return VerificationType::dsa;
    case KeyType::ec:
      return VerificationType::ec;
    case KeyType::ed25519:
      return VerificationType::ed25519;
    case KeyType::ed448:
      return VerificationType::ed448;
    case KeyType::other:
      break;
  }
  return std::nullopt;
}

Standing standing_from(const pki::AlgorithmStanding& given, const std::optional<Instant>& ends_count_until,
                       Instant now) {
  Standing standing{given.listed, given.from, given.until, given.limit, false};
  if (standing.until && ends_count_until && *standing.until > *ends_count_until) {
    standing.has_ended_by_warning = *standing.until < now;
    standing.until.reset();
  }
  return standing;
}

std::string key_of(const Algorithm& algorithm) {
  std::string key(algorithm.scheme ? word(*algorithm.scheme) : "?");
  const auto add = [&](auto value) { (key += '/') += std::to_string(static_cast<std::uint64_t>(value)); };
  add(algorithm.hash ? static_cast<unsigned>(*algorithm.hash) + 1U : 0U);
  add(algorithm.mask_hash ? static_cast<unsigned>(*algorithm.mask_hash) + 1U : 0U);
  add(algorithm.key.type);
  add(algorithm.key.bits);
  add(algorithm.key.subgroup_bits);
  return (key += '/') + algorithm.key.curve;
}

}  // namespace

std::string Standing::words() const {
  if (!is_listed) {
    return name + " is not acceptable at any time";
  }
  return until ? name + " counts until " + to_rfc3339(*until) : name + " does not count yet";
}

Case::Case(const Facts& facts, const Policy& policy, Instant now)
    : facts_(facts), policy_(policy), now_(now), acceptances_left_(kMostAcceptances) {
  for (const CertificateFacts& each : facts.certificates) {
    certificates_.emplace(each.id, &each);
  }
  for (const Anchor& each : facts.anchors) {
    anchors_.emplace(each.id, &each);
  }
  for (const TimestampFacts& each : facts.timestamps) {
    if (each.gen_time > now) {
      from_later_.push_back(each.id);
    } else {
      timestamps_.emplace(each.id, &each);
    }
  }
  for (const RevocationFacts& each : facts.revocations) {
    if (each.made_at() > now || each.this_update > now) {
      from_later_.push_back(each.id);
      continue;
    }
    for (const RevocationEntry& entry : each.entries) {
      evidence_[entry.certificate].push_back({&each, &entry});
    }
  }
  for (auto& [certificate, evidence] : evidence_) {
    std::sort(evidence.begin(), evidence.end(), [](const Evidence& a, const Evidence& b) {
      return std::tuple(b.data->this_update, b.data->made_at(), b.is_revoked(), a.data->id) <
             std::tuple(a.data->this_update, a.data->made_at(), a.is_revoked(), b.data->id);
    });
  }
  std::sort(from_later_.begin(), from_later_.end());
}

const CertificateFacts* Case::certificate(const Id& id) const {
  const auto found = certificates_.find(id);
  return found == certificates_.end() ? nullptr : found->second;
}

const Anchor* Case::anchor(const Id& id) const {
  const auto found = anchors_.find(id);
  return found == anchors_.end() ? nullptr : found->second;
}

const TimestampFacts* Case::timestamp(const Id& id) const {
  const auto found = timestamps_.find(id);
  return found == timestamps_.end() ? nullptr : found->second;
}

std::span<const Evidence> Case::evidence_about(const Id& certificate) const {
  const auto found = evidence_.find(certificate);
  return found == evidence_.end() ? std::span<const Evidence>{} : std::span<const Evidence>(found->second);
}

std::vector<const Chain*> Case::chains_of(const CertificateFacts& certificate) const {
  std::vector<const Chain*> chains;
  for (const Chain& each : certificate.chains) {
    const bool starts_here =
        each.certificates.empty() ? each.anchor == certificate.id : each.certificates.front() == certificate.id;
    const bool is_complete =
        anchor(each.anchor) != nullptr && std::all_of(each.certificates.begin(), each.certificates.end(),
                                                      [&](const Id& id) { return this->certificate(id) != nullptr; });
    if (starts_here && is_complete) {
      chains.push_back(&each);
    }
  }
  std::sort(chains.begin(), chains.end(), [](const Chain* a, const Chain* b) {
    return std::tuple(a->findings.size(), a->certificates.size(), a->certificates, a->anchor) <
           std::tuple(b->findings.size(), b->certificates.size(), b->certificates, b->anchor);
  });
  return chains;
}

const Standing& Case::standing_of(const Algorithm& algorithm) const {
  std::string key = key_of(algorithm);
  if (const auto known = standings_.find(key); known != standings_.end()) {
    return known->second;
  }
  Standing standing;
  const auto type = type_of(algorithm.key.type);
  const auto curve = der::Oid::from_dotted(algorithm.key.curve);
  const bool is_eddsa =
      algorithm.scheme == crypto::VerificationScheme::ed25519 || algorithm.scheme == crypto::VerificationScheme::ed448;
  const bool is_whole = algorithm.hash.has_value() != is_eddsa;
  if (!algorithm.scheme || !type || !is_whole || (*type == VerificationType::ec && !curve)) {
    standing.name = algorithm.name.empty() ? "an unknown algorithm" : algorithm.name;
  } else {
    crypto::VerificationAlgorithm known{*algorithm.scheme, algorithm.hash, std::nullopt};
    if (*algorithm.scheme == crypto::VerificationScheme::rsa_pss && algorithm.hash) {
      known.pss = crypto::PssParameters{*algorithm.hash, algorithm.mask_hash.value_or(*algorithm.hash), 0};
    }
    const pki::KeyFacts facts{*type, algorithm.key.bits, algorithm.key.subgroup_bits, curve.value_or(der::Oid{})};
    standing = standing_from(policy_.algorithms.signature(known, facts), policy_.algorithm_ends_count_until, now_);
  }
  return standings_.emplace(std::move(key), std::move(standing)).first->second;
}

const Standing& Case::standing_of(const std::optional<crypto::HashAlgorithm>& hash) const {
  std::string key = "hash/" + std::to_string(hash ? static_cast<unsigned>(*hash) + 1U : 0U);
  if (const auto known = standings_.find(key); known != standings_.end()) {
    return known->second;
  }
  Standing standing;
  if (hash) {
    standing = standing_from(policy_.algorithms.hash(*hash), policy_.algorithm_ends_count_until, now_);
  } else {
    standing.name = "an unknown hash algorithm";
  }
  return standings_.emplace(std::move(key), std::move(standing)).first->second;
}

}  // namespace rakkan::validation
