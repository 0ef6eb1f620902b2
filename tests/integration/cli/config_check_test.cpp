// `rakkan config check` finds what a start of rakkand finds, and both name file, line and key.
#include <optional>

#include "integration/cli/own_folder.hpp"
#include "support/free_port.hpp"
#include "support/server_process.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kUsage = 3;
constexpr int kHsm = 5;

struct Fault {
  std::string settings;  // of the configuration, behind its first line
  std::string where;     // of the finding, behind the file's name
  std::string slug;
  int exit_code = kUsage;
};

class ConfigCheck : public OwnFolder {
 protected:
  void SetUp() override { init(); }

  [[nodiscard]] Path configuration() const { return data() / "rakkan.toml"; }
  void configure(const std::string& settings) const { write_text(configuration(), "data_dir = \".\"\n" + settings); }
  // Both programs refuse for the same reason, in text and as JSON.
  void expect_found(const std::string& where, const std::string& slug, int exit_code) const {
    const CommandOutcome checked = rakkan(data(), {"config", "check"});
    const CommandOutcome started = rakkand(configuration());
    const CommandOutcome as_json = rakkan(data(), {"config", "check", "--json"});
    for (const CommandOutcome& outcome : {checked, started, as_json}) {
      expect_refused(outcome, exit_code, slug);
      EXPECT_THAT(outcome.output, HasSubstr(where));
    }
  }
};

TEST_F(ConfigCheck, FindsWhatAStartFinds) {
  write_text(data() / "a.pem", "no certificate");
  fs::permissions(data() / "a.pem", fs::perms::owner_read | fs::perms::owner_write);
  const std::vector<Fault> faults{
      {"[http.tls]\ncertificate = \"none.pem\"\nkey = \"a.pem\"\n", ":3: http.tls.certificate", "file-unreadable"},
      {"[http.tls]\ncertificate = \"a.pem\"\nkey = \"none.pem\"\n", ":4: http.tls.key", "file-unreadable"},
      {"[http.tls]\nkey = \"a.pem\"\n", ": http.tls.certificate", "configuration-invalid"},
      {"[http.tls]\ncertificate = \"a.pem\"\nkey = \"a.pem\"\n", ":3: http.tls.certificate", "configuration-invalid"},
      {"[http.tls]\nclient_ca = \"a.pem\"\n", ":3: http.tls.client_ca", "configuration-invalid"},
      {"[http]\naddress = \"0.0.0.0\"\n", ":3: http.address", "configuration-invalid"},
      {"[http]\naddress = \"localhost\"\n", ":3: http.address", "configuration-invalid"},
      {"[metrics]\naddress = \"0.0.0.0\"\n", ":3: metrics.address", "configuration-invalid"},
      {"[http]\ntrusted_proxies = [\"proxy.example\"]\n", ":3: http.trusted_proxies", "configuration-invalid"},
      {"[audit]\norigin = \"other.example\"\n", ":3: audit.origin", "configuration-invalid"},
      {"[audit]\norigin = \"a b\"\n", ":3: audit.origin", "configuration-invalid"},
      {"[audit]\ntsa = \"none\"\n", ":3: audit.tsa", "configuration-invalid"},
      {"[audit]\nlongest_uncovered = \"1s\"\n", ":3: audit.longest_uncovered", "configuration-invalid"},
      {"[log]\nlevel = \"loud\"\n", ":3: log.level", "configuration-invalid"},
      {"[log]\noutput = \"/dev/null/log\"\n", ":3: log.output", "file-unwritable"},
      {"[tsa.x]\nurl = \"https://tsa.example/\"\nca_file = \"none.pem\"\n", ":4: tsa.x.ca_file", "file-unreadable"},
      {"[hsm]\nmodule = \"none.so\"\n", ":3: hsm.module", "hsm-module-unusable", kHsm},
      {"[credentials]\nroots = \"none.pem\"\n", ":3: credentials.roots", "file-unreadable"},
      {"[credentials]\nroots = \"a.pem\"\n", ":3: credentials.roots", "configuration-invalid"},
      {"[tsu]\naccuracy = \"2s\"\n", ":3: tsu.accuracy", "configuration-invalid"},
      {"[trust]\nfile = \"none.toml\"\n", ":3: trust.file", "file-unreadable"},
      {"[trust]\nfile = \"a.pem\"\n", ":3: trust.file", "trust-file-invalid"},
      {"[evidence]\nfolder = \"none\"\n", ":3: evidence.folder", "file-unreadable"},
      {"[evidence]\nfolder = \"a.pem\"\n", ":3: evidence.folder", "file-unreadable"},
      {"[evidence]\nnonce_origins = [\"http://a/ocsp\"]\n", ":3: evidence.nonce_origins", "configuration-invalid"},
      {"[evidence]\nfreshness = \"new\"\n", ":3: evidence.freshness", "configuration-invalid"},
      {"[fetch]\nallowed_origins = [\"10.0.0.0/8\"]\n", ":3: fetch.allowed_origins", "configuration-invalid"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.settings);
    configure(fault.settings);
    expect_found("rakkan.toml" + fault.where, fault.slug, fault.exit_code);
  }
  configure("profile = \"staging\"\n");
  expect_found("rakkan.toml:2: profile", "configuration-invalid", kUsage);
}

