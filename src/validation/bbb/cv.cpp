#include "validation/bbb/cv.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;

constexpr const char* kClause = "EN 319 102-1 §5.2.7.4";

Conclusion check_digest(const DigestFact& digest) {
  switch (digest.match) {
    case Match::match:
      return {};
    case Match::mismatch:
      return failed(hash_failure, digest.what + " is not the digest of the data");
    case Match::not_found:
      break;
  }
  return indeterminate(signed_data_not_found, "the data of " + digest.what + " are not there");
}

Conclusion check_signature(const SignerFacts& signer) {
  switch (signer.signature) {
    case Check::good:
      return {};
    case Check::bad:
      return failed(sig_crypto_failure, "the signature value does not verify");
    case Check::unsupported:
      // Not …_NO_POE: no proof of existence makes an algorithm verifiable.
      return indeterminate(crypto_constraints_failure,
                           "the algorithm cannot be verified here: " + signer.algorithm.name);
    case Check::not_checked:
      break;
  }
  return indeterminate(no_signing_certificate_found, "there was no key to verify the signature with");
}

Conclusion verify(const SignerFacts& signer, const DigestFact* imprint) {
  if (signer.digests.empty() && imprint == nullptr) {
    return failed(format_failure, "nothing is bound to the signature");
  }
  // A digest that does not match says more than data that are not there.
  Conclusion result;
  const auto take = [&](const DigestFact& digest) {
    Conclusion each = check_digest(digest);
    if (static_cast<int>(each.indication) > static_cast<int>(result.indication)) {
      result = std::move(each);
    }
  };
  for (const DigestFact& each : signer.digests) {
    take(each);
  }
  if (imprint != nullptr) {
    take(*imprint);
  }
  return result.is_passed() ? check_signature(signer) : result;
}

}  // namespace

Conclusion verify_cryptographically(const Id& object, const SignerFacts& signer, const DigestFact* imprint,
                                    StepLog& log) {
  Conclusion result = verify(signer, imprint);
  log.concluded(kClause, "cv", object, result);
  return result;
}

}  // namespace rakkan::validation
