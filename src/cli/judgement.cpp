#include "cli/judgement.hpp"

#include <system_error>

#include "rakkan/base/file.hpp"

namespace rakkan::cli {
namespace {

constexpr std::uint64_t kLargestPolicy = 1ULL << 20;  // bytes

}  // namespace

void JudgementOptions::declare(CLI::App& app) {
  app.add_option("--at", at, "Judge as of this time (RFC 3339); later evidence is ignored (default: now)")
      ->type_name("TIME");
  app.add_option("--policy", policy, "rakkan, compare-pyhanko, compare-dss, or the file of a policy")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  app.add_option("--lang", language, "Language of the text (default: of the environment)")
      ->check(CLI::IsMember({"ja", "en"}));
  app.add_option("--format", format,
                 "Text for people, JSON (an object, or an array for many files), or a line of JSON each")
      ->check(CLI::IsMember({"text", "json", "ndjson"}))
      ->capture_default_str();
}

Result<Instant> JudgementOptions::time() const {
  if (at.empty()) {
    return SystemClock().now();
  }
  const auto parsed = parse_rfc3339(at);
  return parsed ? Result<Instant>(*parsed)
                : fail(ErrorCode::invalid_argument, "not a time like 2027-11-30T00:00:00Z", "--at " + at);
}

Result<validation::Policy> JudgementOptions::read_policy() const {
  if (const validation::Policy* const builtin = validation::Policy::builtin(policy)) {
    return *builtin;
  }
  if (std::error_code ignored; !std::filesystem::exists(policy, ignored)) {
    return fail(ErrorCode::invalid_argument, "neither a policy of that name nor a file", "--policy " + policy);
  }
  RAKKAN_TRY(const Bytes content, read_file(policy, kLargestPolicy));
  auto parsed = validation::Policy::parse(text_of(content));
  return parsed ? std::move(parsed) : fail(std::move(parsed).error().blamed_on("--policy " + policy));
}

console::Language JudgementOptions::shown_language() const {
  return language.empty() ? console::language() : language == "ja" ? console::Language::ja : console::Language::en;
}

ExitCode exit_code_of(const validation::Verdict& verdict) noexcept {
  switch (verdict.indication.value_or(validation::Indication::indeterminate)) {
    case validation::Indication::passed:
      return ExitCode::ok;
    case validation::Indication::indeterminate:
      return ExitCode::indeterminate;
    case validation::Indication::failed:
      return ExitCode::verification_failed;
  }
  return ExitCode::indeterminate;
}

}  // namespace rakkan::cli
