// The endpoints of the API; each is defined in a file of its own. The table in api.cpp gives them their routes.
#pragma once

#include "api/audit_parameters.hpp"
#include "api/context.hpp"

namespace rakkan::api {

// Names of query parameters, for the routes that declare them and the endpoints that read them.
inline constexpr std::string_view kProofParameter = "proof";
inline constexpr std::string_view kCredentialParameter = "credential";
inline constexpr std::string_view kFromParameter = "from";
inline constexpr std::string_view kToParameter = "to";
inline constexpr std::string_view kDocumentDigestParameter = "document_digest";
inline constexpr std::string_view kOrderParameter = "order";
inline constexpr std::string_view kLimitParameter = "limit";
inline constexpr std::string_view kCursorParameter = "cursor";
inline constexpr std::string_view kChainParameter = "chain";
inline constexpr std::string_view kAtParameter = "at";

inline constexpr std::uint64_t kLargestCertificateFile = 1UL << 20;  // bytes
inline constexpr std::uint64_t kLargestErasure = 1UL << 20;          // bytes of an erasure's request

[[nodiscard]] async::Task<Result<Response>> post_signatures(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_signatures(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_signature(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_pending_signatures(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_finish(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_abandon(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_augmentations(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_evidence_check(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_evidence(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_cms(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_cms_batch(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_activations(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> delete_activation(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_tsa(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_audit_proof(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_audit_checkpoint(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_credentials(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_credential(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_credentials(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_adopted_credential(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_rotate(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_csr(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_certificate(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_disable(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_pin(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> put_pin(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_pin_code(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> delete_pin_code(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_pin_reset(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_erasure(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_backup(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_tenants(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_keys(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> post_keys(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> delete_key(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_health(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_readiness(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_index(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_version(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_openapi(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_openapi_yaml(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_problem(Context& context, Request& request);
[[nodiscard]] async::Task<Result<Response>> get_metrics(Context& context, Request& request);

}  // namespace rakkan::api
