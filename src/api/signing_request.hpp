// Reading the JSON `request` of a signing call into SigningParameters, which is everything but the caller; an error
// names the member that is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/wiped_bytes.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/service/signing_request.hpp"

namespace rakkan::api {

struct SigningParameters : service::SigningRequest {
  service::FieldChoice field;            // in a request for a document
  std::optional<crypto::Digest> digest;  // in a request for a digest

  // A text that is equal for two requests with the same values, however their JSON is spelled: it has all members but
  // PIN and activation.
  [[nodiscard]] std::string canonical() const;
};

// malformed_json, invalid_request with the member in `where`. The text is overwritten: it may hold a PIN.
[[nodiscard]] Result<SigningParameters> read_document_request(WipedBytes json);
[[nodiscard]] Result<SigningParameters> read_digest_request(WipedBytes json);

// A line of a batch: a request for a digest, with two members of its own.
struct BatchLine {
  std::optional<std::string> reference;
  std::optional<std::string> idempotency_key;
  SigningParameters parameters;
};
[[nodiscard]] Result<BatchLine> read_batch_line(WipedBytes json);

[[nodiscard]] Result<crypto::Digest> read_digest(json::Members digest);

}  // namespace rakkan::api
