// What reaches the terminal: outcomes on stdout, errors on stderr (with --json on stdout as one document), progress on
// stderr.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "cli/command.hpp"
#include "rakkan/base/error.hpp"

namespace rakkan::cli {

// The error as in a problem document (RFC 9457): type, title, title_ja, code, detail, where, retryable, causes.
[[nodiscard]] boost::json::object to_json(const Error& error);

int print(const Outcome& outcome, bool json);
int print(const Error& error, bool json);

// Says on stderr what is being done, where a person watches (stderr is a terminal). Never on stdout.
void progress(std::string_view what);

}  // namespace rakkan::cli
