// EvidenceRow is revocation data, or certificates, that another server gave and that verified. The rows are a cache:
// one that is lost is fetched again. They name persons.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::store {

struct EvidenceRow {
  std::string key;  // of the request that the bytes answer
  std::string media_type;
  Instant this_update;
  Instant next_update;
  std::shared_ptr<const Bytes> bytes;  // not null; less than 4 GiB
};

// First the rows of these keys are overwritten, then the others are kept, each in place of an older one of its key.
struct EvidenceChange {
  std::vector<std::string> forgotten = {};  // one that is not there is no failure
  std::vector<EvidenceRow> kept = {};
};

}  // namespace rakkan::store
