#include "validation/basic.hpp"

#include <algorithm>
#include <utility>

#include "validation/bbb/cv.hpp"
#include "validation/bbb/fc.hpp"
#include "validation/bbb/isc.hpp"
#include "validation/bbb/sav.hpp"
#include "validation/bbb/vci.hpp"
#include "validation/findings.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;
using Kind = Issue::Kind;

BasicResult ended(BasicResult& result, Conclusion conclusion) {
  result.conclusion = std::move(conclusion);
  result.is_final = true;
  return std::move(result);
}

// The first, unless the signature itself is wrong and the first is not worse than that.
Conclusion worse_of(const Conclusion& first, const Conclusion& crypto) {
  const bool is_worse = first.indication != Indication::failed && crypto.indication == Indication::failed;
  return is_worse ? crypto : first;
}

// Everything that no time overcomes comes first: then chain, then the signature's own algorithms.
void conclude(BasicResult& result) {
  result.issues = result.x509.issues;
  result.issues.insert(result.issues.end(), result.weak.begin(), result.weak.end());
  std::stable_sort(result.issues.begin(), result.issues.end(), [](const Issue& a, const Issue& b) {
    const auto gravity = [](const Issue& each) {
      return each.kind == Kind::hard ? 1 + static_cast<int>(each.conclusion.indication) : 0;
    };
    return gravity(a) > gravity(b);
  });
  if (!result.issues.empty()) {
    result.conclusion = result.issues.front().conclusion;
    result.is_final = result.issues.front().kind == Kind::hard;
  }
}

// §5.3.4 (4) to (6): a content timestamp proves that the signature was made after it.
void sharpen(BasicResult& result, Instant made_after) {
  for (auto* issues : {&result.x509.issues, &result.weak}) {
    for (Issue& each : *issues) {
      if (each.kind == Kind::revoked && each.time && *each.time < made_after) {
        each = {Kind::hard, failed(revoked, "signed after the certificate was revoked, by a content timestamp")};
      } else if (each.kind == Kind::validity && result.certificate->not_after < made_after) {
        each = {Kind::hard, failed(expired, "signed after the certificate had expired, by a content timestamp")};
      } else if (each.kind == Kind::weak_signature && each.time && *each.time < made_after) {
        each = {Kind::hard, indeterminate(crypto_constraints_failure,
                                          "signed after the algorithm had ended, by a content timestamp")};
      }
    }
  }
}

}  // namespace

BasicResult validate_basic(const Case& facts, const SignatureFacts& signature,
                           const std::vector<const TimestampResult*>& content_timestamps, StepLog& log) {
  BasicResult result;
  // §5.3.4 (1)
  if (Conclusion format = check_format(facts, signature.id, signature.pdf, signature.structure, log);
      !format.is_passed()) {
    result.crypto = verify_cryptographically(signature.id, signature.signer, nullptr, log);
    return ended(result, worse_of(format, result.crypto));
  }
  // (2); what is missing here also keeps the signature from being verified.
  if (Conclusion identified =
          identify_signer(facts, signature.id, signature.signer, facts.policy().reference_absent, log);
      !identified.is_passed()) {
    result.crypto = verify_cryptographically(signature.id, signature.signer, nullptr, log);
    return ended(result, worse_of(identified, result.crypto));
  }
  result.certificate = facts.certificate(*signature.signer.certificate);
  // (3)
  if (Conclusion context = check_signature_policy(facts, signature, log); !context.is_passed()) {
    result.crypto = verify_cryptographically(signature.id, signature.signer, nullptr, log);
    return ended(result, worse_of(context, result.crypto));
  }
  // (4): the outcome is kept, for a signature that does not verify is worse than any chain.
  result.x509 = validate_x509(facts, *result.certificate, Role::signer, facts.now(), log);
  // (5)
  result.crypto = verify_cryptographically(signature.id, signature.signer, nullptr, log);
  if (!result.crypto.is_passed()) {
    return ended(result, result.crypto);
  }
  if (result.x509.chain == nullptr) {
    return ended(result, result.x509.conclusion);
  }
  // (6)
  result.weak = find_weak_algorithms(facts, signature.id, signature.signer, nullptr, facts.now());
  for (const Issue& each : result.weak) {
    log.concluded("EN 319 102-1 §5.2.8.4.1", "sav.algorithms", signature.id, each.conclusion);
  }
  for (const TimestampResult* each : content_timestamps) {
    if (each->conclusion.is_passed()) {
      sharpen(result, each->facts->gen_time);
    }
  }
  result.elements = check_elements(facts, signature, log);
  conclude(result);
  if (result.issues.empty()) {
    result.conclusion = result.elements;
  }
  log.concluded("EN 319 102-1 §5.3.4", "basic", signature.id, result.conclusion);
  return result;
}

BasicResult validate_timestamp(const Case& facts, const TimestampFacts& timestamp, StepLog& log) {
  BasicResult result;
  if (Conclusion format = check_format(facts, timestamp.id, timestamp.pdf, timestamp.structure, log);
      !format.is_passed()) {
    result.crypto = verify_cryptographically(timestamp.id, timestamp.signer, &timestamp.imprint, log);
    return ended(result, worse_of(format, result.crypto));
  }
  if (Conclusion identified =
          identify_signer(facts, timestamp.id, timestamp.signer, facts.policy().timestamp_reference_absent, log);
      !identified.is_passed()) {
    result.crypto = verify_cryptographically(timestamp.id, timestamp.signer, &timestamp.imprint, log);
    return ended(result, worse_of(identified, result.crypto));
  }
  result.certificate = facts.certificate(*timestamp.signer.certificate);
  result.x509 = validate_x509(facts, *result.certificate, Role::timestamp, facts.now(), log);
  result.crypto = verify_cryptographically(timestamp.id, timestamp.signer, &timestamp.imprint, log);
  if (!result.crypto.is_passed()) {
    return ended(result, result.crypto);
  }
  if (result.x509.chain == nullptr) {
    return ended(result, result.x509.conclusion);
  }
  result.weak = find_weak_algorithms(facts, timestamp.id, timestamp.signer, &timestamp.imprint, facts.now());
  for (const Issue& each : result.weak) {
    log.concluded("EN 319 102-1 §5.2.8.4.1", "sav.algorithms", timestamp.id, each.conclusion);
  }
  for (const OldEvidence& each : result.x509.too_old) {
    add_finding(log, facts.policy().timestamp_freshness,
                {"revocation-not-fresh",
                 "EN 319 102-1 §5.2.5.4",
                 each.about->subject + ": " + to_rfc3339(each.data->this_update),
                 std::nullopt,
                 {}},
                timestamp.id);
  }
  conclude(result);
  log.concluded("EN 319 102-1 §5.4.4", "timestamp", timestamp.id, result.conclusion);
  return result;
}

}  // namespace rakkan::validation
