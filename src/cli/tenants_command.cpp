// The command `rakkan tenants`, which lists the tenants with their API keys and credentials.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/credential_line.hpp"
#include "cli/key_line.hpp"
#include "cli/make_commands.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

using LineOf = std::string (*)(const json::object&);

std::string lines_of(const json::object& tenant, const char* member, const char* heading, LineOf line_of) {
  std::string text;
  for (const json::value& one : array_member(tenant, member)) {
    text += one.is_object() ? std::string("  ") + heading + "  " + line_of(one.get_object()) : std::string();
  }
  return text;
}

class TenantsCommand final : public Command {
 public:
  void declare(CLI::App& app) override { remote_.declare(app); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(json::object answer, administration->ask_json("GET", "/v1/tenants"));
    std::string text;
    for (const json::value& tenant : array_member(answer, "tenants")) {
      if (tenant.is_object()) {
        const json::object& facts = tenant.get_object();
        text += text_member(facts, "tenant") + "\n" + lines_of(facts, "keys", "key", line_of_key) +
                lines_of(facts, "credentials", "credential", line_of_credential);
      }
    }
    return Outcome{std::move(answer), std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_tenants_command() { return std::make_unique<TenantsCommand>(); }

}  // namespace rakkan::cli
