#include "service/records.hpp"

#include <boost/json.hpp>

#include "rakkan/base/hex.hpp"

namespace rakkan::service::records {
namespace {

namespace json = boost::json;

json::object digest_object(const crypto::Digest& digest) {
  return {{"alg", crypto::info(digest.algorithm()).name}, {"value", to_hex(digest.view())}};
}

json::object timestamp_object(const TokenFacts& facts) {
  return {{"time", to_rfc3339(facts.generation_time)},
          {"serial_number", to_hex(facts.serial_number)},
          {"policy", facts.policy.dotted()}};
}

json::object principal_object(const Principal& principal) {
  json::object object{{"id", principal.id}};
  if (!principal.tenant.empty()) {
    object["tenant"] = principal.tenant.value();
  }
  return object;
}

json::object answer_object(const AnswerFacts& facts) {
  json::object object{{"signature", facts.signature.value()},
                      {"credential", facts.grant.credential().id().value()},
                      {"type", name(facts.grant.type())},
                      {"level", name(facts.level)},
                      {"document_digest", digest_object(facts.document_digest)},
                      {"intent", facts.intent}};
  if (facts.timestamp) {
    object["timestamp"] = timestamp_object(*facts.timestamp);
  }
  return object;
}

}  // namespace

std::string intent(const IntentFacts& facts) {
  const Credential& credential = facts.grant.credential();
  json::object object{{"intent_of", facts.signature.value()},
                      {"what", facts.what},
                      {"by", principal_object(facts.grant.principal())},
                      {"credential", credential.id().value()},
                      {"certificate", digest_object(crypto::digest(crypto::DigestAlgorithm::sha256,
                                                                   credential.material().certificate().der()))},
                      {"type", name(facts.grant.type())},
                      {"level", name(facts.level)},
                      {"document_digest", digest_object(facts.document_digest)},
                      {"message_digest", digest_object(facts.message_digest)},
                      {"to_be_signed", digest_object(facts.to_be_signed)}};
  if (!credential.party().empty()) {
    object["party"] = credential.party().value();
  }
  if (facts.grant.instruction()) {
    object["instruction"] = facts.grant.instruction()->json();  // as it was handed in, letter for letter
  } else if (facts.activation != nullptr) {
    object["activation"] = to_hex(facts.activation->activation());
  } else {
    object["activation"] = "pin";
  }
  return json::serialize(object);
}

std::string subject(const Authorization& grant) {
  return grant.instruction() ? grant.instruction()->who_id() : grant.credential().party().value();
}

std::string made(std::uint64_t intent, const SignatureId& signature, const crypto::Digest& signature_value,
                 const std::optional<TokenFacts>& timestamp) {
  json::object object{
      {"intent", intent}, {"signature", signature.value()}, {"signature_value", digest_object(signature_value)}};
  if (timestamp) {
    object["timestamp"] = timestamp_object(*timestamp);
  }
  return json::serialize(object);
}

std::string failed(std::uint64_t intent, const SignatureId& signature, ErrorCode why) {
  const json::object object{{"intent", intent}, {"signature", signature.value()}, {"code", row(why).slug}};
  return json::serialize(object);
}

std::string interrupted(std::uint64_t intent, const SignatureId& signature) {
  const json::object object{{"intent", intent}, {"signature", signature.value()}};
  return json::serialize(object);
}

Trace trace(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error);
  const json::object* object = error ? nullptr : value.if_object();
  Trace found;
  if (object == nullptr) {
    return found;
  }
  if (const json::value* of = object->if_contains("intent_of"); of != nullptr && of->is_string()) {
    found.is_intent = true;
    found.signature = SignatureId(std::string(of->get_string()));
  }
  if (const json::value* closed = object->if_contains("intent"); closed != nullptr && closed->is_number()) {
    const auto index = closed->to_number<std::uint64_t>(error);
    found.closes = error ? std::nullopt : std::optional(index);
  }
  return found;
}

std::string activation(const Principal& principal, const Credential& credential, ByteView id,
                       const std::vector<std::string>& digests, Instant expires) {
  json::array named(digests.begin(), digests.end());
  const json::object object{{"by", principal_object(principal)},   {"credential", credential.id().value()},
                            {"party", credential.party().value()}, {"activation", to_hex(id)},
                            {"digests", std::move(named)},         {"expires", to_rfc3339(expires)}};
  return json::serialize(object);
}

std::string administration(const Principal& by, const CredentialId& id) {
  json::object object{{"by", principal_object(by)}};
  if (!id.empty()) {
    object["credential"] = id.value();
  }
  return json::serialize(object);
}

std::string token(const tsp::TstInfo& info, const Principal& caller) {
  const Result<crypto::Digest> imprint = info.message_imprint.digest();
  json::object object{{"serial_number", to_hex(info.serial_number)},
                      {"policy", info.policy.dotted()},
                      {"time", to_rfc3339(info.generation_time)},
                      {"caller", caller.id}};
  if (imprint) {
    object["imprint"] = digest_object(*imprint);
  }
  return json::serialize(object);
}

std::string facts_of_pdf(const AnswerFacts& facts, const SignedPdf& pdf, std::uint64_t base_size) {
  json::object object = answer_object(facts);
  const auto& range = pdf.byte_range;
  object["field"] = pdf.field_name;
  object["byte_range"] = json::array{0, range.first_length, range.second_offset, range.second_length};
  object["byte_range_digest"] = digest_object(pdf.byte_range_digest);
  object["base_size"] = base_size;
  object["bytes_added"] = pdf.tail.size();
  object["cms_size"] = pdf.cms_size;
  object["reserve"] = pdf.reserve;
  return json::serialize(object);
}

std::string facts_of_digest(const AnswerFacts& facts) { return json::serialize(answer_object(facts)); }

}  // namespace rakkan::service::records
