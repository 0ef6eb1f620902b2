#include "support/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "support/eventually.hpp"

extern char** environ;

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;

bool connects(int family, const sockaddr* address, socklen_t size) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = fd >= 0 && ::connect(fd, address, size) == 0;
  ::close(fd);
  return connected;
}

bool listens(std::uint16_t port) {
  sockaddr_in old{};
  old.sin_family = AF_INET;
  old.sin_port = htons(port);
  old.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 wide{};
  wide.sin6_family = AF_INET6;
  wide.sin6_port = htons(port);
  wide.sin6_addr = in6addr_loopback;
  return connects(AF_INET, reinterpret_cast<const sockaddr*>(&old), sizeof old) ||
         connects(AF_INET6, reinterpret_cast<const sockaddr*>(&wide), sizeof wide);
}

// First field of schedstat: nanoseconds on a processor.
double seconds_in(const fs::path& schedstat) {
  std::ifstream in(schedstat);
  double nanoseconds = 0;
  in >> nanoseconds;
  return nanoseconds / 1e9;
}

// The child's part of start: nothing but what is safe between fork(2) and execve(2) of a program with threads. The
// server ends with the process that started it, however that one ends, so that none is left behind.
[[noreturn]] void become(const std::vector<char*>& words, const char* log, pid_t parent) noexcept {
  constexpr int kCannotRun = 127;  // as of sh(1)
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = ::open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool ready = ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
                     ::dup2(out, STDERR_FILENO) >= 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  ::signal(SIGPIPE, SIG_DFL);            // a signal that this process ignores would be ignored by the server too
  if (ready && ::getppid() == parent) {  // with another parent, the one to end with is gone already
    ::execve(words[0], words.data(), environ);
  }
  ::_exit(kCannotRun);
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const fs::path& program, std::vector<std::string> arguments,
                                           std::uint16_t port, const fs::path& log) {
  if (listens(port)) {  // the listener's answers would be taken for the new server's
    return fail(ErrorCode::address_in_use, "another server listens already", "port " + std::to_string(port));
  }
  std::string name = program.string();
  std::vector<char*> words{name.data()};
  for (std::string& argument : arguments) {
    words.push_back(argument.data());
  }
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(words, log.c_str(), parent);
  }
  if (pid < 0) {
    return fail(ErrorCode::resource_shortage, "the server cannot be started", name);
  }
  ServerProcess process(pid);
  bool listening = false;
  int status = 0;
  const auto listens_or_ended = [&] {
    if (::waitpid(pid, &status, WNOHANG) == pid) {
      process.pid_ = -1;
      return true;
    }
    listening = listens(port);
    return listening;
  };
  if (eventually(listens_or_ended) && listening) {
    return process;
  }
  // The folder may be gone when somebody reads this.
  std::ostringstream said;
  said << std::ifstream(log).rdbuf();
  const std::string end = process.pid_ < 0 ? "ended with status " + std::to_string(status) : "does not listen";
  return fail(ErrorCode::server_unreachable, "the server " + end + "; its log says: " + said.str(), log.string());
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

ServerProcess::~ServerProcess() { stop(); }

int ServerProcess::status_by(int signal) noexcept {
  ::kill(pid_, signal);
  int status = 0;
  const auto ended = [&] { return ::waitpid(pid_, &status, WNOHANG) != 0; };
  if (!eventually(ended)) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return status;
}

int ServerProcess::end_by(int signal) noexcept {
  if (pid_ <= 0) {
    return -1;
  }
  const int status = status_by(signal);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool ServerProcess::abort() noexcept {
  if (pid_ <= 0) {
    return false;
  }
  const int status = status_by(SIGABRT);
  return WIFSIGNALED(status) && WCOREDUMP(status);
}

std::map<std::string, double> ServerProcess::cpu_seconds_by_thread() const {
  std::map<std::string, double> result;
  std::error_code ignored;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid_) + "/task", ignored)) {
    std::ifstream in(task.path() / "comm");
    std::string name;
    std::getline(in, name);
    result[name] += seconds_in(task.path() / "schedstat");
  }
  return result;
}

double ServerProcess::cpu_seconds() const {
  double all = 0;
  for (const auto& [name, seconds] : cpu_seconds_by_thread()) {
    all += seconds;
  }
  return all;
}

double ServerProcess::status_mb(const std::string& field) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(field, 0) == 0) {
      return std::stod(line.substr(field.size())) / 1'024;
    }
  }
  return 0;
}

double ServerProcess::peak_memory_mb() const { return status_mb("VmHWM:"); }
double ServerProcess::memory_mb() const { return status_mb("VmRSS:"); }

}  // namespace rakkan::test
