#include "service/records.hpp"

#include <array>
#include <boost/json.hpp>

#include "rakkan/access/principal_json.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::service::records {
namespace {

using json::ObjectWriter;

std::string timestamp_json(const TokenFacts& facts) {
  ObjectWriter json;
  json.text("time", to_rfc3339(facts.generation_time))
      .text("serial_number", to_hex(facts.serial_number))
      .text("policy", facts.policy.dotted());
  return std::move(json).finish();
}

ObjectWriter begin_answer(const SigningFacts& facts) {
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
  if (facts.timestamp) {
    json.raw("timestamp", timestamp_json(*facts.timestamp));
  }
  return json;
}

}  // namespace

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

std::string made(const SigningFacts& facts) {
  ObjectWriter json;
  json.number("intent", facts.intent)
      .text("signature", facts.signature.value())
      .raw("signature_value", digest_json(*facts.signature_value));
  if (facts.timestamp) {
    json.raw("timestamp", timestamp_json(*facts.timestamp));
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

std::string answer(const SigningFacts& facts) { return begin_answer(facts).finish(); }

std::string answer(const SigningFacts& facts, const SignedPdf& pdf, std::uint64_t base_size) {
  const auto& range = pdf.byte_range;
  const std::array<std::uint64_t, 4> numbers{0, range.first_length, range.second_offset, range.second_length};
  ObjectWriter json = begin_answer(facts);
  json.text("field", pdf.field_name)
      .raw("byte_range", json::array_of(numbers, [](std::uint64_t number) { return std::to_string(number); }))
      .raw("byte_range_digest", digest_json(pdf.byte_range_digest))
      .number("base_size", base_size)
      .number("bytes_added", pdf.tail.size())
      .number("cms_size", pdf.cms_size)
      .number("reserve", pdf.reserve);
  return std::move(json).finish();
}

}  // namespace rakkan::service::records
