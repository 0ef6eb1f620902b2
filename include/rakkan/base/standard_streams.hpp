// Standard input and output of a program, with every failure told.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// The name by which a command line means standard input, where a file is read, and standard output, where one is
// written. A file of that name is "./-".
inline constexpr std::string_view kStandardStream = "-";

// Writes all of it and hands it to the system, past every buffer of the program. output_unwritable: closed, full, or
// its reader has gone; a part of it may have been written.
[[nodiscard]] Result<void> write_standard_output(std::span<const ByteView> parts);
[[nodiscard]] Result<void> write_standard_output(std::string_view text);

// All of it, at most `limit` bytes: input_too_large; file_unreadable. It is read once: invalid_argument when something
// of this process has read it before.
[[nodiscard]] Result<Bytes> read_standard_input(std::uint64_t limit);
// The same for a secret, without one trailing line break.
[[nodiscard]] Result<SecureBytes> read_standard_input_secret();

}  // namespace rakkan
