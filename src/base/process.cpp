#include "rakkan/base/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>

namespace rakkan {

Result<void> keep_to_ourselves() {
  ::umask(S_IRWXG | S_IRWXO);
  // A filter of system calls may forbid setrlimit(2); the flag below alone suffices.
  constexpr rlimit kNoCore{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &kNoCore));
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(ErrorCode::internal, "the kernel does not keep the memory from other processes (PR_SET_DUMPABLE)");
  }
  return {};
}

void settle_standard_streams() noexcept {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) {
      // open() returns the lowest free number, which is this one. The descriptor is opened the wrong way round, so that
      // using it fails.
      static_cast<void>(::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
}

}  // namespace rakkan
