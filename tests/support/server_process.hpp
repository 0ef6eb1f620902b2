// rakkand as a process of its own, and the time and memory that it used, by the kernel's count.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"

namespace rakkan::test {

class ServerProcess {
 public:
  // Starts the program and waits until it listens on the port of the loopback (60 s), where nobody may listen before.
  // It is killed when the thread that called start ends, and with it when this process does, however that ends.
  [[nodiscard]] static Result<ServerProcess> start(const std::filesystem::path& program,
                                                   std::vector<std::string> arguments, std::uint16_t port,
                                                   const std::filesystem::path& log);
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();  // stop()

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Sends SIGTERM and waits for the end. Returns the exit status, 128 + signal when it was killed, as it is when it
  // does not end within kPatience.
  int stop() noexcept { return end_by(SIGTERM); }
  // Sends SIGKILL, as in a crash.
  int kill() noexcept { return end_by(SIGKILL); }
  // Sends SIGABRT, as in a fault of its own. True when the kernel has written a core.
  bool abort() noexcept;

  // User and system time of the process so far, in seconds: the clock of the scheduler, not of ticks.
  [[nodiscard]] double cpu_seconds() const;
  // The same for each of its threads, summed by thread name.
  [[nodiscard]] std::map<std::string, double> cpu_seconds_by_thread() const;
  [[nodiscard]] double peak_memory_mb() const;  // VmHWM
  [[nodiscard]] double memory_mb() const;       // VmRSS

 private:
  explicit ServerProcess(pid_t pid) noexcept : pid_(pid) {}
  int end_by(int signal) noexcept;
  int status_by(int signal) noexcept;  // as of waitpid(2)
  [[nodiscard]] double status_mb(const std::string& field) const;
  pid_t pid_ = -1;
};

}  // namespace rakkan::test
