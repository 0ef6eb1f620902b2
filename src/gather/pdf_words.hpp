// The words of pades and pdf for coverage, changes and faults, as validation has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rakkan/pades/coverage.hpp"
#include "rakkan/pades/modification.hpp"
#include "rakkan/pdf/history.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

inline constexpr std::string_view kSignatureClause = "ISO 32000-2 §12.8.1";

// Revisions are counted from 1, their indices from 0.
[[nodiscard]] std::uint32_t number_of(std::size_t revision) noexcept;
[[nodiscard]] std::string object_name(std::uint32_t number);  // "12 0 obj"; empty for 0

[[nodiscard]] validation::Coverage coverage_of(pades::CoverageClass coverage) noexcept;
[[nodiscard]] validation::ModificationLevel level_of(pades::ModificationLevel level) noexcept;
[[nodiscard]] validation::Permission permission_of(const std::optional<int>& doc_mdp) noexcept;

// The codes of policies (src/validation/policies).
[[nodiscard]] const char* code_of(pades::CoverageFault fault) noexcept;
[[nodiscard]] const char* code_of(pdf::StructureFault fault) noexcept;

}  // namespace rakkan::gather
