// Finding the reasons that keep rakkand from starting with a configuration. The server asks before it opens anything,
// and `rakkan config check` asks without starting: there is one implementation, so that the two agree.
//
// These reasons are found only by a start: a port that is taken, a PIN that a token rejects, too few file descriptors
// (which belong to the process), a log whose files are damaged.
#pragma once

#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/service/embedded_service.hpp"

namespace rakkan::preflight {

// The options with which the service is opened. `program` is EmbeddedOptions::program.
[[nodiscard]] service::EmbeddedOptions embedded_options(const config::Configuration& configuration,
                                                        std::string program);

// Checks the values and the files that they name: listeners, TLS, log, policies. Errors have file, line and key in
// `where`; several errors are the causes of one.
[[nodiscard]] Result<void> check_options(const config::Configuration& configuration);

struct Report {
  std::vector<Error> findings;  // not located yet
  std::string not_looked_at;    // the parts that could not be checked; empty: everything was
};

// Makes the same checks, and checks the data folder and the PKCS#11 module.
[[nodiscard]] Report check(const config::Configuration& configuration);

}  // namespace rakkan::preflight
