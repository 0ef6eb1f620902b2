// The options that `rakkan verify` and `rakkan decide` have in common, and what becomes of a verdict.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/console/language.hpp"
#include "rakkan/validation/policy.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::cli {

struct JudgementOptions {
  std::string at;
  std::string policy = "rakkan";
  std::string language;
  std::string format = "text";

  void declare(CLI::App& app);

  // The validator's clock: --at, else the machine's. Fails with invalid_argument.
  [[nodiscard]] Result<Instant> time() const;
  // A policy that is compiled in, by its name, or the file of one. Fails with invalid_argument for a name that is
  // neither, with file_unreadable, and as validation::Policy::parse.
  [[nodiscard]] Result<validation::Policy> read_policy() const;
  [[nodiscard]] console::Language shown_language() const;
};

// 0 passed, 1 failed, 2 indeterminate or no signature.
[[nodiscard]] ExitCode exit_code_of(const validation::Verdict& verdict) noexcept;

}  // namespace rakkan::cli
