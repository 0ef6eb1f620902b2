// The members and header fields of answers about a signature.
#pragma once

#include <optional>
#include <string>

#include "api/http_names.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {

inline constexpr std::string_view kTailType = "application/vnd.rakkan.tail";

// Adds Rakkan-Signature-Id, Rakkan-Audit-Intent and Rakkan-Audit-Outcome.
void add_signature_headers(Response& response, const service::StoredSignature& stored);
// Adds Rakkan-Audit-Proof to an answer that is not JSON, when the proof was asked for.
void add_proof_header(Response& response, bool wanted, const std::optional<std::string>& proof);

// The JSON of a signature that is not complete yet.
[[nodiscard]] json::ObjectWriter describe(const service::PendingSignature& pending);
// The members that every JSON answer has.
[[nodiscard]] json::ObjectWriter describe(const service::StoredSignature& stored);
// The answer of /v1/cms and of a line of a batch; `proof` as a member when it was wanted.
[[nodiscard]] std::string describe_cms(const service::StoredSignature& stored, bool proof_wanted,
                                       const std::optional<std::string>& proof);

}  // namespace rakkan::api
