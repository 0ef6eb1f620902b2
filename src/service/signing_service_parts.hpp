#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/timestamper.hpp"
#include "rakkan/tsp/clock_gate.hpp"
#include "service/pooled_signer.hpp"

namespace rakkan::service {

// What SigningService is made of, in the order it is made; the pools go first when it ends, with the work they
// accepted.
struct SigningService::Parts {
  Parts(Options given, Environment around, tsp::TsuPolicy policy);

  // The timestamper of a profile (empty: the default). The internal unit is opened at its first use, and again when its
  // certificate was renewed. invalid_argument for an unknown profile.
  [[nodiscard]] Result<std::shared_ptr<Timestamper>> timestamper(const std::string& profile);
  [[nodiscard]] Result<std::shared_ptr<tsp::Tsu>> unit();

  const Options options;
  const tsp::TsuPolicy tsu_policy;
  Environment environment;
  SteadyClock steady_clock;
  std::shared_ptr<tsp::ClockGate> clock_gate;
  CredentialRegistry credentials;
  std::map<std::string, std::shared_ptr<Timestamper>> outside;

  std::mutex unit_mutex;
  std::shared_ptr<const Credential> unit_credential;
  std::shared_ptr<tsp::Tsu> opened_unit;

  async::BoundedPool pin;
  async::BoundedPool hsm;
  Activation activation;
  Authorizer authorizer;
  async::BoundedPool cpu;
};

}  // namespace rakkan::service
