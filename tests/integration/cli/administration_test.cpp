// An operator's week beside a running rakkand: every command over its Unix socket and by --server, while callers go on
// signing, and each change in the trail with who made it.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/result_matchers.hpp"
#include "support/server_process.hpp"
#include "support/witness_request.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSignerExtensions = "keyUsage=critical,digitalSignature\n";

class AdministrationCommands : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    for (const char* tenant : {"acme", "zebra"}) {
      const std::string file = path(std::string("week-") + tenant + ".key");
      if (!fs::exists(file)) {
        answer({"keys", "create", "--tenant", tenant, "--label", "week", "--scope", "admin", "--scope", "audit",
                "--scope", "sign", "-o", file});
      }
    }
  }
  ~AdministrationCommands() override { stop(); }

  void start(const std::string& socket = "{data_dir}/rakkand.sock") {
    const std::uint16_t port = free_port();
    ::setenv("RAKKAN_HTTP_PORT", std::to_string(port).c_str(), 1);
    ::setenv("RAKKAN_METRICS_PORT", "0", 1);
    ::setenv("RAKKAN_ADMIN_SOCKET", socket.c_str(), 1);
    auto started =
        ServerProcess::start(RAKKAND_PROGRAM, {"--config", path("data/rakkan.toml")}, port, path("week.log"));
    for (const char* name : {"RAKKAN_HTTP_PORT", "RAKKAN_METRICS_PORT", "RAKKAN_ADMIN_SOCKET"}) {
      ::unsetenv(name);
    }
    ASSERT_TRUE(started.has_value()) << to_string(started.error());
    server_.emplace(std::move(*started));
    url_ = "http://127.0.0.1:" + std::to_string(port);
  }
  void stop() {
    if (server_) {
      EXPECT_EQ(server_->stop(), 0);
      server_.reset();
    }
  }
  static std::string socket() { return path("data/rakkand.sock"); }

  [[nodiscard]] std::vector<std::string> by_server(std::vector<std::string> command,
                                                   const std::string& tenant = "acme") const {
    command.insert(command.end(), {"--server", url_, "--api-key-file", path("week-" + tenant + ".key")});
    return command;
  }

  // Asks an endpoint over the socket: the trail has thousands of entries, and a program for each would take minutes.
  static json::object get(const std::string& target) {
    fetch::HttpOptions options;
    options.unix_socket = socket();
    const auto answer = fetch::HttpClient(options).send({"GET", "http://localhost" + target, {}, {}});
    if (!answer || answer->status != 200) {
      return {};
    }
    return json::parse(text_of(answer->body)).as_object();
  }
  // The entry with its record; nothing when no checkpoint covers it yet.
  static json::object entry_at(std::uint64_t index) { return get("/v1/audit/entries/" + std::to_string(index)); }
  static std::uint64_t covered() {
    return answer({"audit", "verify"}).at("logs").at(0).at("size").to_number<std::uint64_t>();
  }
  // The record as JSON within JSON, or as its text where JSON would not give it back letter for letter.
  static json::object object_in(const json::value& value) {
    return value.is_object() ? value.get_object() : json::parse(value.as_string()).as_object();
  }
  // "credential.added local:0"
  static std::string event_of(const json::object& answer) {
    const json::object& file = answer.at("entry").as_object();
    const json::object entry = object_in(file.at("entry"));
    std::string by;
    if (const json::value* body = file.if_contains("body"); body != nullptr) {
      const json::object record = object_in(*body);
      if (const json::value* who = record.if_contains("by"); who != nullptr) {
        by = who->is_object() ? std::string(who->at("id").as_string()) : std::string(who->as_string());
      }
    }
    return std::string(entry.at("event").as_string()) + " " + by;
  }
  // Expects all of them behind `first`, now or with the next checkpoint.
  static void expect_events(std::uint64_t first, std::vector<std::string> wanted) {
    EXPECT_TRUE(eventually([&] {
      for (json::object entry = entry_at(first); !entry.empty() && !wanted.empty(); entry = entry_at(first)) {
        const auto found = std::find(wanted.begin(), wanted.end(), event_of(entry));
        if (found != wanted.end()) {
          wanted.erase(found);
        }
        ++first;
      }
      return wanted.empty();
    })) << "not in the trail: "
        << testing::PrintToString(wanted);
  }
  static std::string operator_id() { return "local:" + std::to_string(::getuid()); }

  static std::vector<std::string> ids_in(const json::object& answer, std::string_view list) {
    std::vector<std::string> ids;
    for (const json::value& one : answer.at(list).as_array()) {
      ids.emplace_back(one.at("id").as_string());
    }
    return ids;
  }

  std::optional<ServerProcess> server_;
  std::string url_;
};

