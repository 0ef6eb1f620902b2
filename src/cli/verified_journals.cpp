#include "cli/verified_journals.hpp"

#include <algorithm>

#include "cli/administration.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

tl::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::malformed_server_answer, std::string("of a verified log: ") + what);
}

Result<std::uint64_t> number_of(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  json::error_code wrong;
  const auto number = value != nullptr ? value->to_number<std::uint64_t>(wrong) : 0;
  if (value == nullptr || wrong) {
    return malformed("no number");
  }
  return number;
}

Result<audit::VerifiedTimestamp> timestamp_of(const json::object& object) {
  audit::VerifiedTimestamp timestamp;
  RAKKAN_TRY(timestamp.size, number_of(object, "size"));
  const auto time = parse_rfc3339(text_member(object, "time"));
  if (!time) {
    return malformed("no time");
  }
  timestamp.time = *time;
  timestamp.authority = text_member(object, "authority");
  const json::value* const own = object.if_contains("own");
  timestamp.own = own != nullptr && own->is_bool() && own->get_bool();
  return timestamp;
}

Result<audit::VerifiedLog> log_of(const json::object& object) {
  audit::VerifiedLog log;
  log.note = text_member(object, "checkpoint");
  log.checkpoint.origin = text_member(object, "origin");
  RAKKAN_TRY(log.checkpoint.tree.size, number_of(object, "size"));
  RAKKAN_TRY(log.records, number_of(object, "records"));
  const auto root = from_base64(text_member(object, "root"));
  if (!root || root->size() != log.checkpoint.tree.root.size()) {
    return malformed("no root");
  }
  std::copy(root->begin(), root->end(), log.checkpoint.tree.root.begin());
  for (const json::value& index : array_member(object, "erased")) {
    json::error_code wrong;
    log.erased.push_back(index.to_number<std::uint64_t>(wrong));
    if (wrong) {
      return malformed("an erased entry without a number");
    }
  }
  for (const json::value& one : array_member(object, "timestamps")) {
    if (!one.is_object()) {
      return malformed("a timestamp that is none");
    }
    RAKKAN_TRY(log.timestamps.emplace_back(), timestamp_of(one.get_object()));
  }
  return log;
}

// The verdict of a log. An error that is no verdict is malformed: it would not be about the log.
Result<Error> verdict_of(const json::object& object) {
  const auto code = error_code_from_slug(text_member(object, "code"));
  Error error{code.value_or(ErrorCode::internal), text_member(object, "detail"), text_member(object, "where"), {}, {}};
  if (!code || !is_verdict(error)) {
    return malformed("no verdict");
  }
  return error;
}

}  // namespace

Result<std::vector<VerifiedJournal>> journals_of(const json::object& answer) {
  std::vector<VerifiedJournal> journals;
  for (const json::value& log : array_member(answer, "logs")) {
    if (!log.is_object()) {
      return malformed("no log");
    }
    const json::object& facts = log.get_object();
    const json::value* const verified = facts.if_contains("verified");
    if (verified == nullptr || !verified->is_bool()) {
      return malformed("no verdict");
    }
    if (verified->get_bool()) {
      RAKKAN_TRY(audit::VerifiedLog whole, log_of(facts));
      journals.push_back({text_member(facts, "journal"), std::move(whole)});
    } else {
      RAKKAN_TRY(Error error, verdict_of(object_member(facts, "error")));
      journals.push_back({text_member(facts, "journal"), fail(std::move(error))});
    }
  }
  if (journals.empty()) {
    return malformed("none");
  }
  return journals;
}

}  // namespace rakkan::cli
