#pragma once

#include "rakkan/access/principal.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/fetch/exchange.hpp"
#include "rakkan/service/service_state.hpp"
#include "service/key_use.hpp"
#include "service/pools.hpp"
#include "service/timestampers.hpp"

namespace rakkan::service {

class PendingBook;
class StoredEvidenceCache;

// A principal that sees the credentials of all tenants.
inline const access::Principal kEverybody{"service", TenantId(), true};

struct ServiceState::Seen {  // all of it outlives the state
  audit::TrailWriter& trail;
  const Clock& clock;
  tsp::ClockGate& clock_gate;
  credentials::CredentialRegistry& credentials;
  credentials::KeySource& keys;
  Timestampers& timestampers;
  const fetch::ExchangeLoop& exchanges;
  const StoredEvidenceCache& evidence_cache;
  Pools& pools;
  const KeyUse& key_use;
  const KeyUse& unit_key_use;
  const ErrorCounts& rejections;
  const PendingBook& pending;
};

}  // namespace rakkan::service
