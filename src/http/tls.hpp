// The server's side of TLS: 1.2 and 1.3, a certificate with its key, and on demand certificates of callers.
#pragma once

#include "http/stream.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/http/options.hpp"

namespace rakkan::http {

// Reads the files. Null without TLS. configuration_invalid, with the file in `where`, for a file that is missing or
// unfit, or a key that is another certificate's or readable by everybody.
[[nodiscard]] Result<TlsContext> load_tls(const TlsOptions& options);

}  // namespace rakkan::http
