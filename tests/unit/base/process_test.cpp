#include "rakkan/base/process.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rakkan {
namespace {

// 0 when the process keeps its memory to itself; else a number for the way that is open.
int keep_and_look() {
  if (!keep_to_ourselves()) {
    return 1;
  }
  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return 2;
  }
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) {
    return 3;
  }
  return ::umask(0) == 0077 ? 0 : 4;
}

TEST(Process, KeepsMemoryAndNewFilesToItself) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::umask(0);
    ::_exit(keep_and_look());
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace rakkan
