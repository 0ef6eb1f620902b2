// Preferences of a caller: media types and languages with qualities (RFC 9110 §12.4.2, §12.5.1, §12.5.4), and how long
// it waits (RFC 7240 §4.3).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::http {

// The first of `offered` with the highest quality; nothing when none is acceptable.
[[nodiscard]] std::optional<std::string_view> preferred_media_type(std::string_view accept,
                                                                   std::span<const std::string_view> offered);
// The language of an Accept-Language: Japanese when it is preferred to English.
[[nodiscard]] Language preferred_language(std::string_view accept_language) noexcept;
// The preference "wait=10" in a Prefer field; nothing when there is none or it is not a number of seconds.
[[nodiscard]] std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer) noexcept;

}  // namespace rakkan::http
