// Reading of an algorithm catalogue in the JSON form of TS 119 322 V1.2.1.
#include <chrono>
#include <set>

#include "pki/ts_119_312.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/pki/algorithm_policy.hpp"

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostRows = 1024;
constexpr std::size_t kMostEvaluations = 64;
constexpr std::size_t kMostParameters = 8;
constexpr std::size_t kMostTexts = 16;
constexpr std::size_t kLongestText = 1024;
constexpr std::int64_t kMostBits = 1 << 20;

// A date is the whole day: its first moment as a start, its last as an end. A moment is itself.
Result<std::optional<Instant>> moment(json::Members& members, std::string_view name, bool is_end) {
  RAKKAN_TRY(const auto text, members.optional_text(name, 64));
  if (!text) {
    return std::optional<Instant>();
  }
  const bool is_date = text->size() == 10;
  const auto instant = parse_rfc3339(is_date ? *text + (is_end ? "T23:59:59.999Z" : "T00:00:00Z") : *text);
  if (!instant) {
    return members.wrong(name, "must be a date (2028-12-31) or a time by RFC 3339");
  }
  return instant;
}

Result<std::optional<std::uint64_t>> bound(json::Members& members, std::string_view name) {
  if (!members.has(name)) {
    return std::optional<std::uint64_t>();
  }
  RAKKAN_TRY(const std::int64_t value, members.integer(name, 0, kMostBits));
  return static_cast<std::uint64_t>(value);
}

// Members whose content says nothing about acceptability: they may be there, and are looked at no further.
Result<void> pass_texts(json::Members& members, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    RAKKAN_CHECK(members.optional_text(name, kLongestText));
  }
  return {};
}
Result<void> pass_objects(json::Members& members, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (members.has(name)) {
      RAKKAN_CHECK(members.object(name));
    }
  }
  return {};
}

Result<AlgorithmParameter> read_parameter(json::Members members) {
  AlgorithmParameter parameter;
  RAKKAN_TRY(parameter.name, members.text("name", kLongestText));
  RAKKAN_TRY(parameter.least, bound(members, "Min"));
  RAKKAN_TRY(parameter.most, bound(members, "Max"));
  RAKKAN_CHECK(pass_objects(members, {"Any"}));
  RAKKAN_CHECK(members.done());
  return parameter;
}

Result<AlgorithmEvaluation> read_evaluation(json::Members members) {
  AlgorithmEvaluation evaluation;
  if (members.has("Parameter")) {
    RAKKAN_TRY(auto parameters, members.objects("Parameter", kMostParameters));
    for (json::Members& each : parameters) {
      RAKKAN_TRY(AlgorithmParameter parameter, read_parameter(std::move(each)));
      evaluation.parameters.push_back(std::move(parameter));
    }
  }
  RAKKAN_TRY(json::Members validity, members.object("Validity"));
  RAKKAN_TRY(evaluation.start, moment(validity, "Start", false));
  RAKKAN_TRY(evaluation.end, moment(validity, "End", true));
  RAKKAN_CHECK(validity.done());
  if (evaluation.start && evaluation.end && *evaluation.end < *evaluation.start) {
    return members.wrong("Validity", "ends before it starts");
  }
  RAKKAN_TRY(const auto usage, members.optional_text("AlgorithmUsage", kLongestText));
  evaluation.usage = usage.value_or(std::string());
  RAKKAN_CHECK(pass_texts(members, {"Recommendation"}));
  RAKKAN_CHECK(pass_objects(members, {"Any"}));
  RAKKAN_CHECK(members.done());
  return evaluation;
}

Result<AlgorithmRow> read_row(json::Members members) {
  AlgorithmRow row;
  RAKKAN_TRY(json::Members identifier, members.object("AlgorithmIdentifier"));
  RAKKAN_TRY(row.name, identifier.text("Name", kLongestText));
  RAKKAN_TRY(const std::string dotted, identifier.text("ObjectIdentifier", kLongestText));
  const auto oid = der::Oid::from_dotted(dotted);
  if (!oid) {
    return identifier.wrong("ObjectIdentifier", "must be an object identifier");
  }
  row.identifier = *oid;
  RAKKAN_CHECK(pass_texts(identifier, {"URI"}));
  RAKKAN_CHECK(identifier.done());
  RAKKAN_TRY(auto evaluations, members.objects("Evaluation", kMostEvaluations));
  for (json::Members& each : evaluations) {
    RAKKAN_TRY(AlgorithmEvaluation evaluation, read_evaluation(std::move(each)));
    row.evaluations.push_back(std::move(evaluation));
  }
  if (members.has("Information")) {
    RAKKAN_TRY(json::Members information, members.object("Information"));
    RAKKAN_TRY(row.information, information.texts("Text", kMostTexts, kLongestText));
    RAKKAN_CHECK(information.done());
  }
  RAKKAN_CHECK(pass_objects(members, {"Any"}));
  RAKKAN_CHECK(members.done());
  return row;
}

}  // namespace

Result<AlgorithmPolicy> AlgorithmPolicy::parse(std::string_view text) {
  RAKKAN_TRY(const json::Document document, json::Document::parse(text, ErrorCode::algorithm_catalogue_invalid));
  json::Members root = document.root();
  RAKKAN_TRY(json::Members policy, root.object("SecuritySuitabilityPolicyType"));
  RAKKAN_CHECK(root.done());

  AlgorithmPolicy result;
  RAKKAN_TRY(json::Members name, policy.object("PolicyName"));
  RAKKAN_TRY(result.name_, name.text("Name", kLongestText));
  RAKKAN_CHECK(pass_texts(name, {"ObjectIdentifier", "URI"}));
  RAKKAN_CHECK(name.done());
  RAKKAN_TRY(const auto issued, moment(policy, "PolicyIssueDate", false));
  if (!issued) {
    return policy.wrong("PolicyIssueDate", "is missing");
  }
  result.issued_ = *issued;
  RAKKAN_TRY(auto rows, policy.objects("Algorithm", kMostRows));
  std::set<der::Oid> seen;
  for (json::Members& each : rows) {
    const std::string place = each.path_of("AlgorithmIdentifier");
    RAKKAN_TRY(AlgorithmRow row, read_row(std::move(each)));
    if (!seen.insert(row.identifier).second) {
      return fail(ErrorCode::algorithm_catalogue_invalid, row.identifier.dotted() + " occurs twice", place);
    }
    result.rows_.push_back(std::move(row));
  }
  RAKKAN_CHECK(pass_objects(policy, {"Publisher", "Signature"}));
  RAKKAN_CHECK(pass_texts(policy, {"NextUpdate", "Usage", "version", "lang", "id"}));
  RAKKAN_CHECK(policy.done());
  return result;
}

const AlgorithmPolicy& AlgorithmPolicy::ts_119_312() {
  // A unit test reads it, so value() does not throw.
  static const AlgorithmPolicy policy = parse(ts_119_312_text()).value();
  return policy;
}

}  // namespace rakkan::pki
