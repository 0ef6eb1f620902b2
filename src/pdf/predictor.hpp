#pragma once

#include "pdf/filters.hpp"

namespace rakkan::pdf {

// Undoes the TIFF (2) and PNG (10 to 15) predictors (ISO 32000-2 §7.4.4.4); 1 changes nothing. Fails with
// pdf_malformed.
[[nodiscard]] Result<Bytes> undo_predictor(Bytes data, const FilterParameters& parameters);

}  // namespace rakkan::pdf
