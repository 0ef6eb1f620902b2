// TlsServer: `openssl s_server` on a loopback port. A GET of /name is answered by the file of that name in its folder,
// which holds the headers, too.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/run_command.hpp"

namespace rakkan::fetch {

// Makes <name>.pem and <name>.key in the folder: a certificate that vouches for itself, of that address.
inline void make_certificate(const std::filesystem::path& folder, const std::string& name, const std::string& address) {
  const auto made =
      test::run_command({"openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                         "-subj", "/CN=" + name, "-days", "2", "-addext", "subjectAltName=IP:" + address, "-keyout",
                         (folder / (name + ".key")).string(), "-out", (folder / (name + ".pem")).string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
}

class TlsServer {
 public:
  // Serves with <name>.pem and <name>.key of the folder. With `clients`, a PEM file, only clients whose certificate it
  // vouches for are served.
  TlsServer(const std::filesystem::path& folder, const std::string& name, const std::string& clients = "") {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    std::vector<std::string> words{"openssl",     "s_server", "-accept",     "127.0.0.1:0", "-cert",
                                   name + ".pem", "-key",     name + ".key", "-HTTP"};
    if (!clients.empty()) {
      words.insert(words.end(), {"-Verify", "1", "-verify_return_error", "-CAfile", clients});
    }
    std::vector<char*> arguments;
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    const int failed = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    port_ = failed == 0 ? read_port(ends[0]) : "";
    output_ = ends[0];
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    ::close(output_);
  }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + port_ + "/"; }

 private:
  // "ACCEPT 127.0.0.1:12345"
  static std::string read_port(int output) {
    std::string text;
    char c = 0;
    while (::read(output, &c, 1) == 1) {
      if (c == '\n' && text.starts_with("ACCEPT ")) {
        return text.substr(text.rfind(':') + 1);
      }
      text = c == '\n' ? "" : text + c;
    }
    return {};
  }

  pid_t child_ = -1;
  int output_ = -1;
  std::string port_;
};

}  // namespace rakkan::fetch
