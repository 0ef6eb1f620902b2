// Judgements in this process beside OpenSSL's verification and the document's digest.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace rakkan::bench {

// For each kind of key a small document at B-B and at B-LTA; for RSA-2048 larger ones as well.
void in_process(const Options& options, Report& report);

}  // namespace rakkan::bench