// Callers who go on signing: none of their requests may fail.
class Callers {
 public:
  explicit Callers(std::string url, const std::string& key_file) : url_(std::move(url)) {
    std::ifstream(key_file) >> key_;
    thread_ = std::thread([this] { run(); });
  }
  ~Callers() {
    stopping_ = true;
    thread_.join();
  }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  [[nodiscard]] unsigned signed_so_far() const noexcept { return signed_; }
  [[nodiscard]] unsigned failed() const noexcept { return failed_; }

 private:
  void run() {
    const fetch::HttpClient client(fetch::HttpOptions{});
    for (unsigned i = 0; !stopping_; ++i) {
      const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(std::to_string(i)));
      const std::string body = cms_request("operator", digest, to_rfc3339(SystemClock().now()));
      const auto answer = client.send({"POST",
                                       url_ + "/v1/cms",
                                       {{"Authorization", "Bearer " + key_}, {"Content-Type", "application/json"}},
                                       {bytes_of(body)}});
      ++(answer && answer->status == 200 ? signed_ : failed_);
    }
  }

  std::string url_;
  std::string key_;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> signed_{0};
  std::atomic<unsigned> failed_{0};
  std::thread thread_;
};

TEST_F(AdministrationCommands, OverTheSocketAWeekNeedsNoStop) {
  answer(sign(contract(), path("week.pdf"),
              {"--credential", "operator", "--type", "witness", "--instruction",
               instruction_for(contract(), "week.json", "u-week"), "--level", "B-T"}));
  start();
  const std::uint64_t before = covered();
  const Callers callers(url_, path("week-acme.key"));

  certify("week", {"--kind", "party", "--party", "week", "--key", "p-256", "--tenant", "acme"}, "CN=week,C=JP",
          kSignerExtensions);
  answer({"credentials", "adopt", "week-twin", "--kind", "operator", "--token", "week", "--key-label", "week"});
  EXPECT_THAT(ids_in(answer({"credentials", "list"}), "credentials"), testing::IsSupersetOf({"week", "week-twin"}));
  answer({"credentials", "pin", "week", "--pin-file", write("week.pin", "314159\n", true)});
  answer({"credentials", "pin", "week", "--reset"});
  EXPECT_EQ(refusal({"credentials", "pin", "operator", "--reset"}, 4), "credential-type-mismatch");
  answer({"credentials", "disable", "week-twin"});
  const json::object key = answer({"keys", "create", "--tenant", "acme", "--label", "of the week", "--scope", "sign"});
  const std::string key_id(key.at("id").as_string());
  EXPECT_THAT(ids_in(answer({"keys", "list"}), "keys"), testing::Contains(key_id));
  answer({"keys", "revoke", key_id});
  EXPECT_THAT(json::serialize(answer({"tenants"})), testing::AllOf(HasSubstr("\"zebra\""), HasSubstr(key_id)));

  EXPECT_EQ(answer({"audit", "key"}).at("keys").as_array().size(), 2U);
  EXPECT_TRUE(answer({"audit", "verify"}).at("verified").as_bool());
  answer({"audit", "prove", "1", "-o", path("week.proof"), "--record", path("week.record")});
  const std::string vkey(answer({"audit", "key"}).at("keys").at(0).as_string());
  answer({"audit", "verify", "--proof", path("week.proof"), "--record", path("week.record"), "--key", vkey});
  for (int i = 0; i < 3; ++i) {  // beside a log that grows
    answer({"audit", "export", "-o", path("week-export")});
    answer({"audit", "verify", "--dir", path("week-export/trail"), "--key", vkey});
  }
  expect_events(
      before, {"credential.added " + operator_id(), "credential.certified " + operator_id(),
               "credential.added " + operator_id(), "pin.set " + operator_id(), "pin.reset " + operator_id(),
               "credential.disabled " + operator_id(), "key.created " + operator_id(), "key.revoked " + operator_id()});
  const json::object erased = answer({"audit", "erase", "--subject", "u-week", "--yes"});
  EXPECT_FALSE(erased.at("erased").as_array().empty());
  expect_events(before, {"record.erased " + operator_id()});
  EXPECT_TRUE(answer({"audit", "verify"}).at("verified").as_bool());

  EXPECT_GT(callers.signed_so_far(), 10U);
  EXPECT_EQ(callers.failed(), 0U);
}

