// The parameters by which requests name a journal of the audit log and an entry in it.
#pragma once

#include <string>
#include <string_view>

#include "api/http_names.hpp"
#include "api/query_values.hpp"
#include "rakkan/audit/trail.hpp"

namespace rakkan::api {

inline constexpr std::string_view kJournalParameter = "journal";

[[nodiscard]] inline Result<audit::Journal> journal_named(std::string_view text) {
  for (const audit::Journal journal : {audit::Journal::trail, audit::Journal::tokens}) {
    if (name(journal) == text) {
      return journal;
    }
  }
  return fail(ErrorCode::invalid_request, "must be trail or tokens", std::string(kJournalParameter));
}

[[nodiscard]] inline Result<std::uint64_t> index_named(std::string_view digits) {
  const auto index = parse_number(digits);
  if (!index) {
    return fail(ErrorCode::invalid_request, "must be a whole number of at most 64 bits", "index");
  }
  return *index;
}

}  // namespace rakkan::api
