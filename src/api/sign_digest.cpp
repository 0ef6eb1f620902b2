#include "api/sign_digest.hpp"

#include "api/once.hpp"

namespace rakkan::api {

async::Task<Result<DigestSigned>> sign_digest(Context& context, const Request& request, SigningParameters parameters,
                                              std::optional<std::string> key) {
  RAKKAN_CO_CHECK(check_still_stands(context, request));  // a line of a batch may be begun long after its request
  service::SigningService& signing = context.environment.signing;
  std::string what = parameters.canonical();
  what += crypto::info(parameters.digest->algorithm()).name;
  Bytes digest = copy_of(parameters.digest->view());
  RAKKAN_CO_TRY(const Once once,
                co_await Once::claim(context, request, std::move(key), std::move(what), std::move(digest)));
  if (once.replay() != nullptr) {
    RAKKAN_CO_TRY(service::StoredSignature stored,
                  co_await signing.find_signature(principal_of(request), once.replay()->signature));
    co_return DigestSigned{std::move(stored), true};
  }
  service::SignHashCommand command{principal_of(request),     parameters.credential, parameters.type,
                                   parameters.level,          *parameters.digest,    std::move(parameters.consent),
                                   std::move(parameters.tsa), request.deadline,      once.claimed()};
  RAKKAN_CO_TRY(service::SignedDigest made, co_await signing.sign_hash(std::move(command)));
  co_return DigestSigned{std::move(made.stored), false};
}

}  // namespace rakkan::api
