// `rakkan init`: the log's name, the files that are written, the files that a failure leaves, and the use of a module
// of the operator's own.
#include <algorithm>
#include <set>

#include "integration/cli/own_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kUsage = 3;
constexpr int kHsm = 5;
constexpr const char* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";

class InitTest : public OwnFolder {
 protected:
  // The lines of a configuration that set something.
  static std::vector<std::string> settings_in(const Path& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty() && line.front() != '#') {
        lines.push_back(line);
      }
    }
    return lines;
  }
  [[nodiscard]] CommandOutcome init_with(std::vector<std::string> more) const {
    more.insert(more.begin(), {RAKKAN_PROGRAM, "init", data().string()});
    return run_command(std::move(more));
  }
  // `rakkan init` with a SoftHSM of the operator's own, whose tokens are elsewhere.
  [[nodiscard]] CommandOutcome init_with_module(std::vector<std::string> more) const {
    fs::create_directories(path("elsewhere"));
    write_text(path("elsewhere.conf"),
               "directories.tokendir = " + path("elsewhere").string() + "\nobjectstore.backend = file\n");
    more.insert(more.begin(), {"env", "SOFTHSM2_CONF=" + path("elsewhere.conf").string(), RAKKAN_PROGRAM, "init",
                               data().string(), "--module", kSoftHsm});
    return run_command(std::move(more));
  }
  [[nodiscard]] std::set<Path> everything() const {
    std::set<Path> found;
    for (const auto& entry : fs::recursive_directory_iterator(data().parent_path())) {
      found.insert(entry.path());
    }
    return found;
  }
};

TEST_F(InitTest, WithoutANameItIsForDevelopmentAndSaysSo) {
  const CommandOutcome made = init_with({});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("rakkan: development: no name was given"));
  EXPECT_THAT(made.output, HasSubstr("--origin"));
  EXPECT_THAT(settings_in(data() / "rakkan.toml"), ElementsAre("data_dir = \".\""));
  EXPECT_THAT(rakkan(data(), {"audit", "key"}).output, HasSubstr("development.invalid/"));
}

TEST_F(InitTest, ADevelopmentLogIsKeptOutOfProduction) {
  init();
  const CommandOutcome checked = rakkan(data(), {"--set", "profile=production", "config", "check"});
  expect_refused(checked, kUsage, "configuration-invalid");
  EXPECT_THAT(checked.output, HasSubstr("audit.origin"));
  const CommandOutcome started = run_command({"env", "RAKKAN_PROFILE=production", "timeout", "60", RAKKAND_PROGRAM,
                                              "--config", (data() / "rakkan.toml").string()});
  expect_refused(started, kUsage, "configuration-invalid");
  EXPECT_THAT(started.output, HasSubstr("audit.origin"));
  expect_refused(init_with({"--set", "profile=production"}), kUsage, "already-exists");
  fs::remove_all(data());
  expect_refused(init_with({"--set", "profile=production"}), kUsage, "audit.origin");
}

TEST_F(InitTest, WithANameItIsForProductionAndOnlyDifferencesAreWritten) {
  init({"--origin", "log.example.jp/contracts", "--set", "http.port=9000"});
  EXPECT_THAT(settings_in(data() / "rakkan.toml"),
              ElementsAre("profile = \"production\"", "data_dir = \".\"", "[audit]",
                          "origin = \"log.example.jp/contracts\"", "[http]", "port = 9000"));
  EXPECT_EQ(rakkan(data(), {"config", "check"}).exit_code, 0);
  EXPECT_THAT(rakkan(data(), {"audit", "key"}).output, HasSubstr("log.example.jp/contracts/trail+"));
}

TEST_F(InitTest, APersonIsAskedForTheName) {
  const CommandOutcome asked =
      shell("echo log.example.jp/asked | script -qec \"'$0' init '$1'\" /dev/null", {RAKKAN_PROGRAM, data().string()});
  EXPECT_THAT(asked.output, HasSubstr("Name of the audit log"));
  EXPECT_THAT(rakkan(data(), {"audit", "key"}).output, HasSubstr("log.example.jp/asked/trail+")) << asked.output;
}

