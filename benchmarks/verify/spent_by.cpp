#include "spent_by.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

extern char** environ;

namespace rakkan::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// "RssAnon: N kB" of the process; 0 when it has ended.
double anonymous_mb(pid_t process) {
  constexpr std::string_view kName = "RssAnon:";
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kName)) {
      return std::stod(line.substr(kName.size())) * 1024 / 1e6;
    }
  }
  return 0;
}

pid_t start(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

}  // namespace

Spent spent_by(const std::vector<std::string>& words, Watch watch) {
  Spent spent;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = start(words);
  if (child < 0) {
    return spent;
  }
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, watch == Watch::memory ? WNOHANG : 0, &usage) == 0) {
    spent.anonymous_mb = std::max(spent.anonymous_mb, anonymous_mb(child));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  spent.wall_ms = Milliseconds(std::chrono::steady_clock::now() - begin).count();
  spent.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
  spent.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return spent;
}

}  // namespace rakkan::bench