TEST_F(ConfigCheck, FindsWhatOthersCouldChange) {
  for (const char* name : {"rakkan.db", "pins", "pins/audit-log.pin", "tokens", "rakkan.toml"}) {
    SCOPED_TRACE(name);
    const fs::perms before = fs::status(data() / name).permissions();
    fs::permissions(data() / name, fs::perms::others_write | fs::perms::others_read, fs::perm_options::add);
    expect_found((data() / name).string(), "permissions-unsafe", kUsage);
    fs::permissions(data() / name, before);
  }
}

TEST_F(ConfigCheck, FindsAKeyOfTheServerThatOthersMayRead) {
  const CommandOutcome made = run_command(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
       (data() / "tls.key").string(), "-out", (data() / "tls.pem").string(), "-days", "30", "-subj", "/CN=localhost"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  configure("[http.tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n");
  fs::permissions(data() / "tls.key", fs::perms::others_read, fs::perm_options::add);
  expect_found("rakkan.toml:4: http.tls.key", "permissions-unsafe", kUsage);
  fs::permissions(data() / "tls.key", fs::perms::owner_read | fs::perms::owner_write);
  const CommandOutcome good = rakkan(data(), {"config", "check"});
  EXPECT_EQ(good.exit_code, 0) << good.output;
}

TEST_F(ConfigCheck, EveryFaultIsTold) {
  configure("[http]\naddress = \"0.0.0.0\"\n[metrics]\naddress = \"0.0.0.0\"\n[audit]\norigin = \"other.example\"\n");
  const CommandOutcome checked = rakkan(data(), {"config", "check"});
  for (const char* where : {":3: http.address", ":5: metrics.address", ":7: audit.origin"}) {
    EXPECT_THAT(checked.output, HasSubstr(where));
  }
}

TEST_F(ConfigCheck, WithoutADataFolderItSaysSo) {
  write_text(path("rakkan.toml"), "data_dir = \"none\"\n");
  const CommandOutcome checked =
      run_command({RAKKAN_PROGRAM, "--config", path("rakkan.toml").string(), "config", "check"});
  expect_refused(checked, kUsage, "data-folder-missing");
  EXPECT_FALSE(fs::exists(path("none")));
}

TEST_F(ConfigCheck, WhileAServerRunsItLooksAtWhatItCan) {
  const std::uint16_t port = free_port();
  configure("[http]\nport = " + std::to_string(port) + "\n[metrics]\nport = 0\n");
  auto server = ServerProcess::start(RAKKAND_PROGRAM, {"--config", configuration().string()}, port, path("log"));
  ASSERT_TRUE(server.has_value()) << to_string(server.error());
  const CommandOutcome checked = rakkan(data(), {"config", "check"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_THAT(checked.output, HasSubstr("Not looked at"));
  EXPECT_THAT(checked.output, HasSubstr(std::to_string(server->pid())));
  const CommandOutcome other = rakkan(data(), {"--set", "audit.origin=other.example", "config", "check"});
  expect_refused(other, kUsage, "command line: audit.origin");
  EXPECT_EQ(server->stop(), 0);
}

}  // namespace
}  // namespace rakkan::test
