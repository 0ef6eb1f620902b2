// ReadinessWatch looks now and then whether the service can sign and stamp, so that a trouble is logged, shows in
// rakkan_ready and is tried to be mended while nobody asks for anything.
#pragma once

#include <atomic>
#include <vector>

#include "http/handlers/context.hpp"

namespace rakkan::http {

class ReadinessWatch {
 public:
  explicit ReadinessWatch(Context& context);

  // Blocks. Logs what is wrong when that changes, and again after kLooksBetweenLines.
  void look();

 private:
  static constexpr int kLooksBetweenLines = 60;

  Context& context_;
  std::vector<ErrorCode> told_;
  int looks_since_ = 0;
  std::atomic<bool> ready_{true};
  telemetry::Metrics::Watch gauge_;
};

}  // namespace rakkan::http
