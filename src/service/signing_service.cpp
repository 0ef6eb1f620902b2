#include "rakkan/service/signing_service.hpp"

#include <utility>

#include "rakkan/access/refusals.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/credentials/credential.hpp"
#include "service/stored_evidence_cache.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {

SigningService::SigningService(std::unique_ptr<const UseCases> use_cases) noexcept : use_cases_(std::move(use_cases)) {}
SigningService::~SigningService() = default;

Result<crypto::DigestAlgorithm> SigningService::digest_algorithm(const access::Principal& principal,
                                                                 const CredentialId& credential) {
  const auto suite = use_cases_->credentials.suite(principal, credential);
  if (!suite) {
    use_cases_->refusals.add(suite.error().code, "sign_pdf", principal, credential);
    return fail(suite.error());
  }
  return (*suite)->digest;
}

Result<void> SigningService::forget_evidence(const access::Principal& principal, std::string_view subject,
                                             std::vector<Bytes> certificates) {
  for (const credentials::CredentialSummary& credential : use_cases_->credentials.list(principal)) {
    if (subject.empty() || credential.party.value() != subject) {
      continue;
    }
    for (const credentials::GenerationSummary& generation : credential.generations) {
      if (generation.certificate) {
        certificates.push_back(copy_of(generation.certificate->der()));
      }
    }
  }
  RAKKAN_CHECK(use_cases_->evidence.forget_about(certificates));
  use_cases_->augmenting.raising.evidence.forget();
  return {};
}

void SigningService::forget_expired_evidence() {
  use_cases_->evidence.forget_expired(use_cases_->making.clock.now());
  use_cases_->augmenting.raising.evidence.forget_expired();
}

}  // namespace rakkan::service
