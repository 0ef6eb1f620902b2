// Resumption completes pending signatures in the background (SigningService::resume_next), a few at a time, on a thread
// of its own: those that the service found at its start, and those whose authority did not answer.
#pragma once

#include <memory>

namespace rakkan::service {

class SigningService;

class Resumption {
 public:
  static constexpr unsigned kAtOnce = 4;  // completed at the same time

  explicit Resumption(SigningService& signing);  // outlives it; starts the thread
  ~Resumption();  // waits for the tries that have begun, which end by the deadline of a request
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::service
