// The policies that are compiled in: the files of src/validation/policies.
#pragma once

#include <string_view>

namespace rakkan::validation {

[[nodiscard]] std::string_view rakkan_policy_text() noexcept;
[[nodiscard]] std::string_view compare_pyhanko_policy_text() noexcept;
[[nodiscard]] std::string_view compare_dss_policy_text() noexcept;

}  // namespace rakkan::validation
