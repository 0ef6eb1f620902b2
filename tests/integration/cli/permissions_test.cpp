// Files that others could change or read are refused by both programs at their start, with the command that mends it,
// and that command mends it. Files that the programs make are their user's alone, whatever the umask.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/run_command.hpp"
#include "support/server_folder.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kUsage = 3;
constexpr uid_t kSomebodyElse = 54'321;

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class TakenPort {
 public:
  TakenPort() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address_), size), 0);
    EXPECT_EQ(::listen(descriptor_, 1), 0);
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  ~TakenPort() { ::close(descriptor_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  [[nodiscard]] std::uint16_t number() const noexcept { return ntohs(address_.sin_port); }

 private:
  int descriptor_;
  sockaddr_in address_{};
};

class PermissionsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!the_home) {
      the_home = std::make_unique<TemporaryFolder>();
      const CommandOutcome made = run_command({RAKKAN_PROGRAM, "init", (the_home->path() / "data").string()});
      ASSERT_EQ(made.exit_code, 0) << made.output;
    }
  }
  static fs::path data(const std::string& name = "") { return name.empty() ? folder() : folder() / name; }
  static std::string configuration() { return data("rakkan.toml").string(); }
  static CommandOutcome rakkan() { return run_command({RAKKAN_PROGRAM, "--config", configuration(), "keys", "list"}); }
  // Runs rakkand on a port that is taken, so that it ends by itself when nothing else is wrong.
  static CommandOutcome rakkand() {
    const TakenPort taken;
    return run_command({"env", "RAKKAN_HTTP_PORT=" + std::to_string(taken.number()), "RAKKAN_METRICS_PORT=0",
                        RAKKAND_PROGRAM, "--config", configuration()});
  }
  // Expects both programs to refuse and to name the file and the command, and to refuse it no more after the command.
  static void expect_refused(const fs::path& path, const std::string& command) {
    for (const CommandOutcome& outcome : {rakkan(), rakkand()}) {
      EXPECT_EQ(outcome.exit_code, kUsage) << outcome.output;
      EXPECT_THAT(outcome.output, HasSubstr("permissions-unsafe"));
      EXPECT_THAT(outcome.output, HasSubstr(command + " " + path.string()));
    }
    const CommandOutcome mended = run_command({"sh", "-c", command + " " + path.string()});
    EXPECT_EQ(mended.exit_code, 0) << mended.output;
    const CommandOutcome again = rakkan();
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(rakkand().output, testing::Not(HasSubstr("permissions-unsafe")));
  }
  static void expect_refused_mode(const std::string& name, mode_t mode, const std::string& command) {
    SCOPED_TRACE(name);
    ASSERT_EQ(::chmod(data(name).c_str(), mode), 0);
    expect_refused(data(name), command);
  }

 private:
  static fs::path folder() { return the_home->path() / "data"; }
  static std::unique_ptr<TemporaryFolder> the_home;
};
std::unique_ptr<TemporaryFolder> PermissionsTest::the_home;

TEST_F(PermissionsTest, WhatOthersMayWriteOrReadIsRefused) {
  const std::string pin = "pins/" + fs::directory_iterator(data("pins"))->path().filename().string();
  expect_refused_mode("", 0777, "chmod 0700");
  expect_refused_mode("", 0770, "chmod 0700");
  expect_refused_mode("rakkan.db", 0666, "chmod 0640");
  expect_refused_mode("rakkan.db", 0644, "chmod 0640");
  expect_refused_mode("rakkan.toml", 0666, "chmod 0644");
  expect_refused_mode("softhsm2.conf", 0666, "chmod 0644");
  expect_refused_mode("audit", 0777, "chmod 0700");
  expect_refused_mode("tokens", 0755, "chmod 0700");
  expect_refused_mode("pins", 0777, "chmod 0700");
  expect_refused_mode(pin, 0644, "chmod 0600");
  expect_refused_mode(pin, 0660, "chmod 0600");
}

