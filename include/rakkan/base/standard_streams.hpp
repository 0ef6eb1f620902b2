// Reading standard input and writing standard output, with every failure reported.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// The argument by which a command line means standard input, where a file is read, or standard output, where one is
// written. A file of that name is written "./-".
inline constexpr std::string_view kStandardStream = "-";

// Writes all parts to standard output and hands them to the system, past every buffer of the program.
// output_unwritable: standard output is closed or full, or its reader has gone; a part may have been written.
[[nodiscard]] Result<void> write_standard_output(std::span<const ByteView> parts);
[[nodiscard]] Result<void> write_standard_output(std::string_view text);

// Reads standard input to its end, at most `limit` bytes. input_too_large, file_unreadable; invalid_argument when this
// process has read it before, since it can be read only once.
[[nodiscard]] Result<Bytes> read_standard_input(std::uint64_t limit);
// The same for a secret, without one trailing line break.
[[nodiscard]] Result<SecureBytes> read_standard_input_secret();

}  // namespace rakkan
