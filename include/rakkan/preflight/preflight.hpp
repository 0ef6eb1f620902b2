// What keeps rakkand from starting with a configuration. The server asks before it opens anything, and `rakkan config
// check` asks without starting: one implementation, so that the two agree.
//
// Only a start finds out: a port that is taken, a PIN that a token rejects, too few file descriptors (they are those of
// the process), a log whose files are damaged.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/service/embedded_service.hpp"

namespace rakkan::preflight {

// What the service is opened with. `program`: as EmbeddedOptions::program.
[[nodiscard]] service::EmbeddedOptions embedded_options(const config::Configuration& configuration,
                                                        std::string program);

// The configuration as it belongs into a copy of its data folder: the file as it is where it already means the folder
// that it lies in, else what it says, with data_dir = ".". What environment and command line set is not in it.
// file_unreadable, configuration_invalid.
[[nodiscard]] Result<std::string> configuration_of_copy(const config::Configuration& configuration);

// What the values and the files that they name tell: listeners, TLS, log, policies. Errors have file, line and key in
// `where`; more than one are the causes of one.
[[nodiscard]] Result<void> check_options(const config::Configuration& configuration);

struct Report {
  std::vector<Error> findings;  // not located yet
  std::string not_looked_at;    // empty: nothing was left out
};

// The same, and what the data folder and the PKCS#11 module tell.
[[nodiscard]] Report check(const config::Configuration& configuration);

}  // namespace rakkan::preflight
