// Options of the use cases that an operator can set. Every default works, but for the names of credentials.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/credentials/options.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/fetch/options.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/service/instruction.hpp"

namespace rakkan::service {

struct PoolsOptions {
  static constexpr int kBehind = 5;         // nice(2): about a quarter of a core that others want, too
  async::PoolOptions hsm{"hsm", 2, 4'096};  // one PKCS#11 session a thread
  // Documents and PINs take a core for long: their threads give way to those that answer and sign.
  async::PoolOptions cpu{"cpu", 2, 1'024, kBehind};
  async::PoolOptions pin{"pin", 1, 128,
                         kBehind};            // Argon2id: a queue of its own, so that guesses cannot starve
                                              // signatures; only the jobs that run take memory, waiting ones do not
  async::PoolOptions store{"store", 1, 256};  // reads of the database
  // A document of at most so many bytes is prepared on the thread that received it: the hop to the cpu pool and back
  // would cost more than the work.
  std::uint64_t inline_document = 32 * 1024;
};

// A source of timestamp tokens: the internal unit, or an outside authority by its URL.
struct TsaProfile {
  static constexpr std::string_view kInternal = "internal";
  fetch::TsaOptions options;  // url "internal" is our own unit, in process
  TsaProfile() { options.url = kInternal; }
  [[nodiscard]] bool internal() const noexcept { return options.url == kInternal; }
};

// TsaRole is what a timestamp is for: a signature (step 9 of the line), a document or evidence over many years, a
// checkpoint of the log.
enum class TsaRole : std::uint8_t { signature, archive, checkpoint };

// The authorities of a role, in the order in which they are asked: the next one when one fails.
struct TsaList {
  static constexpr std::string_view kAny = "any";
  static constexpr std::string_view kRequired =
      "required";  // authorities that are not marked as accredited are refused
  std::vector<std::string> profiles;
  std::string accredited{kAny};
  [[nodiscard]] bool needs_accredited() const noexcept { return accredited == kRequired; }
};

struct TsaLists {
  TsaList signature{{std::string(TsaProfile::kInternal)}, std::string(TsaList::kAny)};
  TsaList archive;     // without profiles: those of `signature`
  TsaList checkpoint;  // without profiles: checkpoints are not timestamped
};

// EvidenceFreshness says from when revocation data must be. Only data issued after a signature prove that its
// certificate was not revoked when it was made (ETSI TS 119 102-1 §5.2.5.4).
struct EvidenceFreshness {
  static constexpr std::string_view kCached = "cached";  // at most `max_age` old: a signature is complete at once
  static constexpr std::string_view kAfterSignature = "after_signature";  // issued `grace` after the best signature
                                                                          // time or later: until then it is pending
  std::string mode{kCached};
  std::chrono::seconds max_age{24 * 3'600};
  std::chrono::seconds grace{0};
  [[nodiscard]] bool waits() const noexcept { return mode == kAfterSignature; }
};

// Revocation data and certificates for signatures of B-LT and above.
struct EvidenceOptions {
  std::string folder;  // they are read from there as well; empty: none
  fetch::CacheLimits cache{4'096, 128ULL << 20};
  EvidenceFreshness freshness;
  std::map<std::string, EvidenceFreshness> credentials;  // of these credentials in place of `freshness`, by id
  // Responders ("http://ocsp.example") whose requests carry a nonce (RFC 8954); their answers are not cached.
  std::vector<std::string> nonce_origins;
  std::uint64_t added = 16ULL << 20;  // bytes that one document may grow by validation data and document timestamps

  [[nodiscard]] const EvidenceFreshness& freshness_of(const std::string& credential) const {
    const auto own = credentials.find(credential);
    return own == credentials.end() ? freshness : own->second;
  }
};

struct TsuOptions {
  std::string credential = "tsu";
  std::string policy = "1.3.6.1.4.1.99999.1.1";  // OID; the default is for development: set one from your own arc
  std::vector<std::string> accepted_policies;    // beside it
  std::chrono::milliseconds accuracy{1'000};
};

struct Limits {
  std::uint64_t document = 256ULL << 20;   // bytes
  std::size_t instruction = 64 * 1024;     // bytes
  std::size_t activations = 100'000;       // open at once
  std::size_t activation_digests = 1'000;  // of one activation
  pdf::Limits pdf;
  // Bytes of memory for the contents of all documents that are read at the same time; of one tenant at most half.
  std::uint64_t reading = 1ULL << 30;
};

// Texts of a 立会人型 signature. {name}, {id}, {envelope} and {auth} in the reason are filled in from the instruction
// record.
struct WitnessTexts {
  std::string name;  // /Name; empty: the certificate's CN
  std::string reason = "{name} の指示に基づき署名 / Signed on instruction of {name}";
};

struct Options {
  credentials::TokenOptions token;
  credentials::CredentialOptions credentials;
  PoolsOptions pools;
  std::chrono::milliseconds deadline{30'000};  // of one request, from its acceptance
  // How long a signature that lacks its timestamp is kept, and tried again.
  std::chrono::seconds resume_window{24 * 3'600};
  TsaLists tsa_lists;  // names in `tsa`
  std::map<std::string, TsaProfile> tsa{{std::string(TsaProfile::kInternal), TsaProfile{}}};
  fetch::Options fetch;
  EvidenceOptions evidence;
  TsuOptions tsu;
  Limits limits;
  InstructionPolicy instruction;
  WitnessTexts witness;
  credentials::PinPolicy pin;
};

}  // namespace rakkan::service
