// StoredSignature: a signature as the store has it, for the answer to the first request and to every later one.
#pragma once

#include <cstdint>
#include <string>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::service {

// The durable part of a signature, whether it was just made or is fetched again.
struct StoredSignature {
  SignatureId id;
  CredentialId credential;
  std::uint64_t intent = 0;   // index of its entry in the trail
  std::uint64_t outcome = 0;  // likewise: the entry whose proof shows that the signature was made
  Instant created;
  std::string facts;  // JSON: the members of the answer beside the bytes
  Bytes tail;         // the bytes behind the document, or the detached CMS
};

}  // namespace rakkan::service