TEST_F(AdministrationCommands, ByServerAKeyDoesTheSameForItsTenant) {
  start();
  const std::uint64_t before = covered();
  const Callers callers(url_, path("week-acme.key"));
  const std::string id = "acme-distant";
  const json::object made =
      answer(by_server({"credentials", "generate", id, "--kind", "party", "--party", "distant", "--key", "p-256"}));
  EXPECT_EQ(made.at("tenant").as_string(), "acme");
  answer(by_server({"credentials", "csr", id, "--subject", "CN=distant,C=JP", "-o", path("distant.csr")}));
  EXPECT_THAT(run_command({"openssl", "req", "-verify", "-noout", "-in", path("distant.csr")}).output, HasSubstr("OK"));
  const CommandOutcome certified = run_command(
      {"sh", "-c",
       "printf '" + std::string(kSignerExtensions).substr(0, 34) + "\\n' > '" + path("distant.cnf") +
           "' && openssl x509 -req -in '" + path("distant.csr") + "' -CA '" + path("ca.pem") + "' -CAkey '" +
           path("ca.key") + "' -set_serial 4711 -days 30 -extfile '" + path("distant.cnf") + "' -out '" +
           path("distant.pem") + "' && cat '" + path("ca.pem") + "' >> '" + path("distant.pem") + "'"});
  ASSERT_EQ(certified.exit_code, 0) << certified.output;
  answer(by_server({"credentials", "import", id, path("distant.pem")}));
  EXPECT_THAT(ids_in(answer(by_server({"credentials", "list"})), "credentials"), testing::Contains(id));
  answer({"credentials", "pin", id, "--pin-file", write("distant.pin", "271828\n", true)});
  answer(by_server({"credentials", "pin", id, "--reset"}));
  EXPECT_THAT(json::serialize(answer(by_server({"tenants"}))), testing::AllOf(HasSubstr(id), Not(HasSubstr("zebra"))));
  answer(by_server({"credentials", "disable", id}));

  EXPECT_EQ(answer(by_server({"audit", "key"})), answer({"audit", "key"}));
  EXPECT_TRUE(answer(by_server({"audit", "verify"})).at("verified").as_bool());
  answer(by_server({"audit", "prove", "1", "-o", path("distant.proof")}));
  answer(by_server({"audit", "export", "-o", path("distant-export")}));
  const std::string vkey(answer({"audit", "key"}).at("keys").at(0).as_string());
  answer({"audit", "verify", "--dir", path("distant-export/trail"), "--key", vkey});

  std::string key;
  std::ifstream(path("week-acme.key")) >> key;
  const std::string by = "key:" + key.substr(4, 16);
  expect_events(
      before, {"credential.added " + by, "credential.certified " + by, "pin.reset " + by, "credential.disabled " + by});
  EXPECT_EQ(callers.failed(), 0U);
}

