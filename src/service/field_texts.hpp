// Texts of the signature dictionary (ISO 32000-2 §12.8.1, Table 255) for the two signature types.
#pragma once

#include <string>

#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"

namespace rakkan::service {

// 立会人型: /Name is the operator, /Reason says on whose instruction, with envelope, authentication and the caller's
// own words after it. 当事者型: /Name is the certificate's common name, /Reason the caller's or "合意 / Agreed". /M is
// the time at which the signature was authorized.
[[nodiscard]] pades::SignatureFieldSpec field_spec(const Authorization& grant, const FieldChoice& choice,
                                                   const WitnessTexts& witness);

}  // namespace rakkan::service
