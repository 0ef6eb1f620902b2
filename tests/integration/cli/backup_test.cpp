// `rakkan backup`: a copy of a running server's data folder that verifies, is a beginning of the live log, and signs as
// a folder of its own.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "integration/cli/beside_server.hpp"
#include "integration/cli/own_folder.hpp"
#include "support/eventually.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::HasSubstr;

constexpr int kBallastMib = 128;

// So much more for the copy to take: without it it is over before anybody could be held up.
class Ballast {
 public:
  Ballast(std::string database, int mebibytes) : database_(std::move(database)) {
    run("for n in range(" + std::to_string(mebibytes) +
        "): store.execute(\"INSERT INTO fact (name, value) VALUES (?, randomblob(1048576))\", (f'ballast.{n}',))");
  }
  ~Ballast() {
    run("store.execute(\"DELETE FROM fact WHERE name LIKE 'ballast.%'\"); store.commit(); store.execute('VACUUM')");
  }
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;

 private:
  void run(const std::string& what) {
    const CommandOutcome outcome = run_command(
        {"python3", "-c",
         "import sqlite3, sys\nstore = sqlite3.connect(sys.argv[1])\n" + what + "\nstore.commit()\nstore.close()\n",
         database_});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  }
  const std::string database_;
};

CommandOutcome rakkan_on(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {RAKKAN_PROGRAM, "--config", (folder / "rakkan.toml").string()});
  return run_command(std::move(arguments));
}

class BackupCommands : public BesideAServer {
 protected:
  static json::object by_socket(const std::string& target) {
    fetch::HttpOptions options;
    options.unix_socket = socket();
    const auto answer = fetch::HttpClient(options).send({"GET", "http://localhost" + target, {}, {}});
    return answer && answer->status == 200 ? json::parse(text_of(answer->body)).as_object() : json::object();
  }
  // The checkpoint of the trail as the server gives it to others.
  [[nodiscard]] std::string keep_checkpoint(const std::string& name) const {
    std::string key;
    std::ifstream(path("week-acme.key")) >> key;
    const auto answer = fetch::HttpClient(fetch::HttpOptions{})
                            .send({"GET", url_ + "/v1/audit/checkpoint", {{"Authorization", "Bearer " + key}}, {}});
    EXPECT_TRUE(answer && answer->status == 200);
    return write(name, answer ? text_of(answer->body) : "");
  }
  // The record of the entry that says so, at that index or behind it.
  static json::object find_record(std::uint64_t index, const std::string& event) {
    json::object found;
    EXPECT_TRUE(eventually([&] {
      for (json::object entry = by_socket("/v1/audit/entries/" + std::to_string(index)); !entry.empty();
           entry = by_socket("/v1/audit/entries/" + std::to_string(++index))) {
        const json::object& file = entry.at("entry").as_object();
        if (json::serialize(file.at("entry")).find(event) != std::string::npos) {
          found = file.at("body").as_object();
          return true;
        }
      }
      return false;
    }));
    return found;
  }
  static void expect_sums(const fs::path& folder) {
    const CommandOutcome checked =
        run_command({"sh", "-c", "cd \"$0\" && sha256sum --check --strict --quiet SHA256SUMS", folder.string()});
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
  }
  static void expect_private_and_without_pins(const fs::path& folder) {
    EXPECT_EQ(run_command({"find", folder.string(), "-perm", "/077"}).output, "");
    EXPECT_EQ(run_command({"find", folder.string(), "-name", "*pin*"}).output, "");
  }
  static void copy(const fs::path& from, const fs::path& to) {
    const CommandOutcome copied = run_command({"cp", "-a", from.string(), to.string()});
    ASSERT_EQ(copied.exit_code, 0) << copied.output;
  }
};

TEST_F(BackupCommands, OfARunningServerVerifiesContinuesAndSigns) {
  const Ballast ballast(path("data/rakkan.db"), kBallastMib);
  start();
  Callers callers(url_, path("week-acme.key"));
  ASSERT_TRUE(eventually([&] { return callers.signed_so_far() > 60; }));
  const std::string before = keep_checkpoint("before.checkpoint");
  const auto usual = callers.slowest();
  const unsigned already = callers.signed_so_far();

  const fs::path backup = path("backup");
  const json::object made = answer({"backup", backup.string(), "--with-tokens"});
  const auto meanwhile = callers.slowest();
  const unsigned signed_meanwhile = callers.signed_so_far() - already;
  RecordProperty("slowest_before_us", std::to_string(usual.count()));
  RecordProperty("slowest_meanwhile_us", std::to_string(meanwhile.count()));
  EXPECT_GT(signed_meanwhile, 10U) << "nobody could sign while it was made";
  EXPECT_LT(meanwhile, 10 * usual + std::chrono::milliseconds(250)) << "somebody waited for more than a commit";

  EXPECT_FALSE(fs::exists(backup.string() + ".unfinished"));
  EXPECT_GT(made.at("bytes").to_number<std::uint64_t>(), std::uint64_t{kBallastMib} << 20U);
  expect_sums(backup);
  expect_private_and_without_pins(backup);
  const json::object& trail = made.at("logs").at("trail").as_object();
  const json::object record = find_record(trail.at("size").to_number<std::uint64_t>(), "folder.backed_up");
  EXPECT_EQ(record.at("by").as_string(), "local:" + std::to_string(::getuid()));
  EXPECT_EQ(record.at("folder").as_string(), backup.string());
  EXPECT_EQ(record.at("trail"), json::value(trail));
  EXPECT_EQ(record.at("sums"), made.at("sums"));

  // Somewhere else, with the PINs from where they are kept.
  const fs::path restored = path("restored");
  copy(backup, restored);
  copy(path("data/pins"), restored / "pins");
  EXPECT_THAT(rakkan_on(restored, {"keys", "list"}).output, HasSubstr("data-folder-copied"));
  const CommandOutcome verified = rakkan_on(restored, {"audit", "verify", "--against", before});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_TRUE(
      answer({"audit", "verify", "--against", (backup / "audit/trail/checkpoint").string()}).at("verified").as_bool())
      << "the live log is another one";
  const CommandOutcome adopted = rakkan_on(restored, {"data", "adopt", "--yes", "--beside-original"});
  ASSERT_EQ(adopted.exit_code, 0) << adopted.output;
  EXPECT_THAT(adopted.output,
              testing::Not(HasSubstr("data folder " + std::string(made.at("data_folder").as_string()))));
  EXPECT_EQ(rakkan_on(restored, {"audit", "verify", "--against", before}).exit_code, 0);

  std::string url;
  auto second = start_on(restored, path("restored.log"), url);
  ASSERT_TRUE(second.has_value());
  {
    const Callers others(url, path("week-acme.key"));
    EXPECT_TRUE(eventually([&] { return others.signed_so_far() > 3; }));
    EXPECT_EQ(others.failed(), 0U);
  }
  EXPECT_EQ(rakkan_on(restored, {"audit", "verify", "--against", before}).exit_code, 0);
  EXPECT_EQ(second->stop(), 0);
  EXPECT_EQ(callers.failed(), 0U);
  stop();
}

