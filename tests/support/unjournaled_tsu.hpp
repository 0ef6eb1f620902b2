// Makes tokens of a unit without recording them in a journal, from request to signature in one go. No program may do
// so.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::test {

[[nodiscard]] inline Result<Bytes> issue_der(tsp::Tsu& unit, const tsp::TimestampRequest& request) {
  RAKKAN_TRY(const tsp::UnsignedToken token, unit.prepare(request));
  RAKKAN_TRY(const Bytes signature, unit.sign(token));
  return unit.complete(token, signature);
}

// The token, its signature verified, or the error whose row names the failInfo.
[[nodiscard]] inline Result<tsp::TimestampToken> issue(tsp::Tsu& unit, const tsp::TimestampRequest& request) {
  RAKKAN_TRY(const Bytes der, issue_der(unit, request));
  return tsp::TimestampToken::parse(der);
}

// Answers a DER TimeStampReq with a DER TimeStampResp, whatever the request is.
[[nodiscard]] inline Bytes respond(tsp::Tsu& unit, ByteView request) {
  const Result<tsp::TimestampRequest> parsed = tsp::TimestampRequest::parse(request);
  const Result<Bytes> token = parsed ? issue_der(unit, *parsed) : Result<Bytes>(fail(parsed.error()));
  return token ? tsp::encode_granted(*token) : tsp::Tsu::reject(token.error());
}

}  // namespace rakkan::test
