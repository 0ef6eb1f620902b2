// A result that cannot be written fails the command, whatever the command, and a secret that is shown only once is
// taken back.
#include <set>
#include <sstream>

#include "integration/cli/cli_fixture.hpp"
#include "integration/cli/own_folder.hpp"
#include "support/server_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kIndeterminate = 2;
constexpr int kUsage = 3;

CommandOutcome to(const std::string& redirection, std::vector<std::string> words) {
  words.insert(words.begin(), {"sh", "-c", "exec \"$@\" " + redirection, "sh"});
  return run_command(std::move(words));
}

void expect_unwritten(const CommandOutcome& outcome, const std::string& what) {
  EXPECT_EQ(outcome.exit_code, kUsage) << what << ": " << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("output-unwritable")) << what;
}

class Undelivered : public CliTest {
 protected:
  static std::vector<std::string> with_configuration(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {RAKKAN_PROGRAM, "--config", path("data/rakkan.toml")});
    return arguments;
  }
  static std::vector<std::string> party() {
    return {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B"};
  }
  static std::vector<std::string> plus(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // Revoking again is harmless, and so is disabling.
  static std::string revoked_key() {
    static const std::string id = [] {
      answer({"credentials", "generate", "unshown-for-good", "--kind", "operator", "--key", "p-256"});
      const auto made = answer({"keys", "create", "--tenant", "t", "--label", "revoked", "--scope", "sign"});
      return std::string(made.at("id").as_string());
    }();
    return id;
  }
  // The id of a signature that waits for its timestamp, which nobody gives.
  static std::string pending_signature() {
    const CommandOutcome signed_by_party = run_command(
        with_profile("http://127.0.0.1:1/tsa", plus({"sign", contract(), "-o", path("unshown-pending.pdf")},
                                                    {"--credential", "party-a", "--type", "party", "--pin-file",
                                                     path("a.pin"), "--level", "B-T", "--tsa", "dead"})));
    EXPECT_NE(signed_by_party.exit_code, 0);
    const auto pending = answer({"signatures", "list"}).at("signatures").as_array();
    EXPECT_FALSE(pending.empty()) << signed_by_party.output;
    return pending.empty() ? std::string() : std::string(pending.back().at("signature_id").as_string());
  }
  // The command with a profile `dead` of that URL.
  static std::vector<std::string> with_profile(const std::string& url, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {RAKKAN_PROGRAM, "--config", path("data/rakkan.toml"), "--set", "tsa.dead.url=" + url});
    return arguments;
  }
  // One call of each command, each of which succeeds every time; init_test.cpp has `init`, and those that end a pending
  // signature have a test of their own.
  static std::vector<std::vector<std::string>> commands() {
    static int count = 0;
    const std::string fresh = "unshown-" + std::to_string(++count);
    const std::string digest(64, 'a');
    return {
        {"credentials", "generate", fresh, "--kind", "operator", "--key", "p-256"},
        {"credentials", "adopt", fresh + "-too", "--kind", "operator", "--key", "p-256", "--token", "operator",
         "--key-label", "operator"},
        {"credentials", "csr", "operator", "--subject", "CN=x", "-o", path("unshown.csr")},
        {"credentials", "import", "operator", chain_of("operator")},
        {"credentials", "pin", "party-b", "--reset"},
        {"credentials", "change-pin", "party-a", "--pin-file", path("a.pin"), "--old-pin-file", path("a.pin")},
        {"credentials", "list"},
        {"credentials", "show", "operator"},
        {"credentials", "disable", "unshown-for-good"},
        {"credentials", "activate", "party-a", "--pin-file", path("a.pin"), "--digest", digest, "-o",
         path("unshown.token")},
        {"keys", "create", "--tenant", "t", "--label", "unshown", "--scope", "sign"},
        {"keys", "list"},
        {"tenants"},
        {"keys", "revoke", revoked_key()},
        // The unit's log begins with it, and is exported below.
        {"timestamp", contract(), "-o", path("unshown.tsr")},
        {"audit", "verify"},
        {"audit", "key"},
        {"audit", "prove", "0", "-o", path("unshown.proof")},
        {"audit", "show", "0"},
        {"audit", "erase", "--subject", "nobody", "--yes"},
        {"audit", "export", "-o", path("unshown.log")},
        plus({"sign", contract(), "-o", path("unshown.pdf")}, party()),
        {"audit", "find", path("unshown.pdf")},
        {"augment", path("unshown.pdf"), "-o", path("unshown-raised.pdf"), "--level", "B-T"},
        plus({"cms", digest, "-o", path("unshown.p7s")}, party()),
        {"inspect", contract()},
        {"verify", contract(), "--facts-out", path("unshown.facts")},
        {"decide", path("unshown.facts")},
        {"data", "show"},
        {"data", "adopt"},
        {"config", "check"},
        {"config", "print"},
        {"signatures", "list"},
        {"backup", path("backup-" + fresh)},
        {"credentials", "rotate", "operator", "--replace"},
    };
  }
};

