// DevelopmentAuthority is the service of the development PKI's authorities: what stands behind the URLs in their
// certificates. Development only: it has the authorities' keys, and answers on loopback.
//
//   /crls/root-ca.crl  /crls/issuing-ca.crl            CRLs, made when they are asked for
//   /certificates/root-ca.cer  /certificates/issuing-ca.cer   the authorities' certificates (AIA), DER
//   /ocsp                                              OCSP by POST, and by GET /ocsp/BASE64 (RFC 6960 appendix A)
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "status_authority.hpp"

namespace rakkan::certs {

class DevelopmentAuthority {
 public:
  // Opens the tokens of the authorities and of the responder in a folder that build_development_pki made. Sets
  // SOFTHSM2_CONF, and is called before SoftHSM is loaded and before threads start. file_unreadable,
  // configuration_invalid (a listing that is none, a URL that is not of loopback), hsm_ codes.
  [[nodiscard]] static Result<std::unique_ptr<DevelopmentAuthority>> open(const std::filesystem::path& folder);

  // The origin that the certificates name: "http://127.0.0.1:8889".
  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

  struct Answer {
    unsigned status = 200;
    std::string_view media_type;
    Bytes body;
  };
  // Answers a request for that path (percent-encoded), without a query. `post` is the body of a POST; nothing: a GET.
  // Signs in a token: for a thread that may block. hsm_ codes.
  [[nodiscard]] Result<Answer> answer(std::string_view path, std::optional<ByteView> post, Instant now);

 private:
  DevelopmentAuthority() = default;
  std::string origin_;
  std::map<std::string, std::unique_ptr<StatusAuthority>, std::less<>> authorities_;  // by name
  std::map<std::string, Bytes, std::less<>> certificates_;                            // DER, by name
};

// LoopbackOrigin is where a development authority may be: http on a literal loopback address, with a port and nothing
// behind it, since it is for this machine alone. configuration_invalid for any other URL.
struct LoopbackOrigin {
  std::string address;
  std::uint16_t port = 0;
  [[nodiscard]] static Result<LoopbackOrigin> parse(std::string_view url);
};

}  // namespace rakkan::certs
