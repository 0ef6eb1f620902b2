// Rights of the endpoints of administrators: whether the caller owns the thing that it wants to change.
//
// The operator is a user of the machine who came over the server's Unix socket, and may change everything. An API key,
// whatever its scope, changes only what belongs to its tenant.
#pragma once

#include "api/context.hpp"
#include "rakkan/credentials/credential.hpp"

namespace rakkan::api {

[[nodiscard]] inline bool is_operator(const Request& request) noexcept { return principal_of(request).any_tenant; }

// The error operator_only, which is recorded; `what` says which act was refused.
[[nodiscard]] tl::unexpected<Error> only_for_operator(Context& context, const Request& request, std::string what,
                                                      std::string where = {});

// The credential that the path names, for a change: credential_unknown where the caller may not even see it,
// operator_only for a credential that everybody may see and only the operator may change.
[[nodiscard]] Result<credentials::CredentialSummary> credential_to_change(Context& context, const Request& request);

// A certificate in use, as everybody sees it.
[[nodiscard]] std::string describe(const pki::Certificate& certificate);
// A credential as its administrator sees it: with the place of its key and what is wrong with its certificate.
[[nodiscard]] std::string describe_whole(const credentials::CredentialSummary& credential);

// Runs fn on the pool for changes, one after another: a change that takes a token seconds delays no other request.
template <class Fn>
[[nodiscard]] async::Task<std::invoke_result_t<Fn>> change(Context& context, const Request& request, Fn fn) {
  co_return co_await async::run_on(context.changes, std::move(fn), request.deadline, request.owner());
}

}  // namespace rakkan::api
