// Text from documents for a terminal: characters that act on the terminal or on the order of what is read are shown as
// such, so that a document cannot write a verdict of its own, hide a part of a name or turn it round.
#pragma once

#include <string>
#include <string_view>

namespace rakkan::cli {

// The text with control characters, bidirectional controls, line and paragraph separators, invisible characters and
// tags written as "<U+202E>", and bytes that are no UTF-8 as U+FFFD.
[[nodiscard]] std::string visible(std::string_view text);

// JSON text with the same characters beyond ASCII as escapes of JSON ("\u202e"): equal for every reader of JSON, and
// harmless on a terminal.
[[nodiscard]] std::string escaped_json(std::string_view json);

}  // namespace rakkan::cli
