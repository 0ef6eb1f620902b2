// The parts that each use case of SigningService works with, and no others. Assembly makes them; they outlive the
// service.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "rakkan/async/deadline.hpp"
#include "rakkan/service/signing_service.hpp"
#include "service/long_term.hpp"

namespace rakkan {
class Clock;
class RandomSource;
}  // namespace rakkan
namespace rakkan::access {
class Refusals;
}
namespace rakkan::async {
class BoundedPool;
}
namespace rakkan::audit {
class TrailWriter;
}
namespace rakkan::credentials {
class Activation;
class ActivationBook;
class CredentialRegistry;
}  // namespace rakkan::credentials
namespace rakkan::store {
class Store;
}
namespace rakkan::tsp {
struct TsuPolicy;
}

namespace rakkan::service {

class Authorizer;
class DocumentWork;
class ErrorCounts;
struct EvidenceOptions;
class KeyUse;
class OpenedCredentials;
class OpenIntents;
class PendingBook;
class StoredEvidenceCache;
class Timestampers;
struct TsaLists;
struct WitnessTexts;

// The deadline of a request: the given one, or the end of `otherwise` from now.
[[nodiscard]] inline async::Deadline deadline_of(const std::optional<async::Deadline>& given,
                                                 std::chrono::milliseconds otherwise) {
  return given.value_or(async::deadline_in(otherwise));
}

// The parts of a signature by a document's key (SigningAct).
struct SignatureMaking {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  const Clock& clock;
  RandomSource& random;
  access::Refusals& refusals;
  OpenedCredentials& credentials;
  Timestampers& timestampers;
  Authorizer& authorizer;
  OpenIntents& open_intents;
  PendingBook& pending;
  KeyUse& key_use;
  async::BoundedPool& hsm;
  async::BoundedPool& cpu;    // tables of keys' own checks
  async::BoundedPool& store;  // marks of open intents
};

// The further parts of a signature in a document.
struct DocumentSigning {
  RandomSource& random;
  DocumentWork& documents;
  const WitnessTexts& witness;
  LongTermMaking long_term;
};

struct Activating {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  const Clock& clock;
  RandomSource& random;
  access::Refusals& refusals;
  OpenedCredentials& credentials;
  credentials::ActivationBook& book;
  credentials::Activation& pins;
  std::size_t most_digests;  // of one activation
};

struct PinChanging {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  credentials::CredentialRegistry& credentials;
  credentials::ActivationBook& book;
  credentials::Activation& pins;
};

struct TimestampIssuing {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  Timestampers& timestampers;
  const tsp::TsuPolicy& policy;
  ErrorCounts& rejections;
};

struct SignatureReading {
  std::chrono::milliseconds time;
  store::Store& rows;
  access::Refusals& refusals;
  const PendingBook& pending;
  async::BoundedPool& store;
};

// The parts of a signature on its way from its value to its outcome, without the key.
struct SignatureFinishing {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  const Clock& clock;
  store::Store& rows;
  Timestampers& timestampers;
  PendingBook& pending;
  async::BoundedPool& store;
  LongTermMaking long_term;
};

// The parts of a document's way to a higher level.
struct Augmenting {
  std::chrono::milliseconds time;
  audit::TrailWriter& trail;
  const Clock& clock;
  access::Refusals& refusals;
  DocumentWork& documents;
  const EvidenceOptions& evidence;
  const LevelRaising& raising;
};

// The parts of the question what signatures could be brought to.
struct EvidenceChecking {
  std::chrono::milliseconds time;
  const TsaLists& lists;
  const EvidenceOptions& options;
  credentials::CredentialRegistry& registry;
  OpenedCredentials& credentials;
  const LevelRaising& raising;
};

struct SigningService::UseCases {
  credentials::CredentialRegistry& credentials;
  access::Refusals& refusals;
  SignatureMaking making;
  DocumentSigning documents;
  Activating activating;
  PinChanging pins;
  TimestampIssuing timestamps;
  SignatureReading reading;
  SignatureFinishing finishing;
  Augmenting augmenting;
  EvidenceChecking checking;
  StoredEvidenceCache& evidence;
};

}  // namespace rakkan::service
