#include "rakkan/service/instruction.hpp"

#include <algorithm>
#include <array>

#include "rakkan/base/hex.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan::service {
namespace {

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

Result<Instant> read_time(json::Members& members, std::string_view name) {
  RAKKAN_TRY(const std::string text, members.text(name, kMaxText));
  const auto instant = parse_rfc3339(text);
  if (!instant) {
    return members.wrong(name, "must be a time in RFC 3339, like 2026-11-24T01:02:03Z");
  }
  return *instant;
}

Result<crypto::Digest> read_digest(json::Members& record) {
  RAKKAN_TRY(json::Members members, record.object("document_digest"));
  RAKKAN_TRY(const std::string algorithm_name, members.text("alg", kMaxText));
  RAKKAN_TRY(const std::string hex, members.text("value", kMaxText));
  RAKKAN_CHECK(members.done());
  const auto algorithm = crypto::digest_algorithm_from_name(algorithm_name);
  if (!algorithm) {
    return members.not_among("alg", {"SHA-256", "SHA-384", "SHA-512"});
  }
  const auto value = from_hex(hex);
  const auto digest = value ? crypto::Digest::from_bytes(*algorithm, *value) : std::nullopt;
  if (!digest) {
    return members.wrong("value", "must be " + std::to_string(2 * crypto::info(*algorithm).size) +
                                      " hexadecimal digits, a digest of that algorithm");
  }
  return *digest;
}

Result<Authentication> read_authentication(json::Members& members) {
  Authentication authentication;
  RAKKAN_TRY(const std::string factor, members.text("class", kMaxText));
  RAKKAN_TRY(authentication.method, members.text("method", 64));
  RAKKAN_TRY(authentication.at, read_time(members, "at"));
  RAKKAN_CHECK(members.done());
  const auto known =
      std::find_if(kFactors.begin(), kFactors.end(), [&](const FactorRow& r) { return r.name == factor; });
  if (known == kFactors.end()) {
    std::vector<std::string> names;
    std::transform(kFactors.begin(), kFactors.end(), std::back_inserter(names),
                   [](const FactorRow& factor_row) { return std::string(factor_row.name); });
    return members.not_among("class", std::move(names));
  }
  const bool word = std::all_of(authentication.method.begin(), authentication.method.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!word) {
    return members.wrong("method", "must be a word of a-z, 0-9 and _");
  }
  authentication.factor = known->factor;
  return authentication;
}

Result<std::vector<Authentication>> read_authentications(json::Members& record, Instant when) {
  RAKKAN_TRY(std::vector<json::Members> objects, record.objects("authenticated", kMaxAuthentications));
  std::vector<Authentication> all;
  for (json::Members& object : objects) {
    RAKKAN_TRY(Authentication one, read_authentication(object));
    if (one.at > when) {
      return object.wrong("at", "is later than the instruction itself");
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string_view name(FactorClass factor) noexcept { return kFactors[static_cast<std::size_t>(factor)].name; }

class InstructionReader {
 public:
  static Result<Instruction> read(json::Members record) {
    std::string text = record.to_json();
    RAKKAN_TRY(const crypto::Digest document_digest, read_digest(record));
    Instruction instruction(document_digest);
    RAKKAN_TRY(json::Members person, record.object("who"));
    RAKKAN_TRY(instruction.who_id_, person.text("id", kMaxText));
    RAKKAN_TRY(instruction.who_name_, person.text("name", kMaxText));
    RAKKAN_CHECK(person.done());
    RAKKAN_TRY(instruction.when_, read_time(record, "when"));
    RAKKAN_TRY(instruction.authenticated_, read_authentications(record, instruction.when_));
    if (record.has("envelope")) {
      RAKKAN_TRY(instruction.envelope_, record.text("envelope", kMaxText));
    }
    RAKKAN_CHECK(record.done());
    instruction.json_ = std::move(text);
    return instruction;
  }
};

Result<Instruction> Instruction::parse(std::string_view json) {
  RAKKAN_TRY(const json::Document document, json::Document::parse(json, kCode));
  return InstructionReader::read(document.root());
}

Result<Instruction> Instruction::read(const json::Members& object) { return InstructionReader::read(object); }

}  // namespace rakkan::service
