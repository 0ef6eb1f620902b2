// A user on the server's machine looks into its memory, a core, and files that others may read.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "attack_scene.hpp"
#include "support/process_memory.hpp"
#include "support/run_command.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MachineAttack : public AttackScene {
 protected:
  [[nodiscard]] std::string key() const { return attacked_.attacker_key; }
  [[nodiscard]] std::string log() const {
    std::stringstream text;
    text << std::ifstream(attacked_.folder.log()).rdbuf();
    return text.str();
  }
  // The message of a `rakkand` that does not start; nothing when it starts.
  [[nodiscard]] std::optional<std::string> refusal() {
    try {
      start_alone();
    } catch (const std::exception&) {
      return log();
    }
    server_->stop();
    server_.reset();
    return std::nullopt;
  }
};

TEST_F(MachineAttack, SecretsThatWereSentAreNotInMemory) {
  start_alone();
  const std::string pin = AttackedFolder::kAttackersPin;
  const std::string wrong = "wrong-5772156649";
  const std::string activated = "activated";
  // The secret stands behind the second underscore, and may have underscores itself.
  const std::size_t secret_begins = key().find('_', key().find('_') + 1) + 1;
  std::vector<std::string> secrets{pin, wrong, key().substr(secret_begins)};
  for (int i = 0; i < 8; ++i) {
    Wire wire = connect();
    ASSERT_EQ(wire.ask(post("/v1/cms", key(), kJson, party_body(AttackedFolder::kAttackersParty, pin, "a"))).status,
              200U);
    const RawAnswer made =
        wire.ask(post("/v1/activations", key(), kJson,
                      activation_request(AttackedFolder::kAttackersParty, sha256_of(activated), pin)));
    ASSERT_EQ(made.status, 201U) << made.body;
    secrets.push_back(member(made.body, "activation"));
    ASSERT_EQ(wire.ask(post("/v1/cms", key(), kJson,
                            party_cms_request(AttackedFolder::kAttackersParty, sha256_of(activated), secrets.back())))
                  .status,
              200U);
    // In a body that comes in two parts, in chunks, in a batch, under an Idempotency-Key, in one that is malformed.
    const std::string body = party_body(AttackedFolder::kAttackersParty, pin, "b" + std::to_string(i));
    ASSERT_EQ(wire.ask(post_head("/v1/cms", key(), kJson, "Transfer-Encoding: chunked\r\n\r\n") +
                       chunk(body.substr(0, body.size() - 8)) + chunk(body.substr(body.size() - 8)) + "0\r\n\r\n")
                  .status,
              200U);
    ASSERT_EQ(wire.ask(post("/v1/cms", key(), kJson, body, idempotency_key(std::to_string(i)))).status, 200U);
    ASSERT_EQ(wire.ask(post("/v1/cms:batch", key(), kLines, body + "\n" + body + "\n")).status, 200U);
    ASSERT_EQ(wire.ask(post("/v1/cms", key(), kJson, body + "{")).status, 400U);
    ASSERT_EQ(wire.ask(post("/v1/cms", "", kJson, body)).status, 401U);
  }
  ASSERT_EQ(ask(post("/v1/cms", key(), kJson, party_body(AttackedFolder::kAttackersParty, wrong, "c"))).status, 403U);
  ASSERT_TRUE(soon([&] { return metrics().sum("rakkan_http_connections") <= 1; }));

  secrets.push_back(AttackedFolder::kAttackersParty);  // the control: no secret, and there
  const ProcessMemory memory(server_->pid());
  if (!memory.is_open()) {
    return;  // another user sees no more
  }
  for (std::size_t i = 0; i + 1 < secrets.size(); ++i) {
    EXPECT_THAT(memory.places_of(secrets[i]), IsEmpty()) << "secret " << i;
  }
  EXPECT_FALSE(memory.places_of(secrets.back()).empty()) << "no control: the search finds nothing";
}

// Whether a process that may leave a core here leaves one.
bool cores_are_written(const std::string& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE, &all);
    if (::chdir(folder.c_str()) != 0) {
      ::_exit(1);
    }
    ::signal(SIGABRT, SIG_DFL);
    ::raise(SIGABRT);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WCOREDUMP(status);
}

