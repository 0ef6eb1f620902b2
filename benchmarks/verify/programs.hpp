// `rakkan verify` as a program: a folder of files, beside pdfsig, and its memory.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace rakkan::bench {

// A folder by one job and by more, up to the processors.
void folder(const Options& options, Report& report);
// One small document: a process each, and judged in this process.
void peers(const Options& options, Report& report);
// A process each for a document of many bytes and one of many objects.
void memory(const Options& options, Report& report);

}  // namespace rakkan::bench
