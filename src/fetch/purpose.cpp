#include "rakkan/fetch/exchange.hpp"

namespace rakkan::fetch {
namespace {

constexpr std::size_t kLongestName = 200;  // bytes

std::string_view noun(ExchangeKind kind) noexcept {
  switch (kind) {
    case ExchangeKind::timestamp:
      return "timestamp";
    case ExchangeKind::ocsp:
      return "OCSP response";
    case ExchangeKind::crl:
      return "CRL";
    case ExchangeKind::certificates:
      return "issuer's certificates";
  }
  return {};
}

// A name from a certificate reaches logs and terminals: it is cut, and what is no printable text is replaced.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, kLongestName));
  while (text.size() > kLongestName && !result.empty() &&
         (static_cast<unsigned char>(result.back()) & 0xC0U) == 0x80U) {
    result.pop_back();  // a character that was cut in two
  }
  for (char& c : result) {
    c = static_cast<unsigned char>(c) < ' ' || c == '\x7F' ? '?' : c;
  }
  return result;
}

}  // namespace

std::string describe(const ExchangePurpose& purpose) {
  std::string text(noun(purpose.kind));
  if (!purpose.subject.empty()) {
    text += " for " + printable(purpose.subject);
  }
  if (!purpose.issuer.empty()) {
    text += (purpose.subject.empty() ? " of the issuer " : ", issued by ") + printable(purpose.issuer);
  }
  if (!purpose.role.empty()) {
    text += " (" + printable(purpose.role) + ")";
  }
  return text;
}

}  // namespace rakkan::fetch
