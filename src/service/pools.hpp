// Pools are the threads of a service, one pool for each thing that work waits for or uses.
#pragma once

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

struct Pools {
  explicit Pools(const PoolsOptions& options)
      : store(options.store), pin(options.pin), hsm(options.hsm), cpu(options.cpu) {}

  async::BoundedPool store;
  async::BoundedPool pin;
  async::BoundedPool hsm;
  async::BoundedPool cpu;
};

}  // namespace rakkan::service
