// The command line `rakkan`: one file per command under src/cli. Output goes to stdout, progress and errors to stderr;
// with --json stdout carries exactly one JSON document, also for errors. The exit code comes from the one error table.
#pragma once

namespace rakkan::cli {

// Parses, runs one command and prints its outcome. Returns the process's exit code (ExitCode).
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace rakkan::cli
