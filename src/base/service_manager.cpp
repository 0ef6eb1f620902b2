#include "rakkan/base/service_manager.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ctime>
#include <string>

#include "rakkan/base/environment.hpp"

namespace rakkan {
namespace {

constexpr std::chrono::microseconds kRound = std::chrono::seconds(10);

sigset_t signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

std::optional<std::uint64_t> number_in(const char* variable) {
  const std::string_view text = environment_variable(variable);
  const char* const end = text.data() + text.size();
  std::uint64_t number = 0;
  if (text.empty() || std::from_chars(text.data(), end, number).ptr != end) {
    return std::nullopt;
  }
  return number;
}

std::string monotonic_microseconds() {
  timespec now{};
  static_cast<void>(::clock_gettime(CLOCK_MONOTONIC, &now));  // this clock is always there
  return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

ServiceManager::ServiceManager() {
  const sigset_t set = signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that went away (EPIPE) and a file at its size limit (EFBIG) become errors of the write instead of the end of
  // the process.
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(::signal(SIGXFSZ, SIG_IGN));
  const auto interval = number_in("WATCHDOG_USEC");
  const auto process = number_in("WATCHDOG_PID");
  if (interval && *interval > 0 && (!process || *process == static_cast<std::uint64_t>(::getpid()))) {
    watchdog_ = std::chrono::microseconds(*interval);
  }
}

void ServiceManager::ready() const noexcept { send("READY=1"); }
void ServiceManager::reloading() const noexcept { send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }
void ServiceManager::stopping() const noexcept { send("STOPPING=1"); }
void ServiceManager::status(std::string_view text) const noexcept { send("STATUS=" + std::string(text)); }
void ServiceManager::alive() const noexcept { send("WATCHDOG=1"); }

ServiceManager::Event ServiceManager::wait() const noexcept {
  const sigset_t set = signals();
  const auto round = watchdog_ ? std::min(kRound, *watchdog_ / 2) : kRound;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(round);
  const timespec longest{static_cast<std::time_t>(seconds.count()),
                         static_cast<long>(std::chrono::nanoseconds(round - seconds).count())};
  const int signal = ::sigtimedwait(&set, nullptr, &longest);
  if (signal == SIGHUP) {
    return Event::reload;
  }
  return signal == SIGTERM || signal == SIGINT ? Event::stop : Event::nothing;
}

// sd_notify(3): a notification is one datagram; a path that begins with "@" is an abstract socket.
void ServiceManager::send(std::string_view message) const noexcept {
  const std::string_view path = environment_variable("NOTIFY_SOCKET");
  sockaddr_un to{};
  const std::size_t size = path.size();
  if (size == 0 || size >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@')) {
    return;
  }
  to.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), to.sun_path);
  if (path[0] == '@') {
    to.sun_path[0] = '\0';
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return;
  }
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  static_cast<void>(
      ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length));
  ::close(socket);
}

}  // namespace rakkan
