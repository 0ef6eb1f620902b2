#include "gather/pdf_signature.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace rakkan::gather {
namespace {

using Format = PdfSignatureFormat;

Format format_of(std::string_view sub_filter) noexcept {
  constexpr std::array kFormats{
      std::pair{std::string_view("ETSI.CAdES.detached"), Format::cades},
      std::pair{std::string_view("adbe.pkcs7.detached"), Format::pkcs7_detached},
      std::pair{std::string_view("adbe.pkcs7.sha1"), Format::pkcs7_sha1},
      std::pair{std::string_view("adbe.x509.rsa_sha1"), Format::rsa_sha1},
      std::pair{std::string_view("ETSI.RFC3161"), Format::timestamp},
  };
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& row) { return row.first == sub_filter; });
  return found == kFormats.end() ? Format::unknown : found->second;
}

void read_token(PdfSignature& one, const std::string& place, Gathering& into) {
  auto token = tsp::TokenMessage::read(one.found.contents);
  if (!token) {
    one.unreadable = token.error().detail;
    return;
  }
  one.token = *std::move(token);
  one.evidence = into.take(one.token->message(), true, place);
}

void read_message(PdfSignature& one, const std::string& place, Gathering& into) {
  auto message = cms::Message::read(one.found.contents);
  if (!message) {
    one.unreadable = message.error().detail;
    return;
  }
  one.message = *std::move(message);
  one.evidence = into.take(*one.message, false, place);
  one.in_tokens = into.take_tokens(*one.message, place);
}

}  // namespace

const char* name_of(PdfSignatureFormat format) noexcept {
  switch (format) {
    case Format::cades:
      return "PAdES";
    case Format::pkcs7_detached:
    case Format::pkcs7_sha1:
      return "PKCS#7";
    case Format::rsa_sha1:
      return "PKCS#1";
    case Format::timestamp:
      return "RFC 3161";
    case Format::unknown:
      return "unknown";
  }
  return "unknown";
}

PdfSignature read_signature(pades::FileSignature found, Gathering& into) {
  PdfSignature one;
  one.format = format_of(found.signature.sub_filter);
  one.found = std::move(found);
  const std::string place = "signature " + one.found.signature.field_name;
  if (one.is_timestamp()) {
    read_token(one, place, into);
  } else if (one.format != Format::rsa_sha1) {
    read_message(one, place, into);
  }
  return one;
}

}  // namespace rakkan::gather
