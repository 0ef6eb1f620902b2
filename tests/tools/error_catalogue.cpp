// Prints docs/errors.md from the error table: build/dev/tests/tools/error_catalogue > docs/errors.md
#include <iostream>
#include <string_view>

#include "rakkan/base/error_table.hpp"

namespace {

using rakkan::ErrorRow;
using rakkan::LogLevel;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::critical:
      return "critical";
  }
  return "";
}

constexpr std::string_view kIntroduction =
    R"(# Errors

Generated from the one table in `src/base/error_table.cpp`; a test compares this file with it. To write it again:

    build/dev/tests/tools/error_catalogue > docs/errors.md

**Exit** is the exit status of the command line program: 1 a verification failed, 3 usage, configuration or local files,
4 a refusal by the network, a server or Rakkan itself, 5 the HSM. **failInfo** is what a timestamp response carries
(RFC 3161 §2.4.2). **HTTP** is the status that a server answers with. **Again** marks errors after which the same request may
succeed later, unchanged.

| code | meaning | 意味 | exit | HTTP | failInfo | log | again |
| --- | --- | --- | --- | --- | --- | --- | --- |
)";

void print(const ErrorRow& row) {
  std::cout << "| `" << row.slug << "` | " << row.title_en << " | " << row.title_ja << " | "
            << static_cast<int>(row.exit_code) << " | " << row.http_status << " | " << name(row.failure_info) << " | "
            << name_of(row.log_level) << " | " << (row.retryable ? "yes" : "no") << " |\n";
}

}  // namespace

int main() {
  std::cout << kIntroduction;
  for (const ErrorRow& row : rakkan::error_table()) {
    print(row);
  }
  return std::cout.good() ? 0 : 1;
}
