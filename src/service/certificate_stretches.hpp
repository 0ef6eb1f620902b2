// Where the certificates stand in what is kept of a signature, so that the store has each of them once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/store/shared_certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::service {

using CertificateStretches = std::vector<store::CertificateStretch>;

using SharedCertificates = std::vector<std::shared_ptr<const store::SharedCertificate>>;

// In a CMS that embeds the certificates `own`: these, then those of its timestamp, in their order.
[[nodiscard]] CertificateStretches find_certificates(ByteView cms, const SharedCertificates& own,
                                                     const std::optional<tsp::TimestampToken>& token);

// The same in a tail that has the CMS as hex digits, of which the first is at `first_digit`.
[[nodiscard]] CertificateStretches in_hex(CertificateStretches stretches, std::uint64_t first_digit);

}  // namespace rakkan::service
