// Options of tokens, certificates and PINs that an operator can set.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace rakkan::credentials {

// One token per credential. {data_dir} and {token} are filled in.
struct TokenOptions {
  std::string pin_file = "{data_dir}/pins/{token}.pin";  // user PIN
  // The security officer's PIN, used when a token is made and never by a server that has its tokens: in a folder of its
  // own, so that user PINs can be handed to the service without this one.
  std::string so_pin_file = "{data_dir}/so-pins/{token}.pin";
  bool create = true;  // make the token, with fresh random PINs, when a key is generated in it and it does not exist
};

struct CredentialOptions {
  // Certificates (PEM) at which the chain of a credential may end; empty: at a self-signed root that comes with it.
  std::filesystem::path roots;
};

// RFC 9106 §4, second recommended option, is 64 MiB and 3 iterations.
struct PinPolicy {
  std::uint64_t memory = 64ULL << 20;  // bytes, whole KiB
  std::uint32_t iterations = 3;
  unsigned min_length = 6;  // bytes
  // Failures count for each tenant by itself, in a row.
  std::chrono::seconds first_wait{1};      // after a failure; twice as long after each further one; 0: none
  std::chrono::seconds longest_wait{300};  // upper bound of the doubled wait
  unsigned max_failures = 5;
  std::chrono::seconds lock_time{0};  // 0: locked until it is reset
};

}  // namespace rakkan::credentials
