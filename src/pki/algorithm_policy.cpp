#include "rakkan/pki/algorithm_policy.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

using crypto::VerificationScheme;
using Type = crypto::VerificationKey::Type;

constexpr der::Oid kDsa{1, 2, 840, 10040, 4, 1};
constexpr der::Oid kP256{1, 2, 840, 10045, 3, 1, 7};
constexpr der::Oid kP384{1, 3, 132, 0, 34};

// The value that a parameter of a catalogue is about; nothing for a parameter that is not known, whose row then never
// holds.
std::optional<std::uint64_t> value_of(const KeyFacts& key, std::string_view parameter) {
  const bool is_rsa = key.type == Type::rsa || key.type == Type::rsa_pss;
  if (parameter == "moduluslength" && is_rsa) {
    return key.bits;
  }
  if (parameter == "plength" && key.type == Type::dsa) {
    return key.bits;
  }
  if (parameter == "qlength" && key.type == Type::dsa) {
    return key.subgroup_bits;
  }
  return std::nullopt;
}

bool fits(const AlgorithmEvaluation& evaluation, const KeyFacts* key, std::string_view usage) {
  if (!evaluation.usage.empty() && evaluation.usage != usage) {
    return false;
  }
  return std::all_of(evaluation.parameters.begin(), evaluation.parameters.end(), [&](const AlgorithmParameter& each) {
    const auto value = key != nullptr ? value_of(*key, each.name) : std::nullopt;
    return value && (!each.least || *each.least <= *value) && (!each.most || *value <= *each.most);
  });
}

// True when a ends later than b.
bool outlasts(const AlgorithmEvaluation& a, const AlgorithmEvaluation& b) {
  return b.end && (!a.end || *a.end > *b.end);
}

// The two together: acceptable while both are, limited by the one that ends first.
AlgorithmStanding both(AlgorithmStanding a, AlgorithmStanding b) {
  if (!a.listed || !b.listed) {
    return a.listed ? b : a;
  }
  AlgorithmStanding result = b.until && (!a.until || *b.until < *a.until) ? b : a;
  result.from = !a.from || (b.from && *b.from > *a.from) ? b.from : a.from;
  return result;
}

crypto::VerificationAlgorithm algorithm_of(const crypto::AlgorithmSuite& suite) {
  const crypto::HashAlgorithm hash = crypto::hash_algorithm_of(suite.digest);
  switch (suite.scheme) {
    case crypto::SignatureScheme::rsa_pkcs1:
      return {VerificationScheme::rsa_pkcs1, hash, std::nullopt};
    case crypto::SignatureScheme::rsa_pss:
      return {VerificationScheme::rsa_pss, hash, crypto::PssParameters{hash, hash, crypto::info(suite.digest).size}};
    case crypto::SignatureScheme::ecdsa:
      return {VerificationScheme::ecdsa, hash, std::nullopt};
    case crypto::SignatureScheme::eddsa:
      break;
  }
  return {VerificationScheme::ed25519, std::nullopt, std::nullopt};
}

}  // namespace

KeyFacts facts_of(const crypto::VerificationKey& key) {
  return {key.type(), key.bits(), key.subgroup_bits(), key.curve()};
}

KeyFacts facts_of(crypto::KeyKind kind) {
  switch (kind) {
    case crypto::KeyKind::rsa_2048:
      return {Type::rsa, 2048};
    case crypto::KeyKind::rsa_3072:
      return {Type::rsa, 3072};
    case crypto::KeyKind::rsa_4096:
      return {Type::rsa, 4096};
    case crypto::KeyKind::ec_p256:
      return {Type::ec, 256, 0, kP256};
    case crypto::KeyKind::ec_p384:
      return {Type::ec, 384, 0, kP384};
    case crypto::KeyKind::ed25519:
      break;
  }
  return {Type::ed25519, 256};
}

std::string name_of(const KeyFacts& key) {
  switch (key.type) {
    case Type::rsa:
    case Type::rsa_pss:
      return "RSA-" + std::to_string(key.bits);
    case Type::dsa:
      return "DSA-" + std::to_string(key.bits);
    case Type::ec:
      return "the curve " + key.curve.dotted();
    case Type::ed25519:
      return "Ed25519";
    case Type::ed448:
      return "Ed448";
  }
  return {};
}

AlgorithmStanding AlgorithmPolicy::standing_of(const der::Oid& identifier, const KeyFacts* key, std::string_view usage,
                                               std::string words) const {
  AlgorithmStanding standing;
  standing.limit = std::move(words);
  const AlgorithmEvaluation* best = nullptr;
  for (const AlgorithmRow& row : rows_) {
    if (row.identifier != identifier) {
      continue;
    }
    for (const AlgorithmEvaluation& each : row.evaluations) {
      if (fits(each, key, usage) && (best == nullptr || outlasts(each, *best))) {
        best = &each;
      }
    }
  }
  if (best != nullptr) {
    standing.listed = true;
    standing.from = best->start;
    standing.until = best->end;
  }
  return standing;
}

AlgorithmStanding AlgorithmPolicy::hash(crypto::HashAlgorithm algorithm, std::string_view usage) const {
  return standing_of(crypto::info(algorithm).oid, nullptr, usage, std::string(crypto::info(algorithm).name));
}

AlgorithmStanding AlgorithmPolicy::signature(const crypto::VerificationAlgorithm& algorithm, const KeyFacts& key,
                                             std::string_view usage) const {
  const bool by_key = algorithm.scheme == VerificationScheme::dsa;
  AlgorithmStanding standing =
      standing_of(by_key ? kDsa : algorithm.identifier(), &key, usage,
                  algorithm.hash ? algorithm.name() + " by " + name_of(key) : algorithm.name());
  if (algorithm.hash) {
    standing = both(std::move(standing), hash(*algorithm.hash, usage));
  }
  if (algorithm.pss) {
    standing = both(std::move(standing), hash(algorithm.pss->mask_hash, usage));
  }
  if (key.type == Type::ec) {
    standing = both(std::move(standing), standing_of(key.curve, &key, usage, name_of(key)));
  }
  return standing;
}

AlgorithmStanding AlgorithmPolicy::signature(const crypto::AlgorithmSuite& suite, crypto::KeyKind kind) const {
  return signature(algorithm_of(suite), facts_of(kind));
}

Result<void> require_acceptable(const AlgorithmPolicy& policy, const crypto::AlgorithmSuite& suite,
                                crypto::KeyKind kind, Instant now) {
  const AlgorithmStanding standing = policy.signature(suite, kind);
  if (standing.acceptable_at(now)) {
    return {};
  }
  std::string detail = standing.limit + " is not listed in " + policy.name();
  if (standing.listed && standing.until && *standing.until < now) {
    detail = standing.limit + " was acceptable until " + to_rfc3339(*standing.until) + " (" + policy.name() + ")";
  } else if (standing.listed && standing.from) {
    detail = standing.limit + " is acceptable from " + to_rfc3339(*standing.from) + " (" + policy.name() + ")";
  }
  return fail(ErrorCode::algorithm_not_acceptable, std::move(detail));
}

}  // namespace rakkan::pki
