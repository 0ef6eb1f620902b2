// The command `rakkan init DIR`, which makes everything that a first credential needs, or nothing.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "cli/make_commands.hpp"
#include "cli/new_files.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/softhsm.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

// A file that exists while the folder is being made, so that a folder which a killed init left behind can be completed.
constexpr std::string_view kUnfinished = "init.unfinished";

constexpr std::string_view kHead =
    "# Values that differ from the defaults; `rakkan config print` shows every key with its meaning.\n";

// Describes the wanted tokens and the places of their PINs, for a module whose tokens are not made by Rakkan.
std::string wanted_tokens(const config::Configuration& configuration) {
  const std::string& label = configuration.audit.token_label;
  const auto pin_file = [&](const std::string& token) {
    return credentials::token_file(configuration.service.token.pin_file, configuration.data_dir, token).string();
  };
  return "a token \"" + label + "\" for the key of the audit log, with its user PIN in " + pin_file(label) +
         ", and one token a credential, of the credential's name (or --token), with its user PIN in " +
         pin_file("NAME") + "; a PIN file has mode 0600";
}

std::string shown_labels(const std::vector<hsm::Module::Description>& tokens) {
  std::string labels;
  for (const hsm::Module::Description& token : tokens) {
    if (token.initialised) {
      labels += (labels.empty() ? "\"" : ", \"") + token.label + "\"";
    }
  }
  return labels.empty() ? "no initialised token" : labels;
}

// Checks the tokens of a module of the operator's own: they come from its own tools, or there is a free slot in which
// one may be made.
Result<void> check_tokens(const config::Configuration& configuration) {
  RAKKAN_TRY(const auto module, credentials::load_module(configuration.hsm));
  RAKKAN_TRY(const auto tokens, module->tokens());
  const std::string& label = configuration.audit.token_label;
  const fs::path pin_file =
      credentials::token_file(configuration.service.token.pin_file, configuration.data_dir, label);
  std::error_code ignored;
  const bool is_there = std::any_of(tokens.begin(), tokens.end(), [&](const hsm::Module::Description& token) {
    return token.initialised && token.label == label;
  });
  const bool has_free_slot = std::any_of(tokens.begin(), tokens.end(),
                                         [](const hsm::Module::Description& token) { return !token.initialised; });
  if (is_there && !fs::exists(pin_file, ignored)) {
    return fail(ErrorCode::file_unreadable,
                "the PIN of token \"" + label + "\" is missing: Rakkan wants " + wanted_tokens(configuration),
                pin_file.string());
  }
  if (!is_there && !(has_free_slot && configuration.service.token.create)) {
    return fail(ErrorCode::hsm_token_not_found,
                "the module shows " + shown_labels(tokens) + ": Rakkan wants " + wanted_tokens(configuration),
                "token " + label);
  }
  return {};
}

// The names of everything that the command makes in the data folder.
std::vector<std::string> own_names(const config::Configuration& configuration) {
  std::vector<std::string> names{"audit",
                                 "lock",
                                 "pins",
                                 "rakkan.db",
                                 "rakkan.db-wal",
                                 "rakkan.db-shm",
                                 "tokens",
                                 std::string(hsm::kSoftHsmConfiguration),
                                 std::string(kUnfinished)};
  const credentials::TokenOptions& token = configuration.service.token;
  for (const std::string& pattern : {token.pin_file, token.so_pin_file}) {
    const fs::path file = credentials::token_file(pattern, configuration.data_dir, configuration.audit.token_label);
    const fs::path inside = file.lexically_relative(configuration.data_dir);
    if (!inside.empty() && *inside.begin() != "..") {
      names.push_back(inside.begin()->string());
    }
  }
  return names;
}

class InitCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("folder", folder_, "Data folder; made when it is missing")->type_name(kFolder)->required();
    app.add_option("--origin", origin_,
                   "Name of the audit log in its checkpoints, for ever: a URL without scheme that belongs to you "
                   "(log.example.jp/contracts). Without one the folder is for development");
    app.add_option("--module", module_,
                   "PKCS#11 module of your HSM (default: SoftHSM2, tokens in the data folder). It needs a token "
                   "\"audit-log\" (audit.token) for the log's key and one of each credential's name; their user PINs "
                   "are read from pins/TOKEN.pin in the data folder (token.pin_file), mode 0600. A missing token is "
                   "made in a free slot, with fresh PINs (token.create)")
        ->type_name(kFile);
    app.footer("--config FILE puts the configuration there instead of into the folder; --set KEY=VALUE goes into it.");
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    const fs::path folder = fs::absolute(folder_ / "").lexically_normal().parent_path();
    const fs::path file =
        global.config_file.empty() ? folder / "rakkan.toml" : fs::absolute(global.config_file).lexically_normal();
    RAKKAN_CHECK(check_is_new(folder, file));
    RAKKAN_TRY(config::Configuration configuration, configured(global, folder));
    auto files = std::make_shared<NewFiles>(folder, own_names(configuration));
    Result<std::string> origin = make(configuration);
    const std::string spared = spare_pins_of_other_places(configuration, *files);
    if (!origin) {
      origin.error().detail += spared;
      return fail(std::move(origin).error());
    }
    // The configuration is written last: a folder that has one is complete.
    config::Configuration written = configuration;
    written.data_dir = file.parent_path() == folder ? fs::path(".") : folder;
    RAKKAN_CHECK(write_file_atomically(file, {bytes_of(kHead), bytes_of(config::print_changes(written))}));
    std::error_code ignored;
    fs::remove(folder / kUnfinished, ignored);
    files->keep();
    const auto take_back = [files, file, spared]() -> Result<std::string> {
      std::error_code gone;
      fs::remove(file, gone);
      files->remove();
      return "everything that was made in the folder was removed again" + spared;
    };
    return outcome(configuration, file, *origin, take_back);
  }

 private:
  static Result<void> check_is_new(const fs::path& folder, const fs::path& file) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) {
      return fail(ErrorCode::already_exists, "the folder is a data folder already", file.string());
    }
    if (fs::exists(folder / "rakkan.db", ignored) && !fs::exists(folder / kUnfinished, ignored)) {
      return fail(ErrorCode::already_exists, "the folder is a data folder already, whose configuration is elsewhere",
                  folder.string());
    }
    return {};
  }

  [[nodiscard]] Result<config::Configuration> configured(const GlobalOptions& global, const fs::path& folder) const {
    RAKKAN_TRY(const std::vector<config::Setting> given, settings(global));
    RAKKAN_TRY(config::Configuration configuration, config::apply({}, given, "command line"));
    if (configuration.sources.contains("data_dir")) {
      return fail(ErrorCode::invalid_argument, "the data folder is the command's own argument", "--set data_dir");
    }
    configuration.data_dir = folder;
    if (!module_.empty()) {
      configuration.hsm.module_path = fs::absolute(module_).lexically_normal();
    }
    if (!origin_.empty()) {
      configuration.audit.origin = origin_;
    }
    if (configuration.audit.origin.empty() && !global.json) {
      configuration.audit.origin = ask_for_origin();
    }
    const std::string& origin = configuration.audit.origin;
    if (!configuration.sources.contains("profile") && !origin.empty() && !audit::is_development_origin(origin)) {
      configuration.profile = config::kProduction;
    }
    RAKKAN_CHECK(audit::check_origin(configuration.audit, {}, configuration.in_production()));
    return configuration;
  }

  // A person at a terminal is asked; a script that gives no name gets a log for development.
  static std::string ask_for_origin() {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
      return {};
    }
    std::cerr
        << "Name of the audit log, for ever: a URL without scheme that belongs to you (log.example.jp/contracts);\n"
           "empty for development: "
        << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line;
  }

  // Makes everything but the configuration; returns the name that the log got.
  static Result<std::string> make(const config::Configuration& configuration) {
    const fs::path& folder = configuration.data_dir;
    if (!configuration.hsm.module_path.empty()) {
      RAKKAN_CHECK(check_tokens(configuration));
    }
    RAKKAN_CHECK(make_private_folder(folder));
    RAKKAN_CHECK(write_file_atomically(folder / kUnfinished, {ByteView{}}, true));
    RAKKAN_CHECK(make_private_folder(folder / "pins"));
    if (configuration.hsm.module_path.empty()) {
      RAKKAN_CHECK(hsm::make_softhsm_folder(folder));
    }
    service::EmbeddedOptions options = embedded_options(configuration);
    options.opening = service::Opening::make;
    auto made = service::EmbeddedService::open(options);
    if (!made) {
      return fail(config::located(configuration, std::move(made).error()));
    }
    return audit::Trail::known_origin((*made)->store());
  }

  // Keeps PIN files of tokens in a module elsewhere: such a token stays when the folder is removed, and nobody could
  // use it without its PINs. Returns a text about the kept files.
  static std::string spare_pins_of_other_places(const config::Configuration& configuration, NewFiles& files) {
    if (configuration.hsm.module_path.empty()) {
      return {};
    }
    std::string spared;
    const credentials::TokenOptions& token = configuration.service.token;
    for (const std::string& pattern : {token.pin_file, token.so_pin_file}) {
      const fs::path file = credentials::token_file(pattern, configuration.data_dir, configuration.audit.token_label);
      if (std::error_code ignored; fs::exists(file, ignored)) {
        files.spare(file);
        spared += (spared.empty() ? "; kept, for a token was made: " : ", ") + file.string();
      }
    }
    return spared;
  }

  static Outcome outcome(const config::Configuration& configuration, const fs::path& file, const std::string& origin,
                         std::function<Result<std::string>()> take_back) {
    const std::string& folder = configuration.data_dir.string();
    if (audit::is_development_origin(origin)) {
      warn("development: no name was given, so the log is called " + origin +
           ", which does not tell whose it is, and a log's name is for ever. In production: rakkan init FOLDER "
           "--origin log.example.jp");
    }
    std::string text = "Made " + folder + " (" + configuration.profile + "), log " + origin + ".\n";
    if (!configuration.hsm.module_path.empty()) {
      text += "Tokens: " + wanted_tokens(configuration) + ".\n";
    }
    text +=
        "Next: rakkan --config " + file.string() + " credentials generate operator --kind operator --key rsa-2048\n";
    return Outcome{
        {{"folder", folder}, {"configuration", file.string()}, {"profile", configuration.profile}, {"origin", origin}},
        std::move(text),
        ExitCode::ok,
        {},
        std::move(take_back)};
  }

  fs::path folder_;
  fs::path module_;
  std::string origin_;
};

}  // namespace

std::unique_ptr<Command> make_init_command() { return std::make_unique<InitCommand>(); }

}  // namespace rakkan::cli
