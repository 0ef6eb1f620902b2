#include "cli/made_signature.hpp"

#include "rakkan/service/stored_signature.hpp"

#include <charconv>

namespace rakkan::cli {
namespace {

constexpr std::string_view kId = "rakkan-signature-id";
constexpr std::string_view kIntent = "rakkan-audit-intent";
constexpr std::string_view kOutcome = "rakkan-audit-outcome";
constexpr std::string_view kOffset = "rakkan-tail-offset";

std::optional<std::uint64_t> number(const fetch::HttpResponse& response, std::string_view field) {
  const std::string_view text = response.header(field).value_or("");
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && failed == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                                    : std::nullopt;
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* const value = object.if_contains(name);
  if (value == nullptr) {
    return {};
  }
  return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

const boost::json::object* object_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

}  // namespace

Result<MadeSignature> made_here(service::StoredSignature stored) {
  boost::json::error_code broken;
  boost::json::value facts = boost::json::parse(stored.facts, broken);
  if (broken || !facts.is_object()) {
    return fail(ErrorCode::internal, "the facts of the signature are no JSON object");
  }
  boost::json::object& object = facts.get_object();
  object["signature"] = stored.id.value();
  object["intent"] = stored.intent;
  object["outcome"] = stored.outcome;
  return MadeSignature{std::move(object), std::move(stored.tail)};
}

Result<MadeSignature> made_there(const Remote& remote, fetch::HttpResponse response) {
  const std::string id(response.header(kId).value_or(""));
  const auto intent = number(response, kIntent);
  const auto outcome = number(response, kOutcome);
  if (id.empty() || !intent || !outcome) {
    return fail(ErrorCode::malformed_server_answer, "the answer does not say which signature it is");
  }
  boost::json::object facts;
  // The signature is made and received, so failing to get its facts is no failure of the command.
  if (const auto stored = remote.ask_json("GET", "/v1/signatures/" + id)) {
    if (const boost::json::object* known = object_at(*stored, "facts")) {
      facts = *known;
    }
  }
  facts["signature"] = id;
  facts["intent"] = *intent;
  facts["outcome"] = *outcome;
  return MadeSignature{std::move(facts), std::move(response.body)};
}

Result<void> check_offset(const fetch::HttpResponse& response, std::uint64_t document_size) {
  if (number(response, kOffset) != document_size) {
    return fail(ErrorCode::malformed_server_answer, "the bytes to append do not begin where the document ends",
                std::string(response.header(kOffset).value_or("")));
  }
  return {};
}

std::string lines_of(const boost::json::object& facts) {
  std::string text;
  if (const std::string field = text_at(facts, "field"); !field.empty()) {
    text += "  field           " + field + "\n";
  }
  if (const auto* digest = object_at(facts, "document_digest")) {
    text += "  document digest " + text_at(*digest, "alg") + " " + text_at(*digest, "value") + "\n";
  }
  const auto* timestamp = object_at(facts, "timestamp");
  text += timestamp == nullptr ? std::string("  timestamp       none (B-B)\n")
                               : "  timestamp       " + text_at(*timestamp, "time") + ", serial " +
                                     text_at(*timestamp, "serial_number") + "\n";
  text += "  signature       " + text_at(facts, "signature") + ", entries " + text_at(facts, "intent") + " and " +
          text_at(facts, "outcome") + " of the log\n";
  return text;
}

}  // namespace rakkan::cli
