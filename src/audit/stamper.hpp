#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "audit/publisher.hpp"

namespace rakkan::audit {

// Stamper has the newest checkpoints timestamped once an interval, while there are new checkpoints. An authority that
// does not answer delays nothing but timestamps.
class Stamper {
 public:
  Stamper(const Options& options, const Environment& environment, const Publisher& publisher, Health& health);
  ~Stamper();
  Stamper(const Stamper&) = delete;
  Stamper& operator=(const Stamper&) = delete;

  // Tells the Stamper that there is a new checkpoint. Thread-safe, like the other functions.
  void notify() noexcept;
  // Ends the thread, after the answer of an authority that is being asked. Stopping again is harmless.
  void stop() noexcept;
  [[nodiscard]] std::string last_error() const;

 private:
  void run();
  // False when there is no new checkpoint.
  [[nodiscard]] Result<bool> stamp(Journal journal);

  const std::chrono::seconds interval_;
  FileSystem& files_;
  const std::filesystem::path folder_;
  const CheckpointStamper stamper_;
  const Publisher& publisher_;
  Health& health_;

  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  bool fresh_ = true;
  bool stopping_ = false;
  std::string last_error_;

  std::thread thread_;
};

}  // namespace rakkan::audit
