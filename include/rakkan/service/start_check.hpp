// What the service would refuse to start with, found without starting it: `rakkan config check` asks here what
// EmbeddedService::open and Assembly::create ask.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/service/embedded_service.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

// configuration_invalid, file_unreadable and permissions_unsafe, each with its key ("tsu.policy") in `where`.
[[nodiscard]] std::vector<Error> check(const Options& options);

struct FolderReport {
  std::vector<Error> findings;     // as of EmbeddedService::open; where a key is to blame it is in `where`
  std::string not_looked_at = {};  // what cannot be looked at while another process uses the folder; empty: nothing
};

// Opens the folder as far as no token is needed and the PKCS#11 module, and lets go of both. While a server uses the
// folder, only what its files tell: whose they are, and the log's name.
[[nodiscard]] FolderReport check_folder_for_start(const EmbeddedOptions& options);

}  // namespace rakkan::service
