#include "rakkan/cms/certificate_bundle.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cms/encoding.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Tag;

// Labels of a CMS message in PEM (RFC 7468 §8, §9), and that of older programs.
constexpr std::array<std::string_view, 3> kCmsLabels = {"CMS", "PKCS7", "PKCS #7 SIGNED DATA"};

// A ContentInfo begins with its contentType, a certificate with another SEQUENCE. The length of the outer SEQUENCE
// takes one octet, or as many more as that says.
bool is_content_info(ByteView answer) noexcept {
  if (answer.size() < 2 || answer[0] != static_cast<Byte>(Tag::sequence)) {
    return false;
  }
  const std::size_t header = 2 + (answer[1] >= 0x80 ? answer[1] & 0x7FU : 0U);
  return answer.size() > header && answer[header] == static_cast<Byte>(Tag::oid);
}

Result<std::vector<pki::Certificate>> from_message(ByteView ber) {
  const auto der = der::from_ber(ber);
  if (!der) {
    return malformed_as(ErrorCode::malformed_cms, der.error());
  }
  RAKKAN_TRY(const SignedData data, SignedData::parse(*der));
  std::vector<pki::Certificate> certificates;
  for (const ByteView encoding : data.certificates()) {
    if (auto certificate = pki::Certificate::parse(encoding)) {
      certificates.push_back(*std::move(certificate));
    }
  }
  if (certificates.empty()) {
    return fail(ErrorCode::malformed_certificate, "a CMS message without a certificate that can be read");
  }
  return certificates;
}

// The octets of the first CMS message in PEM; nothing when there is none.
std::optional<Bytes> message_in_pem(std::string_view text) {
  for (const std::string_view label : kCmsLabels) {
    const std::string begin = "-----BEGIN " + std::string(label) + "-----";
    const std::size_t start = text.find(begin);
    if (start != std::string_view::npos) {
      const std::string_view body = text.substr(start + begin.size());
      return from_base64_lines(body.substr(0, body.find("-----END ")));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<pki::Certificate>> parse_certificate_bundle(ByteView answer) {
  if (is_content_info(answer)) {
    return from_message(answer);
  }
  if (const auto message = message_in_pem(text_of(answer))) {
    return from_message(*message);
  }
  return pki::parse_certificates(answer);
}

}  // namespace rakkan::cms
