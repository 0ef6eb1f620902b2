// An operator's week beside a running rakkand: every command over its Unix socket and by --server, while callers go on
// signing, and each change in the trail with who made it.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "integration/cli/beside_server.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "support/eventually.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSignerExtensions = "keyUsage=critical,digitalSignature\n";

class AdministrationCommands : public BesideAServer {
 protected:
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
  const json::object key =
      answer({"keys", "create", "--tenant", "acme", "--label", "of the week", "--scope", "augment"});
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

// The operator gives out a code, and the party's key alone brings the PIN: the operator never has it.
TEST_F(AdministrationCommands, APartySetsItsPinByTheOperatorsCodeAndChangesItByTheOldOne) {
  start();
  const std::uint64_t before = covered();
  certify("party-of-a-code", {"--kind", "party", "--party", "code", "--key", "p-256", "--tenant", "acme"},
          "CN=code,C=JP", kSignerExtensions);
  const std::string digest(64, 'd');
  const auto activate = [&](const std::string& pin_file) {
    return by_server({"credentials", "activate", "party-of-a-code", "--pin-file", pin_file, "--digest", digest, "-o",
                      path("code.token")});
  };
  const auto change = [&](const std::string& pin_file, const std::string& by, const std::string& file) {
    return by_server({"credentials", "change-pin", "party-of-a-code", "--pin-file", pin_file, by, file});
  };
  const std::string first = write("code-first.pin", "first-141421\n", true);
  const std::string second = write("code-second.pin", "second-173205\n", true);
  EXPECT_EQ(refusal(activate(first), 4), "pin-not-set");
  EXPECT_EQ(refusal(change(first, "--old-pin-file", first), 4), "pin-not-set");

  const std::string code_file = path("party.code");
  const json::object issued = answer({"credentials", "pin", "party-of-a-code", "--code", "-o", code_file});
  EXPECT_FALSE(issued.contains("code")) << "it is in its file and nowhere else";
  EXPECT_EQ(fs::status(code_file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(refusal(by_server({"credentials", "pin", "party-of-a-code", "--code"}), 4), "operator-only");
  EXPECT_EQ(refusal(change(first, "--code-file", write("wrong.code", "0000-0000-0000-0000-0000\n", true)), 4),
            "pin-code-unknown");
  EXPECT_EQ(refusal(change(first, "--code-file", write("no.code", "my code\n", true)), 3), "invalid-request");
  const json::object changed = answer(change(first, "--code-file", code_file));
  EXPECT_EQ(changed.at("pin").as_string(), "changed");
  EXPECT_EQ(refusal(change(second, "--code-file", code_file), 4), "pin-code-unknown") << "used up";
  answer(activate(first));
  answer(change(second, "--old-pin-file", first));
  EXPECT_EQ(refusal(activate(first), 4), "pin-incorrect");
  answer(activate(second));

  EXPECT_EQ(refusal({"credentials", "change-pin", "party-of-a-code", "--pin-file", first}, 3), "invalid-argument");
  EXPECT_EQ(refusal({"credentials", "change-pin", "party-of-a-code", "--pin-file", "-", "--old-pin-file", "-"}, 3),
            "invalid-argument");
  EXPECT_EQ(refusal({"credentials", "pin", "party-of-a-code"}, 3), "invalid-argument");

  std::string key;
  std::ifstream(path("week-acme.key")) >> key;
  const std::string party = "key:" + key.substr(4, 16);
  expect_events(before, {"pin.code_issued " + operator_id(), "pin.changed " + party, "pin.changed " + party});
  stop();
  // Without a server the folder does it.
  answer({"credentials", "pin", "party-of-a-code", "--code", "-o", code_file});
  answer({"credentials", "change-pin", "party-of-a-code", "--pin-file", first, "--code-file", code_file});
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
  for (int i = 0; i < 10; ++i) {
    const CommandOutcome outcome = run_command({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl",
                                                "-s", "-i", "--unix-socket", at, "http://localhost/v1/credentials"});
    EXPECT_THAT(outcome.output, testing::AllOf(HasSubstr(" 403 "), HasSubstr("local-user-refused")));
  }
}

}  // namespace
}  // namespace rakkan::test
