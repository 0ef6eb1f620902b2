// Reporting an error on a terminal: one form for `rakkan` and `rakkand`, as text and as JSON, in the words of the one
// error table and with the types of the HTTP problem documents (RFC 9457).
//
//   rakkan: The configuration is not valid: must be a duration (rakkan.toml:3: http.timeouts.idle)
//   [configuration-invalid]
//
//   {"error":{"type":"/problems/configuration-invalid","title":"…","title_en":"…","title_ja":"…",
//             "code":"configuration-invalid","detail":"…","retryable":false,"where":"rakkan.toml:3: …"}}
#pragma once

#include <string>
#include <string_view>

#include "rakkan/base/error.hpp"
#include "rakkan/console/language.hpp"

namespace rakkan::console {

// The error as one JSON object: type, title, title_en, title_ja, code, detail, retryable; where, retry_after_ms and
// causes when there are any. `title` is in `language`; for Japanese the object also has `detail_ja` when the detail has
// a translation.
[[nodiscard]] std::string to_json(const Error& error, Language language);

// The error as text: the line "program: title: detail (where) [code]", and a line for each cause.
[[nodiscard]] std::string to_text(std::string_view program, const Error& error, Language language);

// Reports the error in the language of the environment: the text on standard error and, when JSON was asked for, the
// document {"error": …} on standard output. Returns the exit status of the error.
int report(std::string_view program, const Error& error, bool json);

// A detail in Japanese; nothing for one without a translation.
[[nodiscard]] std::string japanese(std::string_view detail);

}  // namespace rakkan::console
