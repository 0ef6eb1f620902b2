// TrustAnchor is a certificate that the user trusts by decision (RFC 5280 §6.1.1 d): its name and its key count, its
// own signature, validity period and extensions do not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/time.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// The uses of chains to an anchor: documents' signatures, timestamp tokens, revocation data of responders and
// CRL issuers with a chain of their own.
enum class TrustPurpose : std::uint8_t { signing, timestamping, revocation };

[[nodiscard]] std::string_view to_string(TrustPurpose purpose) noexcept;  // "signing"

struct Purposes {
  bool signing = true;
  bool timestamping = true;
  bool revocation = true;

  [[nodiscard]] constexpr bool contains(TrustPurpose purpose) const noexcept {
    switch (purpose) {
      case TrustPurpose::signing:
        return signing;
      case TrustPurpose::timestamping:
        return timestamping;
      case TrustPurpose::revocation:
        return revocation;
    }
    return false;
  }
  friend bool operator==(const Purposes&, const Purposes&) = default;
};

// The accreditation or designation of a service (of a time-stamping authority, say) with the stretch of time that it
// holds for; both ends are inclusive, a missing one is open.
struct Accreditation {
  std::string number;
  std::optional<Instant> from;
  std::optional<Instant> to;

  [[nodiscard]] bool holds_at(Instant time) const noexcept { return (!from || *from <= time) && (!to || time <= *to); }
  friend bool operator==(const Accreditation&, const Accreditation&) = default;
};

struct TrustAnchor {
  Certificate certificate;
  std::string label = {};  // the user's own word for it; may be empty
  Purposes purposes = {};
  std::optional<Accreditation> accreditation = {};
  // The first and the last moment at which the anchor is trusted (EN 319 102-1 §5.2.6); nothing: without beginning or
  // end.
  std::optional<Instant> from = {};
  std::optional<Instant> sunset = {};
  // The anchor's certificates are the operator's own: a signature below it is the operator's (立会人型).
  bool is_operator = false;

  friend bool operator==(const TrustAnchor&, const TrustAnchor&) = default;
};

}  // namespace rakkan::pki
