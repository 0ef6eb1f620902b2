// The facts of a certificate that commands show, in one form for all commands.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "rakkan/pki/certificate.hpp"

namespace rakkan::cli {

// An object with subject, issuer, serial_number, not_before, not_after and sha256.
[[nodiscard]] boost::json::object certificate_facts(const pki::Certificate& certificate);

// Text from a file of unknown origin, made safe for a terminal: control characters, which could move the cursor or hide
// lines, become U+FFFD. The text is UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace rakkan::cli
