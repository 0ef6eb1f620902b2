// Builds the described PKI in a folder: SoftHSM tokens with the keys, certificates and CRLs signed by the keys inside
// them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::certs {

inline constexpr std::string_view kDefaultAuthority = "http://127.0.0.1:8889";

// The content of `folder` afterwards:
//   softhsm2.conf, tokens/             hsm/softhsm.hpp; the labels of token and key are the certificate's name
//   pins/NAME.pin, so-pins/NAME.pin    random, readable by the owner alone
//   certificates/NAME.pem              the certificate; NAME.chain.pem with its issuers' behind it, up to the root's
//   trust/root-ca.pem                  the trust anchor; trust/trust.toml: a trust file with it
//   authority.toml                     the settings with which Rakkan asks the PKI's authority, for its configuration
//   crls/root-ca.crl, issuing-ca.crl   DER; the same as .pem
//   listing.json                       all of it for programs
// The certificates name CRLs, an OCSP responder and their issuers' certificates at `authority`, where
// rakkan-dev-authority answers; configuration_invalid unless that is on loopback. The folder may be moved and copied as
// a whole. Sets SOFTHSM2_CONF in the environment of the process; to be called before SoftHSM is loaded and before
// threads start. Fails with already_exists when the folder holds a PKI, and as files, tokens and certificates fail.
[[nodiscard]] Result<void> build_development_pki(const std::filesystem::path& folder, Instant now, RandomSource& random,
                                                 const std::string& authority = std::string(kDefaultAuthority));

}  // namespace rakkan::certs
