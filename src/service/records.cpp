#include "service/records.hpp"

#include <array>
#include <boost/json.hpp>

#include "rakkan/access/principal_json.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/evidence_json.hpp"
#include "service/raise_level.hpp"

namespace rakkan::service::records {
namespace {

using json::ObjectWriter;

std::string_view name(GivenUp why) {
  switch (why) {
    case GivenUp::window:
      return "window";
    case GivenUp::certificate:
      return "certificate";
    case GivenUp::reserve:
      return "reserve";
    case GivenUp::evidence:
      return "evidence";
    case GivenUp::asked:
      return "asked";
    case GivenUp::erased:
      return "erased";
    case GivenUp::broken:
      return "broken";
  }
  return "";
}

ObjectWriter with_timestamp(std::string begun, const std::optional<TokenFacts>& timestamp) {
  ObjectWriter json = ObjectWriter::after(std::move(begun));
  if (timestamp) {
    json.raw("timestamp", timestamp_json(*timestamp));
  }
  return json;
}

}  // namespace

std::string answer_begun(const SigningFacts& facts) {
  const credentials::Credential& credential = facts.grant->credential();
  ObjectWriter json;
  json.text("signature", facts.signature.value())
      .text("credential", credential.id().value())
      .number("generation", credential.generation())
      .raw("certificate", digest_json(credential.material().certificate_digest()))
      .text("type", name(facts.grant->type()))
      .text("level", name(facts.level))
      .raw("document_digest", digest_json(facts.document_digest))
      .number("intent", facts.intent);
  return std::move(json).finish();
}

std::string timestamp_json(const TokenFacts& facts) {
  ObjectWriter json;
  json.text("time", to_rfc3339(facts.generation_time))
      .text("serial_number", to_hex(facts.serial_number))
      .text("policy", facts.policy.dotted());
  return std::move(json).finish();
}

std::string digest_json(const crypto::Digest& digest) {
  ObjectWriter json;
  json.text("alg", crypto::info(digest.algorithm()).name).text("value", to_hex(digest.view()));
  return std::move(json).finish();
}

std::string subject(const Authorization& grant) {
  return grant.instruction() ? grant.instruction()->who_id() : grant.credential().party().value();
}

std::string intent(const SigningFacts& facts) {
  const Authorization& grant = *facts.grant;
  const credentials::Credential& credential = grant.credential();
  ObjectWriter json;
  json.text("intent_of", facts.signature.value())
      .text("what", facts.action)
      .raw("by", access::json_of(grant.principal()))
      .text("credential", credential.id().value())
      .number("generation", credential.generation())
      .raw("certificate", digest_json(credential.material().certificate_digest()))
      .text("type", name(grant.type()))
      .text("level", name(facts.level))
      .raw("document_digest", digest_json(facts.document_digest))
      .raw("message_digest", digest_json(*facts.message_digest))
      .raw("to_be_signed", digest_json(*facts.to_be_signed));
  if (!credential.party().empty()) {
    json.text("party", credential.party().value());
  }
  if (grant.instruction()) {
    json.raw("instruction", grant.instruction()->json());
  } else if (grant.activation()) {
    json.text("activation", to_hex(grant.activation()->activation()));
  } else {
    json.text("activation", "pin");
  }
  return std::move(json).finish();
}

std::string made(std::uint64_t intent, const SignatureId& signature, const crypto::Digest& value,
                 const std::optional<TokenFacts>& timestamp) {
  ObjectWriter json;
  json.number("intent", intent).text("signature", signature.value()).raw("signature_value", digest_json(value));
  if (timestamp) {
    json.raw("timestamp", timestamp_json(*timestamp));
  }
  return std::move(json).finish();
}

std::string made(const SigningFacts& facts) {
  return made(facts.intent, facts.signature, *facts.signature_value, facts.timestamp);
}

std::string abandoned(std::uint64_t intent, const SignatureId& signature, GivenUp why, std::string_view why_missing,
                      const access::Principal* by) {
  ObjectWriter json;
  json.number("intent", intent).text("signature", signature.value()).text("why", name(why)).text("code", why_missing);
  if (by != nullptr) {
    json.raw("by", access::json_of(*by));
  }
  return std::move(json).finish();
}

std::string failed(const SigningFacts& facts, ErrorCode why) {
  ObjectWriter json;
  json.number("intent", facts.intent).text("signature", facts.signature.value()).text("code", row(why).slug);
  return std::move(json).finish();
}

std::string interrupted(std::uint64_t intent, const SignatureId& signature) {
  ObjectWriter json;
  json.number("intent", intent).text("signature", signature.value());
  return std::move(json).finish();
}

Trace trace(std::string_view body) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({body.data(), body.size()}, error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  Trace found;
  if (object == nullptr) {
    return found;
  }
  if (const boost::json::value* of = object->if_contains("intent_of"); of != nullptr && of->is_string()) {
    found.is_intent = true;
    found.signature = SignatureId(std::string(of->get_string()));
  }
  if (const boost::json::value* closed = object->if_contains("intent"); closed != nullptr && closed->is_number()) {
    const auto index = closed->to_number<std::uint64_t>(error);
    found.closes = error ? std::nullopt : std::optional(index);
  }
  return found;
}

std::string activation(const access::Principal& principal, const credentials::Credential& credential, ByteView id,
                       const std::vector<std::string>& digests, Instant expires) {
  ObjectWriter json;
  json.raw("by", access::json_of(principal))
      .text("credential", credential.id().value())
      .text("party", credential.party().value())
      .text("activation", to_hex(id))
      .raw("digests", json::array_of(digests, [](const std::string& digest) { return json::quote(digest); }))
      .text("expires", to_rfc3339(expires));
  return std::move(json).finish();
}

std::string withdrawal(const access::Principal& principal, const CredentialId& credential, ByteView id) {
  ObjectWriter json;
  json.raw("by", access::json_of(principal)).text("credential", credential.value()).text("activation", to_hex(id));
  return std::move(json).finish();
}

std::string token(const tsp::TstInfo& info, const access::Principal& caller) {
  ObjectWriter json;
  json.text("serial_number", to_hex(info.serial_number))
      .text("policy", info.policy.dotted())
      .text("time", to_rfc3339(info.generation_time))
      .text("caller", caller.id);
  if (const Result<crypto::Digest> imprint = info.message_imprint.digest()) {
    json.raw("imprint", digest_json(*imprint));
  }
  return std::move(json).finish();
}

std::string answer(std::string begun, const std::optional<TokenFacts>& timestamp) {
  return with_timestamp(std::move(begun), timestamp).finish();
}

std::string answer(std::string begun, const std::optional<TokenFacts>& timestamp, const RevisionFacts& revision) {
  const auto& range = revision.byte_range;
  const std::array<std::uint64_t, 4> numbers{0, range.first_length, range.second_offset, range.second_length};
  ObjectWriter json = with_timestamp(std::move(begun), timestamp);
  json.text("field", revision.field_name)
      .raw("byte_range", json::array_of(numbers, [](std::uint64_t number) { return std::to_string(number); }))
      .raw("byte_range_digest", digest_json(revision.byte_range_digest))
      .number("base_size", revision.base_size)
      .number("bytes_added", revision.bytes_added)
      .number("cms_size", revision.cms_size)
      .number("reserve", revision.reserve);
  if (revision.raised != nullptr) {
    add_raised(json, *revision.raised);
  }
  return std::move(json).finish();
}

std::string answer(const SigningFacts& facts) { return answer(answer_begun(facts), facts.timestamp); }

std::string answer(const SigningFacts& facts, const SignedPdf& pdf, std::uint64_t base_size,
                   const RaisedLevel* raised) {
  return answer(answer_begun(facts), facts.timestamp,
                {pdf.field_name, pdf.byte_range, pdf.byte_range_digest, base_size, pdf.tail.size(), pdf.cms_size,
                 pdf.reserve, raised});
}

void add_raised(ObjectWriter& to, const RaisedLevel& raised) {
  to.raw("timestamps", json::array_of(raised.timestamps, timestamp_json));
  if (raised.evidence) {
    to.raw("evidence", pki::to_json(raised.evidence->table))
        .raw("ltv", pki::to_json(*raised.ltv, raised.evidence->table));
    if (!raised.evidence->material.unreadable().empty()) {
      to.raw("unreadable", pki::to_json(raised.evidence->material.unreadable()));
    }
  }
  if (raised.renewal) {
    to.raw("renewal", pki::to_json(*raised.renewal));
  }
}

}  // namespace rakkan::service::records