// The words below "Subcommands:" of a help text.
std::vector<std::string> subcommands(const std::string& help) {
  std::vector<std::string> names;
  std::istringstream lines(help);
  bool below = false;
  for (std::string line; std::getline(lines, line);) {
    if (below && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    below = line == "Subcommands:" || (below && !line.empty());
  }
  return names;
}

std::set<std::string> all_commands() {
  std::set<std::string> all;
  for (const std::string& name : subcommands(run_command({RAKKAN_PROGRAM, "--help"}).output)) {
    const std::vector<std::string> inner = subcommands(run_command({RAKKAN_PROGRAM, name, "--help"}).output);
    for (const std::string& one : inner) {
      all.insert(name + " " + one);
    }
    if (inner.empty()) {
      all.insert(name);
    }
  }
  return all;
}

TEST_F(Undelivered, EveryCommandFailsWhenStandardOutputDoes) {
  std::set<std::string> tried{"init", "signatures abandon", "signatures finish"};
  for (std::size_t i = 0; i < commands().size(); ++i) {
    const std::vector<std::string> words = commands().at(i);
    const bool is_in_group = words[0] == "credentials" || words[0] == "keys" || words[0] == "audit" ||
                             words[0] == "data" || words[0] == "config" || words[0] == "signatures";
    const std::string what = is_in_group ? words[0] + " " + words[1] : words[0];
    tried.insert(what);
    for (const char* redirection : {">/dev/full", ">&-"}) {
      expect_unwritten(to(redirection, with_configuration(commands().at(i))), what + redirection);
      expect_unwritten(to(redirection, with_configuration(plus(commands().at(i), {"--json"}))),
                       what + " --json" + redirection);
    }
    const CommandOutcome healthy = to("2>&1", with_configuration(commands().at(i)));
    const bool is_verdict = what == "verify" || what == "decide";  // on a document that has no signature
    EXPECT_EQ(healthy.exit_code, is_verdict ? kIndeterminate : 0) << what << ": " << healthy.output;
  }
  EXPECT_EQ(tried, all_commands());
}

TEST_F(Undelivered, EndingAPendingSignatureFailsTooWhenStandardOutputDoes) {
  for (const char* const verb : {"finish", "abandon"}) {
    for (const char* const redirection : {">/dev/full", ">&-"}) {
      for (const bool json : {false, true}) {
        std::vector<std::string> words{"signatures", verb, pending_signature()};
        if (json) {
          words.emplace_back("--json");
        }
        expect_unwritten(to(redirection, with_profile("internal", words)), verb + std::string(redirection));
      }
    }
    const CommandOutcome healthy = to("2>&1", with_profile("internal", {"signatures", verb, pending_signature()}));
    EXPECT_EQ(healthy.exit_code, 0) << verb << ": " << healthy.output;
  }
}

TEST_F(Undelivered, EveryHelpAndVersionFailsToo) {
  for (const char* program : {RAKKAN_PROGRAM, RAKKAND_PROGRAM}) {
    for (const char* option : {"--help", "--version"}) {
      for (const char* redirection : {">/dev/full", ">&-"}) {
        expect_unwritten(to(redirection, {program, option}), std::string(program) + option + redirection);
      }
    }
  }
}

TEST_F(Undelivered, AReaderWhoHasGoneIsAFailureAndNotASignal) {
  const CommandOutcome gone = run_command({"python3", "-c",
                                           "import os, subprocess, sys\n"
                                           "reader, writer = os.pipe()\n"
                                           "os.close(reader)\n"
                                           "sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode)\n",
                                           RAKKAN_PROGRAM, "--version"});
  expect_unwritten(gone, "a pipe without a reader");
}

// The numbers of closed streams are the first that the system gives to files: the store, the lock.
TEST_F(Undelivered, ClosedStreamsAreNoFilesOfOurs) {
  const CommandOutcome outcome = to(">&- 2>&- <&-", with_configuration({"keys", "list"}));
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_EQ(rakkan({"audit", "verify"}).exit_code, 0);
  const CommandOutcome lock = run_command({"cat", path("data/lock")});
  EXPECT_THAT(lock.output, ::testing::MatchesRegex("[0-9]+\n"));
}

// All keys of that label are revoked, and there is one.
void expect_all_revoked(const boost::json::object& list, const std::string& label) {
  int found = 0;
  for (const auto& key : list.at("keys").as_array()) {
    if (key.at("label").as_string() == label) {
      ++found;
      EXPECT_TRUE(key.as_object().contains("revoked")) << boost::json::serialize(key);
    }
  }
  EXPECT_GT(found, 0);
}

TEST_F(Undelivered, AKeyWhoseTextWasNotShownIsRevokedAgain) {
  const std::vector<std::string> create{"keys", "create", "--tenant", "t", "--label", "lost", "--scope", "sign"};
  const CommandOutcome lost = to(">/dev/full", with_configuration(create));
  expect_unwritten(lost, "keys create");
  EXPECT_THAT(lost.output, HasSubstr("was revoked again"));
  // The key into a file that cannot be made, and into one that can while the facts cannot be written.
  const CommandOutcome nowhere = rakkan(plus(create, {"-o", path("none/key")}));
  EXPECT_EQ(nowhere.exit_code, kUsage);
  EXPECT_THAT(nowhere.output, HasSubstr("file-unwritable"));
  EXPECT_THAT(nowhere.output, HasSubstr("was revoked again"));
  expect_unwritten(to(">/dev/full", with_configuration(plus(create, {"-o", path("untold.key")}))), "keys create -o");
  EXPECT_FALSE(fs::exists(path("untold.key"))) << "a key that is no good any more";
  expect_all_revoked(answer({"keys", "list"}), "lost");
}

TEST_F(Undelivered, AnActivationWhoseTokenWasNotGivenOutIsWithdrawnAgain) {
  const std::vector<std::string> activate{"credentials", "activate",           "party-a", "--pin-file", path("a.pin"),
                                          "--digest",    std::string(64, 'b'), "-o",      "-"};
  const CommandOutcome lost = to(">/dev/full", with_configuration(activate));
  expect_unwritten(lost, "credentials activate");
  EXPECT_THAT(lost.output, HasSubstr("the activation was withdrawn again"));
  // The token stands in its file, but the facts could not be written: it does not sign.
  std::vector<std::string> into_file = activate;
  into_file.back() = path("untold.token");
  expect_unwritten(to(">/dev/full", with_configuration(into_file)), "credentials activate -o");
  EXPECT_FALSE(fs::exists(path("untold.token")));
}

TEST_F(Undelivered, ACodeThatWasNotShownIsWithdrawnAgain) {
  const std::vector<std::string> issue{"credentials", "pin", "party-b", "--code"};
  const std::vector<std::string> withdraw{"credentials", "pin", "party-b", "--withdraw-code"};
  const CommandOutcome lost = to(">/dev/full", with_configuration(issue));
  expect_unwritten(lost, "credentials pin --code");
  EXPECT_THAT(lost.output, HasSubstr("the code was withdrawn again"));
  EXPECT_EQ(refusal(withdraw, 4), "pin-code-unknown");
  expect_unwritten(to(">/dev/full", with_configuration(plus(issue, {"-o", path("untold.code")}))), "pin --code -o");
  EXPECT_FALSE(fs::exists(path("untold.code"))) << "a code that is no good any more";
  EXPECT_EQ(refusal(withdraw, 4), "pin-code-unknown");
  // One that was given out is there until somebody takes it back.
  answer(plus(issue, {"-o", path("told.code")}));
  answer(withdraw);
}

// The same with --server.
TEST(UndeliveredByAServer, KeysAreRevokedAndActivationsWithdrawnAgain) {
  const TemporaryFolder temporary(memory_folder());
  const ServerFolder folder(fs::path(RAKKAN_PROGRAM).parent_path(), temporary.path() / "data");
  const auto key_file = temporary.path() / "key";
  const CommandOutcome made =
      run_command({RAKKAN_PROGRAM, "--config", (folder.path() / "rakkan.toml").string(), "keys", "create", "--tenant",
                   "load", "--label", "all", "--scope", "admin", "--scope", "sign", "-o", key_file.string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  ServerProcess server = folder.start({"pin.memory=8MiB", "pin.iterations=1"});
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.begin(), RAKKAN_PROGRAM);
    words.insert(words.end(), {"--server", folder.url(""), "--api-key-file", key_file.string()});
    return words;
  };
  const CommandOutcome lost_key = to(">/dev/full", ask({"keys", "create", "--label", "lost", "--scope", "sign"}));
  expect_unwritten(lost_key, "keys create --server");
  EXPECT_THAT(lost_key.output, HasSubstr("was revoked again"));
  std::vector<std::string> list = ask({"keys", "list"});
  list.emplace_back("--json");
  expect_all_revoked(boost::json::parse(run_command(list).output).as_object(), "lost");

  const auto pin_file = temporary.path() / "pin";
  write_bytes(pin_file, bytes_of(ServerFolder::party_pin()));
  fs::permissions(pin_file, fs::perms::owner_read | fs::perms::owner_write);
  const CommandOutcome lost_token =
      to(">/dev/full", ask({"credentials", "activate", "party-takasaki", "--pin-file", pin_file.string(), "--digest",
                            std::string(64, 'c'), "-o", "-"}));
  expect_unwritten(lost_token, "credentials activate --server");
  EXPECT_THAT(lost_token.output, HasSubstr("the activation was withdrawn again"));
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace rakkan::test