TEST_F(AdministrationCommands, AKeyReachesNothingOfOthers) {
  start();
  const std::uint64_t first = covered();
  answer(by_server({"credentials", "generate", "zebra-only", "--kind", "party", "--party", "z", "--key", "p-256"},
                   "zebra"));
  const std::uint64_t before = covered();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"credentials", "adopt", "stolen", "--kind", "operator", "--token", "operator", "--key-label", "operator"},
           {"credentials", "generate", "stolen", "--kind", "operator", "--key", "p-256", "--token", "operator"},
           {"credentials", "generate", "stolen", "--kind", "operator", "--key", "p-256", "--tenant", "zebra"},
           {"credentials", "generate", "stolen", "--kind", "tsu", "--key", "p-256"},
           {"credentials", "csr", "operator", "--subject", "CN=x", "-o", path("never.csr")},
           {"credentials", "import", "operator", chain_of("operator")},
           {"credentials", "disable", "operator"},
           {"credentials", "pin", "party-a", "--reset"},
           {"credentials", "pin", "party-a", "--pin-file", write("stolen.pin", "000000\n", true)}}) {
    EXPECT_EQ(refusal(by_server(command), 4), "operator-only") << command[1];
  }
  EXPECT_EQ(
      refusal(by_server({"credentials", "generate", "audit-log", "--kind", "party", "--party", "x", "--key", "p-256"}),
              3),
      "already-exists")
      << "a token that is there is the operator's";
  EXPECT_EQ(refusal(by_server({"credentials", "disable", "zebra-only"}), 3), "credential-unknown");
  EXPECT_THAT(json::serialize(answer(by_server({"credentials", "list"}))), Not(HasSubstr("zebra-only")));
  EXPECT_FALSE(fs::exists(path("never.csr")));

  // A key sees the entry of another tenant's record, and erases nothing of it.
  std::optional<std::uint64_t> theirs;
  std::uint64_t index = first;
  EXPECT_TRUE(eventually([&] {
    for (json::object entry = entry_at(index); !entry.empty() && !theirs; entry = entry_at(++index)) {
      if (json::serialize(entry).find("zebra-only") != std::string::npos) {
        theirs = index;
      }
    }
    return theirs.has_value();
  }));
  const json::object seen = answer(by_server({"audit", "show", std::to_string(theirs.value_or(0))}));
  EXPECT_TRUE(seen.at("withheld").as_bool());
  EXPECT_FALSE(seen.contains("record"));
  const json::object own = answer(by_server({"audit", "show", std::to_string(theirs.value_or(0))}, "zebra"));
  EXPECT_TRUE(own.contains("record"));
  const json::object erased =
      answer(by_server({"audit", "erase", "--index", std::to_string(theirs.value_or(0)), "--yes"}));
  EXPECT_TRUE(erased.at("erased").as_array().empty());
  expect_events(before, {"request.refused "});
}

TEST_F(AdministrationCommands, TheFolderTheSocketAndTheServerAnswerAlike) {
  const json::object here = answer({"credentials", "list"});
  const json::object keys_here = answer({"keys", "list"});
  const json::object vkeys_here = answer({"audit", "key"});
  EXPECT_FALSE(fs::exists(socket())) << "a command makes no socket";
  start();
  EXPECT_EQ(answer({"credentials", "list"}), here);
  EXPECT_EQ(answer({"keys", "list"}), keys_here);
  EXPECT_EQ(answer({"audit", "key"}), vkeys_here);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"credentials", "disable", "nobody"},
                                             {"audit", "show", "99999999"},
                                             {"keys", "revoke", "0123456789abcdef"}}) {
    const CommandOutcome there = rakkan(command);
    stop();
    const CommandOutcome at_home = rakkan(command);
    start();
    EXPECT_EQ(there.exit_code, at_home.exit_code) << there.output << at_home.output;
    EXPECT_EQ(there.output, at_home.output);
  }
}

TEST_F(AdministrationCommands, WithoutASocketTheFolderIsTheServersAlone) {
  start("");
  EXPECT_FALSE(fs::exists(socket()));
  EXPECT_EQ(refusal({"credentials", "list"}, 3), "data-folder-in-use");
  EXPECT_FALSE(answer(by_server({"credentials", "list"})).at("credentials").as_array().empty());
}

TEST_F(AdministrationCommands, ASocketThatAKilledServerLeftIsNoServer) {
  start();
  server_->kill();
  server_.reset();
  EXPECT_TRUE(fs::exists(socket()));
  EXPECT_FALSE(answer({"credentials", "list"}).at("credentials").as_array().empty()) << "the folder itself";
  start();
  EXPECT_FALSE(answer({"credentials", "list"}).at("credentials").as_array().empty());
  struct stat made{};
  ASSERT_EQ(::stat(socket().c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777U, 0600U);
  stop();
  EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(AdministrationCommands, AnotherUserIsRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can be another user";
  }
  const TemporaryFolder open_to_all;
  fs::permissions(open_to_all.path(), fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
  const std::string at = (open_to_all.path() / "s").string();
  start(at);
  fs::permissions(at, fs::perms::all);
  // The server does not read a body that it refuses, so the answer may be lost with the connection; it is never
  // another.
  EXPECT_TRUE(eventually([&] {
    const CommandOutcome outcome = run_command({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl",
                                                "-s", "-i", "--unix-socket", at, "http://localhost/v1/credentials"});
    EXPECT_THAT(outcome.output, testing::Not(HasSubstr("credentials\":"))) << outcome.output;
    return outcome.output.find(" 403 ") != std::string::npos &&
           outcome.output.find("local-user-refused") != std::string::npos;
  }));
}

}  // namespace
}  // namespace rakkan::test
