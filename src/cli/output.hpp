// The output of the command line: facts go to stdout (to stderr when a document goes to stdout), errors to stderr (with
// --json also to stdout, as one JSON document), progress and warnings to stderr. No other code of the command line
// writes to the two streams, but for the question of `init`.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "cli/command.hpp"
#include "rakkan/base/error.hpp"

namespace rakkan::cli {

// The error in the one form of both programs (console/error_report.hpp).
[[nodiscard]] boost::json::object to_json(const Error& error);

// Gives out a command's documents, then its facts. When one of them cannot be written, the command is taken back where
// that is possible, and has failed: output_unwritable, file_unwritable, invalid_argument.
[[nodiscard]] Result<void> deliver(const Outcome& outcome, bool json);

// Reports the error in that form; returns its exit code.
int print(const Error& error, bool json);

// Writes a warning to stderr; the command goes on.
void warn(std::string_view what);

// Writes to stderr what is being done, where a person watches (stderr is a terminal). Never writes to stdout.
void progress(std::string_view what);

}  // namespace rakkan::cli
