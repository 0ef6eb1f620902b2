// A signature field's seed value dictionary and lock (ISO 32000-2 §12.7.5.5, tables 236 and 237).
#pragma once

#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::pades {

// SignatureTraits are the properties of the future signature that a seed value may demand.
struct SignatureTraits {
  std::string_view filter;
  std::string_view sub_filter;
  std::string_view reason;  // UTF-8
  crypto::DigestAlgorithm digest_algorithm;
  bool timestamped;
};

// Checks the required constraints (the /Ff bits); merely recommended ones are left aside. Fails with
// pdf_seed_value_unmet, also for a required constraint that cannot be judged here (/Cert: the certificate is not known
// when the revision is prepared).
[[nodiscard]] Result<void> check_seed_value(const pdf::Document& document, pdf::Value seed_value,
                                            const SignatureTraits& traits);

}  // namespace rakkan::pades