TEST_F(InitTest, TheConfigurationMayLieElsewhere) {
  const CommandOutcome made = init_with({"--config", path("etc.toml").string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_FALSE(fs::exists(data() / "rakkan.toml"));
  EXPECT_THAT(settings_in(path("etc.toml")), ElementsAre("data_dir = \"" + data().string() + "\""));
  EXPECT_EQ(run_command({RAKKAN_PROGRAM, "--config", path("etc.toml").string(), "keys", "list"}).exit_code, 0);
  expect_refused(init_with({}), kUsage, "already-exists");
}

TEST_F(InitTest, AFailureLeavesNothingBehind) {
  fs::create_directories(data());
  write_text(data() / "mine.txt", "was there before");
  const std::set<Path> before = everything();
  expect_refused(init_with({"--origin", "a name with blanks"}), kUsage, "audit.origin");
  expect_refused(init_with({"--module", "/nonexistent.so"}), kHsm, "hsm-module-unusable");
  expect_refused(init_with({"--set", "hsm.sesions=3"}), kUsage, "hsm.sesions");
  expect_refused(init_with({"--config", path("none/rakkan.toml").string()}), kUsage, "file-unwritable");
  expect_refused(shell("exec \"$0\" init \"$1\" >/dev/full", {RAKKAN_PROGRAM, data().string()}), kUsage,
                 "output-unwritable");
  EXPECT_EQ(everything(), before);
  const CommandOutcome nested =
      run_command({RAKKAN_PROGRAM, "init", path("a/b/c").string(), "--set", "token.pin_file=/dev/null/{token}"});
  EXPECT_NE(nested.exit_code, 0);
  EXPECT_FALSE(fs::exists(path("a"))) << nested.output;
}

TEST_F(InitTest, WhatAKillLeftBehindIsGoneOnWith) {
  init();
  fs::remove(data() / "rakkan.toml");
  expect_refused(init_with({}), kUsage, "already-exists");
  write_text(data() / "init.unfinished", "");
  EXPECT_EQ(init_with({}).exit_code, 0);
  EXPECT_FALSE(fs::exists(data() / "init.unfinished"));
  EXPECT_EQ(rakkan(data(), {"keys", "list"}).exit_code, 0);
}

TEST_F(InitTest, TheSecurityOfficersPinsAreNotAmongThoseOfTheService) {
  init();
  const auto names_in = [](const Path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  };
  answer(data(), {"credentials", "generate", "seal", "--kind", "operator", "--key", "p-256"});
  EXPECT_THAT(names_in(data() / "pins"), ::testing::UnorderedElementsAre("audit-log.pin", "seal.pin"));
  // The service has no SO PINs, and needs none.
  fs::rename(data() / "so-pins", path("so-pins"));
  EXPECT_EQ(rakkan(data(), {"credentials", "list"}).exit_code, 0);
}

TEST_F(InitTest, AModuleIsToldWhichTokensAndPinFilesAreWanted) {
  const CommandOutcome made = init_with_module({"--origin", "log.example.jp"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("a token \"audit-log\" for the key of the audit log, with its user PIN in " +
                                     (data() / "pins/audit-log.pin").string()));
  EXPECT_FALSE(fs::exists(data() / "softhsm2.conf")) << "its tokens are not in the folder";
  const std::string pin = text_in(data() / "pins/audit-log.pin");

  // The token is there already, and nobody knows its PIN.
  fs::remove_all(data());
  const CommandOutcome no_pin = init_with_module({});
  expect_refused(no_pin, kUsage, "file-unreadable");
  EXPECT_THAT(no_pin.output, HasSubstr((data() / "pins/audit-log.pin").string()));
  EXPECT_FALSE(fs::exists(data()));
  // No token of that name, and none is to be made.
  const CommandOutcome no_token = init_with_module({"--set", "audit.token=other", "--set", "token.create=false"});
  expect_refused(no_token, kHsm, "hsm-token-not-found");
  EXPECT_THAT(no_token.output, HasSubstr("the module shows \"audit-log\""));
  EXPECT_THAT(no_token.output, HasSubstr("a token \"other\""));
  EXPECT_FALSE(fs::exists(data()));

  fs::create_directories(data() / "pins");
  fs::permissions(data(), fs::perms::owner_all);
  fs::permissions(data() / "pins", fs::perms::owner_all);
  write_text(data() / "pins/audit-log.pin", pin);
  fs::permissions(data() / "pins/audit-log.pin", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(init_with_module({"--origin", "log.example.jp"}).exit_code, 0);
  EXPECT_THAT(run_command({RAKKAN_PROGRAM, "init", "--help"}).output, HasSubstr("pins/TOKEN.pin"));
}

// A token that was made stays in its module: without its PINs nobody could ever use it.
TEST_F(InitTest, ThePinsOfATokenThatWasMadeElsewhereOutliveAFailure) {
  const CommandOutcome failed = init_with_module({"--config", path("none/rakkan.toml").string()});
  expect_refused(failed, kUsage, "file-unwritable");
  EXPECT_TRUE(fs::exists(data() / "pins/audit-log.pin")) << failed.output;
  EXPECT_TRUE(fs::exists(data() / "so-pins/audit-log.pin"));
  EXPECT_FALSE(fs::exists(data() / "rakkan.db"));
  EXPECT_EQ(init_with_module({"--origin", "log.example.jp"}).exit_code, 0);
}

}  // namespace
}  // namespace rakkan::test
