// What POST /v1/audit/verify answered, as what a verification here would have given.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "cli/audit_report.hpp"

namespace rakkan::cli {

// malformed_server_answer.
[[nodiscard]] Result<std::vector<VerifiedJournal>> journals_of(const boost::json::object& answer);

}  // namespace rakkan::cli