TEST_F(MachineAttack, ACrashLeavesNoCore) {
  const std::string folder = temporary_.path().string();
  if (!cores_are_written(folder)) {
    GTEST_SKIP() << "no process leaves a core on this machine";
  }
  start_alone({}, "cd " + folder + "; ulimit -c unlimited");
  ASSERT_EQ(ask(get("/readyz")).status, 200U);
  EXPECT_FALSE(server_->abort());
}

TEST_F(MachineAttack, WhatOthersMayWriteIsRefusedWithTheCommandThatMendsIt) {
  const fs::path data = attacked_.folder.path();
  ASSERT_EQ(refusal(), std::nullopt);  // the control
  const auto all = fs::perms::all;
  const auto everybodys_file = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read |
                               fs::perms::group_write | fs::perms::others_read | fs::perms::others_write;
  const std::vector<std::pair<fs::path, fs::perms>> open{{data, all},
                                                         {data / "rakkan.db", everybodys_file},
                                                         {data / "rakkan.toml", everybodys_file},
                                                         {data / "audit", all},
                                                         {data / "pins", all},
                                                         {data / "pins" / "tsu.pin", everybodys_file}};
  for (const auto& [path, mode] : open) {
    const fs::perms before = fs::status(path).permissions();
    fs::permissions(path, mode);
    const auto refused = refusal();
    EXPECT_TRUE(refused.has_value()) << path;
    EXPECT_THAT(refused.value_or(""), HasSubstr("chmod")) << path;
    EXPECT_THAT(refused.value_or(""), HasSubstr(path.string())) << path;
    fs::permissions(path, before);
  }
  EXPECT_EQ(refusal(), std::nullopt);
}

TEST_F(MachineAttack, AFileOfAnotherOwnerIsRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  const fs::path data = attacked_.folder.path();
  constexpr uid_t kSomebody = 65'534;
  for (const fs::path& path : {data / "pins" / "tsu.pin", data / "rakkan.db", data / "rakkan.toml"}) {
    ASSERT_EQ(::chown(path.c_str(), kSomebody, static_cast<gid_t>(-1)), 0);
    const auto refused = refusal();
    EXPECT_TRUE(refused.has_value()) << path;
    EXPECT_THAT(refused.value_or(""), HasSubstr("chown")) << path;
    ASSERT_EQ(::chown(path.c_str(), 0, static_cast<gid_t>(-1)), 0);
  }
  EXPECT_EQ(refusal(), std::nullopt);
}

std::vector<std::string> open_to_others(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    if (entry.is_regular_file() && (entry.status().permissions() & others) != fs::perms::none) {
      found.push_back(entry.path().string());
    }
  }
  return found;
}

TEST_F(MachineAttack, NewFilesArePrivateUnderAnyUmask) {
  const fs::path fresh = temporary_.path() / "fresh";
  const auto made = run_command(
      {"/bin/sh", "-c", "umask 000; exec \"$@\"", "sh", attacked_programs() + "/rakkan", "init", fresh.string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  // The configuration holds no secrets: others may read it.
  EXPECT_THAT(open_to_others(fresh), ::testing::IsSubsetOf({(fresh / "rakkan.toml").string()}));
  EXPECT_EQ(fs::status(fresh / "rakkan.toml").permissions() & (fs::perms::group_write | fs::perms::others_write),
            fs::perms::none);
  EXPECT_EQ(fs::status(fresh).permissions() & fs::perms::mask, fs::perms::owner_all);

  const fs::path data = attacked_.folder.path();
  start_alone({}, "umask 000");
  ASSERT_EQ(ask(post("/v1/cms", key(), kJson, cms_body("a"))).status, 200U);
  ASSERT_EQ(ask(post("/tsa", key(), kTimestampQuery, timestamp_body("a"))).status, 200U);
  ASSERT_TRUE(soon([&] { return fs::exists(data / "audit" / "trail" / "checkpoint"); }, 10'000));
  EXPECT_THAT(open_to_others(data / "audit"), IsEmpty());
  for (const auto& entry : fs::directory_iterator(data)) {
    if (entry.path().filename().string().starts_with("rakkan.db") || entry.path().filename() == "lock") {
      EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
          << entry.path();
    }
  }
}

}  // namespace
}  // namespace rakkan::test
