// Parsers of the names in cRLDistributionPoints and issuingDistributionPoint. Every function fails with malformed_der.
#pragma once

#include <vector>

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/distribution_point.hpp"

namespace rakkan::pki {

// GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName (RFC 5280 §4.2.1.6), whose content `names` reads: of each name
// its complete encoding.
[[nodiscard]] Result<std::vector<ByteView>> parse_general_names(der::Reader names);
// The Name of the first directoryName [4]; nothing when there is none.
[[nodiscard]] Result<std::optional<Name>> directory_name(const std::vector<ByteView>& names);

// A DistributionPointName tagged [0] EXPLICIT, as a CHOICE is; nothing when the next element is another one.
[[nodiscard]] Result<std::optional<DistributionPointName>> parse_distribution_point_name(der::Reader& reader);
// ReasonFlags tagged [number] IMPLICIT; nothing when the next element is another one.
[[nodiscard]] Result<std::optional<ReasonFlags>> parse_reason_flags(der::Reader& reader, unsigned number);
// CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint, the content of extnValue.
[[nodiscard]] Result<std::vector<DistributionPoint>> parse_distribution_points(ByteView value);

}  // namespace rakkan::pki
