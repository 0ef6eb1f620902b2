// What `sign` and `cms` send to a server: the `request` of the HTTP API as JSON text. PIN and activation token stay in
// memory that is wiped.
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

  // The JSON text in pieces; views into this.
  [[nodiscard]] std::vector<ByteView> pieces() const;

 private:
  std::string head_;  // without the closing brace
  std::string instruction_;
  SecureBytes secrets_;
};

// `,"name":"value"` with the value escaped (RFC 8259 §7).
[[nodiscard]] SecureBytes secret_member(std::string_view name, const SecureBytes& value);

// multipart/form-data (RFC 7578): `request`, then `document`.
class SigningForm {
 public:
  // internal: no randomness for the boundary.
  [[nodiscard]] static Result<SigningForm> make();
  [[nodiscard]] std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  // The whole body; views into this, the request and the document.
  [[nodiscard]] std::vector<ByteView> pieces(const SigningRequest& request, ByteView document) const;

 private:
  explicit SigningForm(std::string boundary);

  std::string boundary_;
  std::string before_request_;
  std::string before_document_;
  std::string end_;
};

}  // namespace rakkan::cli
