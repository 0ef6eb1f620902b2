// The whole service in this process, with its store, its log and its pools on a disk, and keys that the benchmark
// brings: what rakkand does with a request between its sockets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "evidence_authority.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/pades/baseline_level.hpp"

namespace rakkan::bench {

// CPU time of this process so far, by thread name.
[[nodiscard]] std::map<std::string, double> cpu_us_by_thread();

class ServiceInProcess {
 public:
  using MakeKey = std::function<std::shared_ptr<crypto::Signer>()>;
  // Two keys of `make_key`: an operator's and the unit's. The authority outlives the service.
  ServiceInProcess(EvidenceAuthority& authority, const MakeKey& make_key);
  ~ServiceInProcess();

  // Signs so many copies of a document at the same time, each read anew. Ends the program when one fails. The size of
  // the last tail.
  std::size_t sign(ByteView document, pades::BaselineLevel level, unsigned at_once);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rakkan::bench
