// Reading certificates in PEM (RFC 7468 §5) or DER.
#include <string>

#include "rakkan/base/base64.hpp"
#include "rakkan/der/tag.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

Result<Certificate> parse_body(std::string_view body, std::size_t number) {
  const auto der = from_base64_lines(body);
  if (!der) {
    return fail(ErrorCode::malformed_certificate, "not Base64", "certificate " + std::to_string(number));
  }
  auto certificate = Certificate::parse(*der);
  if (!certificate) {
    Error error = std::move(certificate).error();
    error.where = "certificate " + std::to_string(number) + ", " + error.where;
    return fail(std::move(error));
  }
  return certificate;
}

}  // namespace

Result<std::vector<Certificate>> parse_certificates(ByteView pem_or_der) {
  std::vector<Certificate> certificates;
  if (!pem_or_der.empty() && pem_or_der.front() == static_cast<Byte>(der::Tag::sequence)) {
    RAKKAN_TRY(Certificate certificate, Certificate::parse(pem_or_der));
    certificates.push_back(std::move(certificate));
    return certificates;
  }
  // Text outside the boundaries and blocks with other labels are explanation (RFC 7468 §2, §5.2).
  std::string_view text = text_of(pem_or_der);
  for (std::size_t begin = text.find(kBegin); begin != std::string_view::npos; begin = text.find(kBegin)) {
    text.remove_prefix(begin + kBegin.size());
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos) {
      return fail(ErrorCode::malformed_certificate, "the end of a certificate is missing",
                  "certificate " + std::to_string(certificates.size() + 1));
    }
    RAKKAN_TRY(Certificate certificate, parse_body(text.substr(0, end), certificates.size() + 1));
    certificates.push_back(std::move(certificate));
    text.remove_prefix(end + kEnd.size());
  }
  if (certificates.empty()) {
    return fail(ErrorCode::malformed_certificate, "neither a certificate in PEM nor one in DER");
  }
  return certificates;
}

std::string to_pem(std::string_view label, ByteView der) {
  constexpr std::size_t kLineLength = 64;
  const std::string body = to_base64(der);
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < body.size(); at += kLineLength) {
    pem.append(body, at, kLineLength).append(1, '\n');
  }
  return pem + "-----END " + std::string(label) + "-----\n";
}

}  // namespace rakkan::pki
