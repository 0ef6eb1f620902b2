// A server that is killed while callers work with it, for tests that then compare what it promised with what is there.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/server_process.hpp"

namespace rakkan::test {

// Sends requests until `over`; runs on a thread of its own.
using CallerUntilKilled = std::function<void(const std::atomic<bool>& over)>;

// Lets the callers work until the server has given `how_many` more promises, and for a while (`more`) of the next one;
// then kills it and waits for the callers. It has done as much on a slow machine. `promises`: how many there are by
// now.
inline void kill_while_serving(ServerProcess& server, const std::vector<CallerUntilKilled>& callers,
                               const std::function<std::size_t()>& promises, std::size_t how_many,
                               std::chrono::microseconds more) {
  const std::size_t before = promises();
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  threads.reserve(callers.size());
  for (const CallerUntilKilled& caller : callers) {
    threads.emplace_back([&over, &caller] { caller(over); });
  }
  EXPECT_TRUE(eventually([&] { return promises() >= before + how_many; })) << "the server answers nobody";
  let_pass(more);
  server.kill();
  over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace rakkan::test
