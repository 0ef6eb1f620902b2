#include "rakkan/base/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace rakkan {

Result<void> keep_to_ourselves() {
  ::umask(S_IRWXG | S_IRWXO);
  // A filter of system calls may forbid this one; the flag below alone suffices.
  constexpr rlimit kNoCore{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &kNoCore));
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(ErrorCode::internal, "the kernel does not keep the memory from other processes (PR_SET_DUMPABLE)");
  }
  return {};
}

}  // namespace rakkan
