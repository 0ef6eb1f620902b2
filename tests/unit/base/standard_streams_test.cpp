#include "rakkan/base/standard_streams.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "rakkan/base/process.hpp"

namespace rakkan {
namespace {

// The exit code of `run` in a process of its own, whose streams may be spoilt.
int in_child(const std::function<int()>& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(run());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool fails_with(const Result<void>& result, ErrorCode code) { return !result && result.error().code == code; }

TEST(StandardOutput, OfAFullDeviceOrAClosedStreamFails) {
  EXPECT_EQ(in_child([] {
              ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
              return fails_with(write_standard_output("x"), ErrorCode::output_unwritable) ? 0 : 1;
            }),
            0);
  EXPECT_EQ(in_child([] {
              ::close(STDOUT_FILENO);
              settle_standard_streams();
              return fails_with(write_standard_output("x"), ErrorCode::output_unwritable) ? 0 : 1;
            }),
            0);
}

TEST(StandardOutput, WithoutAReaderFails) {
  EXPECT_EQ(in_child([] {
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0) {
                return 2;
              }
              ::dup2(ends[1], STDOUT_FILENO);
              ::close(ends[1]);
              ::close(ends[0]);
              settle_standard_streams();
              return fails_with(write_standard_output("x"), ErrorCode::output_unwritable) ? 0 : 1;
            }),
            0);
}

TEST(StandardStreams, ThatAreClosedLeaveTheirNumbersToNobody) {
  EXPECT_EQ(in_child([] {
              for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                ::close(number);
              }
              settle_standard_streams();
              if (::open("/dev/null", O_RDWR) <= STDERR_FILENO) {
                return 1;
              }
              return read_standard_input(10) ? 2 : 0;
            }),
            0);
}

TEST(StandardInput, IsReadOnceAndWithinItsLimit) {
  EXPECT_EQ(in_child([] {
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0 || ::write(ends[1], "12345\n", 6) != 6) {
                return 2;
              }
              ::close(ends[1]);
              ::dup2(ends[0], STDIN_FILENO);
              const Result<SecureBytes> secret = read_standard_input_secret();
              if (!secret || secret->text() != "12345") {
                return 3;
              }
              const Result<Bytes> again = read_standard_input(100);
              return !again && again.error().code == ErrorCode::invalid_argument ? 0 : 4;
            }),
            0);
  EXPECT_EQ(in_child([] {
              ::dup2(::open("/dev/zero", O_RDONLY), STDIN_FILENO);
              const Result<Bytes> endless = read_standard_input(100'000);
              return !endless && endless.error().code == ErrorCode::input_too_large ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace rakkan
