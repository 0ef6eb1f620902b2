// The findings with which the service would refuse to start, without starting it: `rakkan config check` makes here the
// checks of EmbeddedService::open and Assembly::create.
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
  std::vector<Error> findings;  // errors of EmbeddedService::open; an option that is to blame is named in `where`
  std::string not_looked_at =
      {};  // the parts that another process's use of the folder kept from the check; empty: none
};

// Opens the folder, as far as that needs no token, and the PKCS#11 module, and lets go of both. While a server uses the
// folder, only its files are looked at: their owners and permissions, and the log's name.
[[nodiscard]] FolderReport check_folder_for_start(const EmbeddedOptions& options);

}  // namespace rakkan::service
