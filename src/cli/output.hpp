// What reaches the terminal: outcomes on stdout, errors on stderr (with --json on stdout as one document), progress on
// stderr. Nothing else of the command line writes to either.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "cli/command.hpp"
#include "rakkan/base/error.hpp"

namespace rakkan::cli {

// The error in the one form of both programs (console/error_report.hpp).
[[nodiscard]] boost::json::object to_json(const Error& error);

// Gives out what a command has made: its documents, then its facts. When any of it cannot be written, the command is
// taken back where that can be done, and has failed: output_unwritable, file_unwritable, invalid_argument.
[[nodiscard]] Result<void> deliver(const Outcome& outcome, bool json);

// Tells the error in that form; the exit code that it means.
int print(const Error& error, bool json);

// Something that everybody should see, on stderr; it fails nothing.
void warn(std::string_view what);

// Says on stderr what is being done, where a person watches (stderr is a terminal). Never on stdout.
void progress(std::string_view what);

}  // namespace rakkan::cli
