// What an operator can set about the use cases. All of it works as it is, but for the credentials' names.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/service/instruction.hpp"

namespace rakkan::service {

// One token per credential. {data_dir} and {token} are filled in.
struct TokenOptions {
  std::string pin_file = "{data_dir}/pins/{token}.pin";  // user PIN
  // Security officer's PIN, used when a token is made and never by a server that has its tokens: in a folder of its
  // own, so that user PINs can be handed to the service without it.
  std::string so_pin_file = "{data_dir}/so-pins/{token}.pin";
  bool create = true;  // make a token with fresh random PINs when a key is generated and it is not there
};

struct CredentialOptions {
  // Certificates (PEM) at which the chain of a credential may end; empty: at a self-signed root that comes with it.
  std::filesystem::path roots;
};

struct PoolsOptions {
  static constexpr int kBehind = 5;         // nice: about a quarter of a core that others want, too
  async::PoolOptions hsm{"hsm", 2, 4'096};  // one PKCS#11 session a thread
  // Documents and PINs take a core for long: their threads give way to those that answer and sign.
  async::PoolOptions cpu{"cpu", 2, 1'024, kBehind};
  async::PoolOptions pin{"pin", 1, 128, kBehind};  // Argon2id: a queue of its own, so that guesses cannot starve
                                                   // signatures; its memory is taken by those that run alone
  async::PoolOptions tsa{"tsa", 4, 64};            // outside timestamp authorities: each request holds a thread
  async::PoolOptions store{"store", 1, 256};       // reads of the database
  // A document of at most so many bytes is prepared on the thread that received it: the hop to the cpu pool and back
  // would cost more than the work.
  std::uint64_t inline_document = 32 * 1024;
};

// Where tokens come from: the internal unit, or an outside authority by its URL.
struct TsaProfile {
  static constexpr std::string_view kInternal = "internal";
  fetch::TsaOptions options;  // url "internal" is our own unit, in process
  TsaProfile() { options.url = kInternal; }
  [[nodiscard]] bool internal() const noexcept { return options.url == kInternal; }
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

// Texts of a 立会人型 signature. {name}, {id}, {envelope} and {auth} of the reason come from the instruction record.
struct WitnessTexts {
  std::string name;  // /Name; empty: the certificate's CN
  std::string reason = "{name} の指示に基づき署名 / Signed on instruction of {name}";
};

// RFC 9106 §4, second recommended option, is 64 MiB and 3 iterations.
struct PinPolicy {
  std::uint64_t memory = 64ULL << 20;  // bytes, whole KiB
  std::uint32_t iterations = 3;
  unsigned min_length = 6;  // characters
  // Failures count for each tenant by itself, in a row.
  std::chrono::seconds first_wait{1};      // after a failure; twice as long after each further one; 0: none
  std::chrono::seconds longest_wait{300};  // as long as that gets
  unsigned max_failures = 5;
  std::chrono::seconds lock_time{0};  // 0: locked until it is reset
};

struct Options {
  TokenOptions token;
  CredentialOptions credentials;
  PoolsOptions pools;
  std::chrono::milliseconds deadline{30'000};  // of one request, from its acceptance
  std::string default_tsa = "internal";        // a name in `tsa`
  std::map<std::string, TsaProfile> tsa{{std::string(TsaProfile::kInternal), TsaProfile{}}};
  TsuOptions tsu;
  Limits limits;
  InstructionPolicy instruction;
  WitnessTexts witness;
  PinPolicy pin;
};

}  // namespace rakkan::service
