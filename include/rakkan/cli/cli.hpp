// The command line `rakkan`, whose commands are files under src/cli. A command's facts, lines or with --json one JSON
// document, go to standard output, or to standard error when a document of the command goes to standard output.
// Progress, warnings and errors go to standard error; an error with --json also as a JSON document to standard output.
// The exit code comes from the one error table.
#pragma once

namespace rakkan::cli {

// Parses, runs one command and prints its outcome. Returns the process's exit code (ExitCode).
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace rakkan::cli
