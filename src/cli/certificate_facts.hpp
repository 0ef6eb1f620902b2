// The facts of a certificate that commands show, in one form everywhere.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "rakkan/pki/certificate.hpp"

namespace rakkan::cli {

// {"subject", "issuer", "serial_number", "not_before", "not_after", "sha256"}
[[nodiscard]] boost::json::object certificate_facts(const pki::Certificate& certificate);

// Text out of a file that somebody else made, for a terminal: control characters, which could move the cursor or hide
// lines, become U+FFFD. The text is UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace rakkan::cli
