// TrustSource is a place that says whom to trust, for what, and from when to when: a trust file (config::TrustFile), or
// certificates that somebody names. A trusted list (ETSI TS 119 612) would be one more: a service of the list is an
// anchor whose purpose follows from the type of the service, trusted from the moment at which its status was granted
// until that at which it was withdrawn. No list is read yet.
//
//   const config::TrustFile file("/etc/rakkan/trust.toml");
//   RAKKAN_TRY(const pki::TrustStore store, pki::united_trust({{file}, {another, {.signing = false}}}));
#pragma once

#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/trust_store.hpp"

namespace rakkan::pki {

class TrustSource {
 public:
  TrustSource() = default;
  TrustSource(const TrustSource&) = delete;
  TrustSource& operator=(const TrustSource&) = delete;
  virtual ~TrustSource() = default;

  // Reads the source as it is now. Fails with trust_file_invalid, malformed_certificate and the errors of what it reads
  // from, whose place names the source.
  [[nodiscard]] virtual Result<TrustStore> read() const = 0;
};

// A source, with what it may say.
struct AllowedSource {
  const TrustSource& source;
  Purposes allowed = {};
};

// The anchors and marks of all sources, for the purposes that they have and that their source may give; an anchor that
// none is left of is dropped. A certificate that comes twice has the purposes of both, and the other members of the
// first: one stretch of time, not two. Fails as the first source that cannot be read.
[[nodiscard]] Result<TrustStore> united_trust(const std::vector<AllowedSource>& sources);

}  // namespace rakkan::pki