TEST_F(PermissionsTest, WhatIsAnotherUsersIsRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  const std::string pin = "pins/" + fs::directory_iterator(data("pins"))->path().filename().string();
  for (const std::string& name : {std::string("rakkan.toml"), std::string("rakkan.db"), std::string("audit"), pin}) {
    SCOPED_TRACE(name);
    ASSERT_EQ(::chown(data(name).c_str(), kSomebodyElse, kSomebodyElse), 0);
    expect_refused(data(name), "chown 0");
  }
}

TEST_F(PermissionsTest, ANewDataFolderIsItsUsersAloneUnderAnyUmask) {
  const TemporaryFolder elsewhere;
  for (const std::string mask : {"0000", "0777"}) {
    const fs::path made = elsewhere.path() / mask / "data";
    const CommandOutcome init =
        run_command({"sh", "-c", "umask " + mask + "; exec \"$0\" init \"$1\"", RAKKAN_PROGRAM, made.string()});
    ASSERT_EQ(init.exit_code, 0) << init.output;
    EXPECT_EQ(mode_of(made), 0700U);
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(made)) {
      const bool configuration = entry.path().filename() == "rakkan.toml";  // may be handed to others
      EXPECT_EQ(mode_of(entry.path()) & (configuration ? 0022U : 0077U), 0U) << entry.path();
      ++files;
    }
    EXPECT_GT(files, 10);
  }
}

TEST_F(PermissionsTest, ARunningServerKeepsItsMemoryToItself) {
  const TemporaryFolder temporary;
  const ServerFolder folder(fs::path(RAKKAN_PROGRAM).parent_path(), temporary.path() / "data");
  ServerProcess server = folder.start();
  const fs::path proc = fs::path("/proc") / std::to_string(server.pid());
  std::ifstream limits(proc / "limits");
  std::string line;
  bool told = false;
  while (std::getline(limits, line)) {
    if (line.starts_with("Max core file size")) {
      told = true;
      EXPECT_THAT(line, testing::ContainsRegex("size +0 +0 "));
    }
  }
  EXPECT_TRUE(told);
  std::ifstream status(proc / "status");
  std::string umask;
  while (std::getline(status, line)) {
    umask = line.starts_with("Umask:") ? line : umask;
  }
  EXPECT_THAT(umask, testing::EndsWith("0077"));
  EXPECT_EQ(server.stop(), 0);
}

// The command as a process of the same user without further rights: root has some to read other processes' memory.
std::vector<std::string> without_privilege(std::vector<std::string> words) {
  if (::geteuid() == 0) {
    words.insert(words.begin(), {"/usr/bin/setpriv", "--bounding-set=-sys_ptrace,-perfmon,-sys_admin"});
  }
  return words;
}

TEST_F(PermissionsTest, ItsOwnUserDoesNotReadARunningServersMemory) {
  const TemporaryFolder temporary;
  const ServerFolder folder(fs::path(RAKKAN_PROGRAM).parent_path(), temporary.path() / "data");
  std::vector<std::string> words =
      without_privilege({"/usr/bin/env", "RAKKAN_HTTP_PORT=" + std::to_string(folder.port()), "RAKKAN_METRICS_PORT=0",
                         RAKKAND_PROGRAM, "--config", (folder.path() / "rakkan.toml").string()});
  const std::string program = words.front();
  words.erase(words.begin());
  auto server = ServerProcess::start(program, words, folder.port(), folder.path() / "rakkand.log");
  ASSERT_TRUE(server.has_value()) << to_string(server.error());
  // This file may be read by those who may read the process's memory (PTRACE_MODE_READ, proc(5)).
  const CommandOutcome refused =
      run_command(without_privilege({"cat", "/proc/" + std::to_string(server->pid()) + "/auxv"}));
  EXPECT_NE(refused.exit_code, 0) << "its memory is open";
  const CommandOutcome control = run_command(without_privilege({"sh", "-c", "sleep 60 & cat /proc/$!/auxv; kill $!"}));
  EXPECT_FALSE(control.output.empty()) << "of another process of this user it is";
  EXPECT_THAT(control.output, testing::Not(HasSubstr("denied")));
  EXPECT_EQ(server->stop(), 0);
}

}  // namespace
}  // namespace rakkan::test
