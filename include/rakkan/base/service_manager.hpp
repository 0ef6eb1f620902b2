// ServiceManager connects the process with its service manager: systemd's notifications (sd_notify(3), written to
// $NOTIFY_SOCKET) and the signals that end or reload the process. Without a manager the notifications go nowhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rakkan {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET and, when WATCHDOG_PID is this process, WATCHDOG_USEC. Blocks SIGTERM, SIGINT and SIGHUP for
  // this thread and all threads that it starts; to be called before any other thread exists.
  ServiceManager();

  void ready() const noexcept;
  void reloading() const noexcept;  // ready() ends it
  void stopping() const noexcept;
  void status(std::string_view text) const noexcept;  // one line
  void alive() const noexcept;

  // The interval at which the manager expects alive(); nothing when it has no watchdog.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

  enum class Event : std::uint8_t { stop, reload, nothing };
  // The next signal, or nothing after half the watchdog's time (10 s without one).
  [[nodiscard]] Event wait() const noexcept;

 private:
  void send(std::string_view message) const noexcept;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace rakkan
