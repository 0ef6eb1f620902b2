// The process towards its service manager: systemd's notifications (sd_notify, written to $NOTIFY_SOCKET) and the
// signals that end or reload it. Without a manager the notifications go nowhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rakkan {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET and WATCHDOG_USEC (of this process: WATCHDOG_PID). Blocks SIGTERM, SIGINT and SIGHUP for this
  // thread and all that it starts: before any other thread is.
  ServiceManager();

  void ready() const noexcept;
  void reloading() const noexcept;  // ready() ends it
  void stopping() const noexcept;
  void status(std::string_view text) const noexcept;  // one line
  void alive() const noexcept;

  // How often alive() is expected; nothing when nobody waits for it.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

  enum class Event : std::uint8_t { stop, reload, nothing };
  // The next signal, or nothing after half the watchdog's time (10 s without one).
  [[nodiscard]] Event wait() const noexcept;

 private:
  void send(std::string_view message) const noexcept;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace rakkan
