// DocumentForm is a body of multipart/form-data (RFC 7578) with the part `document`, and the part `request` before it
// where the endpoint has one.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::cli {

class DocumentForm {
 public:
  // Makes a form with a random boundary. internal when there is no randomness.
  [[nodiscard]] static Result<DocumentForm> make();
  [[nodiscard]] std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  // The whole body in pieces, which view the form, the request's JSON text (itself in pieces) and the document.
  [[nodiscard]] std::vector<ByteView> pieces(const std::vector<ByteView>& request, ByteView document) const;
  [[nodiscard]] std::vector<ByteView> pieces(ByteView document) const;

 private:
  explicit DocumentForm(std::string boundary);

  std::string boundary_;
  std::string before_request_;
  std::string before_document_;
  std::string end_;
};

}  // namespace rakkan::cli
