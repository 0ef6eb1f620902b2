#include "rakkan/base/service_manager.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "support/temporary_folder.hpp"

namespace rakkan {
namespace {

using ::testing::MatchesRegex;

// A process under systemd: a datagram socket, named in the environment.
class ManagedProcess : public ::testing::Test {
 protected:
  ManagedProcess() {
    const std::string path = (folder_.path() / "notify").string();
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ManagedProcess() override {
    ::close(socket_);
    for (const char* variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      ::unsetenv(variable);
    }
  }
  [[nodiscard]] std::string message() const {
    std::array<char, 256> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
  }

  test::TemporaryFolder folder_;
  int socket_ = -1;
};

TEST_F(ManagedProcess, TellsItsManager) {
  const ServiceManager manager;
  manager.ready();
  EXPECT_EQ(message(), "READY=1");
  manager.reloading();
  EXPECT_THAT(message(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  manager.stopping();
  EXPECT_EQ(message(), "STOPPING=1");
  manager.status("serves");
  EXPECT_EQ(message(), "STATUS=serves");
  manager.alive();
  EXPECT_EQ(message(), "WATCHDOG=1");
}

TEST_F(ManagedProcess, FindsItsWatchdog) {
  EXPECT_FALSE(ServiceManager().watchdog());
  ::setenv("WATCHDOG_USEC", "100000", 1);
  EXPECT_EQ(ServiceManager().watchdog(), std::chrono::milliseconds(100));
  EXPECT_EQ(ServiceManager().wait(), ServiceManager::Event::nothing);  // after half of it
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(ServiceManager().watchdog());
}

TEST_F(ManagedProcess, WaitsForSignals) {
  const ServiceManager manager;
  ::kill(::getpid(), SIGHUP);
  EXPECT_EQ(manager.wait(), ServiceManager::Event::reload);
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(manager.wait(), ServiceManager::Event::stop);
}

TEST(UnmanagedProcess, TellsNobody) {
  ::unsetenv("NOTIFY_SOCKET");
  const ServiceManager manager;
  manager.ready();
  EXPECT_FALSE(manager.watchdog());
}

}  // namespace
}  // namespace rakkan
