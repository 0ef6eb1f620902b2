// SigningRequest is the request that `sign` and `cms` send to a server: the `request` of the HTTP API as JSON text. PIN
// and activation token stay in memory that is wiped.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "cli/signing_options.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::cli {

class SigningRequest {
 public:
  // `more` are members beside those that both commands have.
  SigningRequest(const SigningOptions& options, const SigningInputs& inputs, boost::json::object more);

  // The JSON text in pieces, which view the SigningRequest.
  [[nodiscard]] std::vector<ByteView> pieces() const;

 private:
  std::string head_;  // the JSON text without the closing brace and the secrets
  std::string instruction_;
  SecureBytes secrets_;
};

// The member `,"name":"value"` with the value escaped (RFC 8259 §7).
[[nodiscard]] SecureBytes secret_member(std::string_view name, const SecureBytes& value);

}  // namespace rakkan::cli
