// Housekeeping is the recurring work of a running service, on a thread of its own: counted refusals are written, old
// answers and evidence forgotten, certificates and readiness watched, spare memory given back.
#pragma once

#include <memory>

#include "rakkan/access/refusals.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/service/readiness.hpp"
#include "rakkan/service/service_state.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/telemetry/counted_refusals.hpp"
#include "rakkan/telemetry/log.hpp"
#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::service {

class Housekeeping {
 public:
  struct Environment {  // its members outlive the Housekeeping
    const ServiceState& state;
    SigningService& signing;
    Idempotency& idempotency;
    access::Refusals& refusals;
    Readiness& readiness;
    telemetry::CountedRefusals& refused;  // lines of the log about refused requests
    const Clock& clock;
    telemetry::Log& log;
    telemetry::Metrics& metrics;
  };

  explicit Housekeeping(const Environment& environment);  // starts the thread
  ~Housekeeping();                                        // ends and joins it
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::service