TEST_F(BackupCommands, WithoutAServerAndWithoutKeys) {
  const fs::path backup = path("cold");
  const CommandOutcome made = rakkan({"backup", backup.string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("without keys"));
  expect_sums(backup);
  expect_private_and_without_pins(backup);
  EXPECT_TRUE(fs::is_empty(backup / "tokens"));
  EXPECT_EQ(rakkan_on(backup, {"audit", "verify"}).exit_code, 0);
  EXPECT_THAT(rakkan_on(backup, {"data", "adopt", "--yes", "--beside-original"}).output, HasSubstr("hsm-token-lost"));
  copy(path("data/tokens"), backup);
  copy(path("data/pins"), backup);
  const CommandOutcome adopted = rakkan_on(backup, {"data", "adopt", "--yes", "--beside-original"});
  EXPECT_EQ(adopted.exit_code, 0) << adopted.output;
  EXPECT_EQ(rakkan_on(backup, {"keys", "list"}).exit_code, 0);
}

TEST_F(BackupCommands, TakesNoFolderThatWillNotDo) {
  fs::create_directory(path("taken"));
  write("taken/something", "x");
  EXPECT_EQ(refusal({"backup", path("taken")}, 3), "already-exists");
  fs::create_directory(path("left.unfinished"));
  EXPECT_EQ(refusal({"backup", path("left")}, 3), "already-exists");
  EXPECT_TRUE(fs::exists(path("left.unfinished"))) << "it may be another one's that is being made";
  EXPECT_EQ(refusal({"backup", path("none/backup")}, 3), "invalid-request");
  EXPECT_EQ(refusal({"backup", path("data/backup")}, 3), "invalid-request");
  EXPECT_EQ(refusal({"backup", path("far"), "--server", "https://sign.example.jp"}, 3), "invalid-argument");
  EXPECT_EQ(fs::directory_iterator(path("taken"))->path().filename(), "something");
  fs::create_directory(path("empty"));
  EXPECT_EQ(rakkan({"backup", path("empty")}).exit_code, 0) << "an empty one is taken";
  expect_sums(path("empty"));
}

class BackupOfAFolder : public OwnFolder {};

// The copy's configuration means the copy, wherever the original's lies.
TEST_F(BackupOfAFolder, TakesItsConfigurationAlong) {
  init({"--config", path("elsewhere.toml").string(), "--set", "audit.commit_window=2ms"});
  const std::vector<std::string> command{
      "env",    "RAKKAN_HTTP_PORT=4711", RAKKAN_PROGRAM, "--config", path("elsewhere.toml").string(),
      "backup", path("backup").string(), "--with-tokens"};
  const CommandOutcome made = run_command(command);
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const std::string configuration = text_in(path("backup") / "rakkan.toml");
  EXPECT_THAT(configuration, HasSubstr("data_dir = \".\""));
  EXPECT_THAT(configuration, HasSubstr("commit_window = \"2ms\""));
  EXPECT_THAT(configuration, testing::Not(HasSubstr("4711"))) << "the environment's are the environment's";
  fs::remove_all(data() / "audit");
  EXPECT_EQ(rakkan(path("backup"), {"audit", "verify"}).exit_code, 0) << "it looked at the original";

  write_text(path("elsewhere.toml"), "data_dir = \".\"\n# a comment\n");
  fs::rename(path("elsewhere.toml"), path("backup") / "rakkan.toml");
  run_command({"cp", "-a", (data() / "pins").string(), (path("backup") / "pins").string()});
  answer(path("backup"), {"data", "adopt", "--yes", "--beside-original"});
  answer(path("backup"), {"backup", path("again").string()});
  EXPECT_THAT(text_in(path("again") / "rakkan.toml"), HasSubstr("# a comment")) << "as it is";
}

}  // namespace
}  // namespace rakkan::test
