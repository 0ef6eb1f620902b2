// Conversion of the answer of POST /v1/audit/verify to the result of a verification in this process.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "cli/audit_report.hpp"

namespace rakkan::cli {

// The journals in an answer. malformed_server_answer.
[[nodiscard]] Result<std::vector<VerifiedJournal>> journals_of(const boost::json::object& answer);

}  // namespace rakkan::cli
