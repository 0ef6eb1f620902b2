#include "cli/certificate_facts.hpp"

#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {

boost::json::object certificate_facts(const pki::Certificate& certificate) {
  return {{"subject", certificate.subject().text()},
          {"issuer", certificate.issuer().text()},
          {"serial_number", to_hex(certificate.serial_number())},
          {"not_before", to_rfc3339(certificate.validity().not_before)},
          {"not_after", to_rfc3339(certificate.validity().not_after)},
          {"sha256", to_hex(certificate.fingerprint().view())}};
}

std::string printable(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte < 0x20 || byte == 0x7F) {
      shown += kReplacement;
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // U+0080 to U+009F
      shown += kReplacement;
      ++i;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

}  // namespace rakkan::cli
