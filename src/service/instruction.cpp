#include "rakkan/service/instruction.hpp"

#include <algorithm>
#include <array>

#include "rakkan/base/hex.hpp"
#include "service/json_reader.hpp"

namespace rakkan::service {
namespace {

namespace json = boost::json;

constexpr ErrorCode kCode = ErrorCode::malformed_instruction;
constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxAuthentications = 16;

struct FactorRow {
  FactorClass factor;
  std::string_view name;
};
constexpr std::array kFactors{
    FactorRow{FactorClass::mailbox, "mailbox"},
    FactorRow{FactorClass::knowledge, "knowledge"},
    FactorRow{FactorClass::phone, "phone"},
    FactorRow{FactorClass::device, "device"},
    FactorRow{FactorClass::identity_provider, "identity_provider"},
    FactorRow{FactorClass::in_person, "in_person"},
};

Result<Instant> read_time(JsonMembers& members, std::string_view name) {
  RAKKAN_TRY(const std::string text, members.text(name, kMaxText));
  const auto instant = parse_rfc3339(text);
  if (!instant) {
    return members.wrong(name, "must be a time in RFC 3339");
  }
  return *instant;
}

Result<crypto::Digest> read_digest(JsonMembers& record) {
  RAKKAN_TRY(const json::object* object, record.object("document_digest"));
  JsonMembers members(*object, "document_digest", kCode);
  RAKKAN_TRY(const std::string algorithm_name, members.text("alg", kMaxText));
  RAKKAN_TRY(const std::string hex, members.text("value", kMaxText));
  RAKKAN_CHECK(members.done());
  const auto algorithm = crypto::digest_algorithm_from_name(algorithm_name);
  if (!algorithm) {
    return members.wrong("alg", "must be SHA-256, SHA-384 or SHA-512");
  }
  const auto value = from_hex(hex);
  const auto digest = value ? crypto::Digest::from_bytes(*algorithm, *value) : std::nullopt;
  if (!digest) {
    return members.wrong("value", "must be a digest of that algorithm in hexadecimal");
  }
  return *digest;
}

Result<Authentication> read_authentication(const json::value& value, const std::string& path) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return fail(kCode, "must be an object", path);
  }
  JsonMembers members(*object, path, kCode);
  Authentication authentication;
  RAKKAN_TRY(const std::string factor, members.text("class", kMaxText));
  RAKKAN_TRY(authentication.method, members.text("method", 64));
  RAKKAN_TRY(authentication.at, read_time(members, "at"));
  RAKKAN_CHECK(members.done());
  const auto known =
      std::find_if(kFactors.begin(), kFactors.end(), [&](const FactorRow& r) { return r.name == factor; });
  if (known == kFactors.end()) {
    return members.wrong("class", "is not a class of factors that we know");
  }
  const bool word = std::all_of(authentication.method.begin(), authentication.method.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!word) {
    return members.wrong("method", "must be a word of a-z, 0-9 and _");
  }
  authentication.factor = known->factor;
  return authentication;
}

Result<std::vector<Authentication>> read_authentications(JsonMembers& record, Instant when) {
  RAKKAN_TRY(const json::array* array, record.array("authenticated"));
  if (array->empty() || array->size() > kMaxAuthentications) {
    return record.wrong("authenticated", "must name 1 to " + std::to_string(kMaxAuthentications) + " authentications");
  }
  std::vector<Authentication> all;
  for (const json::value& element : *array) {
    const std::string path = "authenticated[" + std::to_string(all.size()) + "]";
    RAKKAN_TRY(Authentication one, read_authentication(element, path));
    if (one.at > when) {
      return fail(kCode, "is later than the instruction itself", path + ".at");
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string_view name(FactorClass factor) noexcept { return kFactors[static_cast<std::size_t>(factor)].name; }

class InstructionParser {
 public:
  static Result<Instruction> parse(std::string_view text) {
    RAKKAN_TRY(const json::object object, parse_json_object(text, kCode));
    JsonMembers record(object, "", kCode);
    RAKKAN_TRY(const crypto::Digest document_digest, read_digest(record));
    Instruction instruction(document_digest);
    RAKKAN_TRY(const json::object* who, record.object("who"));
    JsonMembers person(*who, "who", kCode);
    RAKKAN_TRY(instruction.who_id_, person.text("id", kMaxText));
    RAKKAN_TRY(instruction.who_name_, person.text("name", kMaxText));
    RAKKAN_CHECK(person.done());
    RAKKAN_TRY(instruction.when_, read_time(record, "when"));
    RAKKAN_TRY(instruction.authenticated_, read_authentications(record, instruction.when_));
    if (record.has("envelope")) {
      RAKKAN_TRY(instruction.envelope_, record.text("envelope", kMaxText));
    }
    RAKKAN_CHECK(record.done());
    instruction.json_ = text;
    return instruction;
  }
};

Result<Instruction> Instruction::parse(std::string_view json) { return InstructionParser::parse(json); }

}  // namespace rakkan::service
