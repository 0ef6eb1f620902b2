#include "rakkan/crypto/system_random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <thread>
#include <vector>

#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::IsOk;

Bytes some(std::size_t size) {
  SystemRandom random;
  Bytes bytes(size);
  EXPECT_THAT(random.fill(bytes), IsOk());
  return bytes;
}

TEST(SystemRandom, NeverGivesTheSameTwice) {
  std::set<Bytes> all;
  for (const std::size_t size : {8U, 10U, 16U, 32U, 64U, 65U, 1'000U, 2'000U}) {
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(all.insert(some(size)).second);
    }
  }
}

// Pieces of one reserve must not overlap: no 8 octets are seen again, wherever they stand.
TEST(SystemRandom, GivesNoOctetTwice) {
  std::set<Bytes> seen;
  for (int i = 0; i < 1'000; ++i) {
    const Bytes bytes = some(24);
    for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
      EXPECT_TRUE(seen.insert(copy_of(ByteView(bytes).subspan(at, 8))).second);
    }
  }
}

TEST(SystemRandom, ThreadsDoNotShare) {
  std::array<Bytes, 4> first;
  std::vector<std::thread> threads;
  for (Bytes& mine : first) {
    threads.emplace_back([&mine] { mine = some(32); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(std::set<Bytes>(first.begin(), first.end()).size(), first.size());
}

TEST(SystemRandom, AChildDoesNotRepeatItsParent) {
  static_cast<void>(some(16));  // there is a reserve
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Bytes bytes = some(16);
    ::_exit(::write(pipe[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
  }
  Bytes theirs(16);
  ASSERT_EQ(::read(pipe[0], theirs.data(), theirs.size()), 16);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(theirs, some(16));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace rakkan::crypto
