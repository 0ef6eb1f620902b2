// Lingering keeps connections that were told no as they were taken, until their peers have had the time to read it. A
// socket that is closed while something lies in it unread ends with a reset, which may overtake the answer: a peer that
// sends its whole request before it reads would never know why. Belongs to its thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>

#include "http/stream.hpp"

namespace rakkan::http {

// How long, and how many bytes, a peer may go on sending after its last answer.
inline constexpr std::chrono::milliseconds kLinger{2'000};
inline constexpr std::uint64_t kLingerBytes = 4ULL << 20;

class Lingering {
 public:
  // Keeps a socket whose answer is written and whose sending side is shut down. Everything that arrives is thrown away
  // until the peer closes, or kLinger or kLingerBytes are over. When kRefusedAtOnce are kept already, the one that has
  // been kept for longest is closed: its peer has had the most time, and nobody can hold more descriptors than those.
  void keep(Stream::Socket socket);
  void tick(std::chrono::steady_clock::time_point now);
  // Closes all of them, and from then on every other at once.
  void end() noexcept;

 private:
  struct Guest {
    Stream::Socket socket;
    std::chrono::steady_clock::time_point until;
    std::uint64_t received = 0;
  };
  void read(const std::shared_ptr<Guest>& guest);
  void first_leaves() noexcept;

  std::list<std::shared_ptr<Guest>> guests_;  // by the time they came
  bool ended_ = false;
  std::array<Byte, 16 * 1024> thrown_away_{};  // of all of them
};

}  // namespace rakkan::http
