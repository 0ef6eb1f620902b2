// rakkan init DIR: everything that a first credential needs.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/file.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

class InitCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("folder", folder_, "Data folder; made when it is not there")->required();
    app.add_option("--origin", origin_,
                   "Name of the audit log in its checkpoints, a URL without scheme that is yours, for ever (default: a "
                   "random one)");
    app.add_option("--module", module_, "PKCS#11 module of your HSM (default: SoftHSM2, tokens in the data folder)");
  }

  Result<Outcome> run(const GlobalOptions&) override {
    const fs::path folder = fs::absolute(folder_).lexically_normal();
    const fs::path file = folder / "rakkan.toml";
    if (fs::exists(file)) {
      return fail(ErrorCode::already_exists, "the folder is a data folder already", file.string());
    }
    RAKKAN_CHECK(make_private_folder(folder));
    RAKKAN_CHECK(make_private_folder(folder / "pins"));
    config::Configuration configuration;
    configuration.data_dir = folder;
    configuration.hsm.module_path = module_;
    configuration.audit.origin = origin_;
    if (module_.empty()) {
      RAKKAN_CHECK(service::make_softhsm_folder(folder));
    }
    RAKKAN_CHECK(service::EmbeddedService::open(embedded_options(configuration)).map([](const auto&) {}));
    // The configuration comes last: a folder that has one is complete.
    RAKKAN_CHECK(write_file_atomically(file, {bytes_of(config::print(configuration))}));
    std::string text = "Made " + folder.string() + ".\nNext: rakkan --config " + file.string() +
                       " credentials generate operator --kind operator --key rsa-2048\n";
    return Outcome{{{"folder", folder.string()}, {"configuration", file.string()}}, std::move(text), ExitCode::ok};
  }

 private:
  fs::path folder_;
  fs::path module_;
  std::string origin_;
};

}  // namespace

std::unique_ptr<Command> make_init_command() { return std::make_unique<InitCommand>(); }

}  // namespace rakkan::cli
