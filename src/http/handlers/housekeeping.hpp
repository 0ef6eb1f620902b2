// What has to happen now and then while the server runs, on a thread of its own: counted refusals are written, old
// answers forgotten, certificates and readiness watched, spare memory given back.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/handlers/context.hpp"
#include "http/handlers/spare_memory.hpp"
#include "rakkan/telemetry/expiry_watch.hpp"

namespace rakkan::http {

class Housekeeping {
 public:
  explicit Housekeeping(Context& context);  // begins
  ~Housekeeping();                          // ends
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run();
  void forget_answers();
  void watch_certificates();
  void watch_readiness();

  Context& context_;
  telemetry::ExpiryWatch expiry_;
  telemetry::Metrics::Watch ready_;
  SpareMemory spare_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace rakkan::http
