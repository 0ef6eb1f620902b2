#include "rakkan/service/signing_service.hpp"

#include <utility>

#include "rakkan/access/refusals.hpp"
#include "rakkan/credentials/credential.hpp"
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

}  // namespace rakkan::service
