// The commands `rakkan data show`, which says which folder this is and whether it is where it belongs, and `rakkan data
// adopt`, which goes on with a folder that is not.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "rakkan/service/folder_standing.hpp"

namespace rakkan::cli {
namespace {

boost::json::object to_json(const service::FolderPlace& place) {
  return {{"path", place.path.string()}, {"machine", place.machine}};
}

boost::json::object to_json(const service::FolderStanding& standing) {
  boost::json::array tokens;
  for (const service::TokenStanding& token : standing.tokens) {
    tokens.push_back({{"token", token.label}, {"serial", token.serial}, {"now", token.now}});
  }
  boost::json::array findings;
  for (const Error& finding : standing.findings) {
    findings.push_back(cli::to_json(finding));
  }
  return {{"id", standing.id},
          {"belongs", to_json(standing.made)},
          {"is", to_json(standing.here)},
          {"original_is_there", standing.original},
          {"tokens", std::move(tokens)},
          {"findings", std::move(findings)}};
}

std::string line_of(const service::TokenStanding& token) {
  const std::string now = token.now == token.serial ? std::string()
                          : token.now.empty()       ? ", and is not there"
                                                    : ", and another one is there: " + token.now;
  return "  token     " + token.label + ", serial number " + token.serial + now + "\n";
}

std::string to_text(const service::FolderStanding& standing) {
  std::string text = standing.here.path.string() + ": data folder " + standing.id + "\n";
  if (standing.made.path != standing.here.path) {
    text += "  belongs   at " + standing.made.path.string() + "\n";
  }
  for (const service::TokenStanding& token : standing.tokens) {
    text += line_of(token);
  }
  for (const Error& finding : standing.findings) {
    text += "  " + to_string(finding) + "\n";
  }
  return text;
}

class ShowCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const service::FolderStanding standing, service::standing_of(embedded_options(configuration)));
    return Outcome{to_json(standing), to_text(standing), ExitCode::ok};
  }
};

class AdoptCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_flag("--yes", yes_,
                 "Yes: no newer copy of this folder exists anywhere, and its missing tokens are given up");
    app.add_flag("--beside-original", beside_original_,
                 "Also when the original is still there: from then on two logs of one name go on");
    app.add_option("--reason", reason_, "Reason, for the trail");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    service::EmbeddedOptions options = embedded_options(configuration);
    RAKKAN_TRY(const service::FolderStanding standing, service::standing_of(options));
    if (standing.findings.empty()) {
      return Outcome{to_json(standing), to_text(standing) + "  nothing to adopt: the folder is where it belongs\n",
                     ExitCode::ok};
    }
    if (!yes_) {
      return fail(Error{ErrorCode::invalid_argument,
                        "to go on with the folder as it is, say --yes",
                        options.data_dir.string(),
                        {},
                        standing.findings});
    }
    options.opening = service::Opening::adopt;
    options.adoption = {local_principal().id, reason_, beside_original_};
    auto adopted = service::EmbeddedService::open(options);
    if (!adopted) {
      return fail(config::located(configuration, std::move(adopted).error()));
    }
    adopted->reset();  // closes the folder
    options.opening = service::Opening::existing;
    RAKKAN_TRY(const service::FolderStanding now, service::standing_of(options));
    return outcome(standing, now);
  }

 private:
  static Outcome outcome(const service::FolderStanding& before, const service::FolderStanding& now) {
    boost::json::object json = to_json(now);
    json["adopted"] = to_json(before).at("findings");
    std::string text = to_text(now) + "  adopted:\n";
    for (const Error& finding : before.findings) {
      text += "    " + to_string(finding) + "\n";
    }
    return {std::move(json), std::move(text), ExitCode::ok};
  }

  bool yes_ = false;
  bool beside_original_ = false;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Command> make_data_show_command() { return std::make_unique<ShowCommand>(); }
std::unique_ptr<Command> make_data_adopt_command() { return std::make_unique<AdoptCommand>(); }

}  // namespace rakkan::cli
