#include "cli/document_form.hpp"

#include <array>
#include <utility>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace rakkan::cli {

Result<DocumentForm> DocumentForm::make() {
  std::array<Byte, 16> random{};
  crypto::SystemRandom source;
  RAKKAN_CHECK(source.fill(random));
  return DocumentForm("rakkan-" + to_hex(random));
}

DocumentForm::DocumentForm(std::string boundary)
    : boundary_(std::move(boundary)),
      before_request_("--" + boundary_ +
                      "\r\nContent-Disposition: form-data; name=\"request\"\r\nContent-Type: application/json\r\n\r\n"),
      before_document_("--" + boundary_ +
                       "\r\nContent-Disposition: form-data; name=\"document\"; filename=\"document.pdf\"\r\n"
                       "Content-Type: application/pdf\r\n\r\n"),
      end_("\r\n--" + boundary_ + "--\r\n") {}

std::vector<ByteView> DocumentForm::pieces(const std::vector<ByteView>& request, ByteView document) const {
  constexpr std::string_view kBetween = "\r\n";
  std::vector<ByteView> body{bytes_of(before_request_)};
  body.insert(body.end(), request.begin(), request.end());
  body.push_back(bytes_of(kBetween));
  const std::vector<ByteView> rest = pieces(document);
  body.insert(body.end(), rest.begin(), rest.end());
  return body;
}

std::vector<ByteView> DocumentForm::pieces(ByteView document) const {
  return {bytes_of(before_document_), document, bytes_of(end_)};
}

}  // namespace rakkan::cli
