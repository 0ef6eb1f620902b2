// The commands `rakkan config check`, which finds what a start of the server would refuse, and with --evidence what
// keeps signatures from B-LTA, and `rakkan config print`.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/certificate_facts.hpp"
#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/preflight/preflight.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

// A line for each thing that is missing, below the line of its owner.
std::string missing_in(const json::object& found) {
  std::string text;
  for (const json::value& one : array_member(found, "missing")) {
    text += "    " + printable(text_member(one.as_object(), "code")) + ": " +
            printable(text_member(one.as_object(), "detail")) + "\n";
  }
  return text;
}

std::string line_of_unit(const json::object& unit) {
  const std::string missing = missing_in(unit);
  return "unit of " + text_member(unit, "profile") + " (" + text_member(unit, "role") +
         " timestamps): " + (missing.empty() ? "proven\n" : "not proven\n" + missing);
}

std::string line_of_credential(const json::object& credential) {
  const std::string reaches = text_member(credential, "reaches");
  const json::value* const waits = credential.if_contains("waits");
  const bool later = waits != nullptr && waits->is_bool() && waits->get_bool();
  return "credential " + text_member(credential, "id") + ": " +
         (reaches.empty() ? "cannot sign" : "reaches " + reaches + (later ? ", once there is newer evidence" : "")) +
         "\n" + missing_in(credential);
}

class ConfigCheckCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_flag(
        "--evidence", evidence_,
        "Say for each credential and timestamp unit whether it reaches B-LTA now, and what is missing: asks the "
        "servers of evidence");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    preflight::Report report = preflight::check(configuration);
    if (std::optional<Error> wrong = config::summary(configuration, std::move(report.findings))) {
      return fail(*std::move(wrong));
    }
    Outcome outcome{{{"valid", true}, {"profile", configuration.profile}},
                    "The configuration is valid (" + configuration.profile + ").\n",
                    ExitCode::ok};
    if (!report.not_looked_at.empty()) {
      outcome.json["not_looked_at"] = report.not_looked_at;
      outcome.text += "Not looked at: " + report.not_looked_at + ".\n";
    }
    return evidence_ ? with_evidence(global, std::move(outcome)) : std::move(outcome);
  }

 private:
  // The server of this machine is asked when there is one: it has the cache.
  [[nodiscard]] static Result<Outcome> with_evidence(const GlobalOptions& global, Outcome outcome) {
    RAKKAN_TRY(const auto administration, Administration::open(global, RemoteOptions()));
    RAKKAN_TRY(json::object check, administration->post("/v1/evidence:check"));
    for (const json::value& unit : array_member(check, "units")) {
      outcome.text += line_of_unit(unit.as_object());
    }
    for (const json::value& credential : array_member(check, "credentials")) {
      outcome.text += line_of_credential(credential.as_object());
    }
    const json::value* const complete = check.if_contains("complete");
    if (complete == nullptr || !complete->is_bool()) {
      return fail(ErrorCode::malformed_server_answer, "the answer does not say whether the evidence is complete");
    }
    outcome.exit_code = complete->get_bool() ? ExitCode::ok : ExitCode::verification_failed;
    outcome.json["evidence"] = std::move(check);
    return outcome;
  }

  bool evidence_ = false;
};

class ConfigPrintCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    std::string toml = config::print(configuration);
    return Outcome{{{"toml", toml}}, std::move(toml), ExitCode::ok};
  }
};

}  // namespace

std::unique_ptr<Command> make_config_check_command() { return std::make_unique<ConfigCheckCommand>(); }
std::unique_ptr<Command> make_config_print_command() { return std::make_unique<ConfigPrintCommand>(); }

}  // namespace rakkan::cli
