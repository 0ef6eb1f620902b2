// Waiting in tests, none of which depends on how fast the machine is. An event that has to come is waited for up to
// kPatience, which is reached only when it never comes. An event that must not come is watched for during a while in
// which a slow machine sees less, not more. Time itself is injected where a class takes a clock (fake_clock.hpp).
//
//   ASSERT_TRUE(eventually([&] { return server.draining(); })) << "the server does not drain";
//
// Only this file of the tests may sleep; tests/tools/source_rules.py holds that.
#pragma once

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

namespace rakkan::test {

// The longest time that a test waits for an event that has to come: many times what a machine needs that runs ten tests
// on one core.
inline constexpr std::chrono::seconds kPatience{60};

// Lets that time pass for another party that measures it: a limit of a server, the wait that an error asks for. It
// takes at least so long; a test may expect nothing but the clock to have gone on at its end.
inline void let_pass(std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }

// True as soon as the condition is; false when it was not within kPatience.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (std::chrono::milliseconds pause{1};; pause = std::min(2 * pause, std::chrono::milliseconds{20})) {
    if (condition()) {
      return true;
    }
    if (std::chrono::steady_clock::now() >= until) {
      return false;
    }
    let_pass(pause);
  }
}

// True when the condition held each time that it was looked at for that long: for events that must not happen.
template <class Condition>
[[nodiscard]] bool stays(Condition condition, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (condition()) {
    if (std::chrono::steady_clock::now() >= until) {
      return true;
    }
    let_pass(std::chrono::milliseconds{1});
  }
  return false;
}

// True when the future has its value within kPatience.
template <class Future>
[[nodiscard]] bool comes(const Future& future) {
  return future.wait_for(kPatience) == std::future_status::ready;
}

}  // namespace rakkan::test
