#include "api/signing_request.hpp"

#include "api/json_request.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kName = 32;  // bytes in the name of a credential or a profile
constexpr std::size_t kWord = 16;
constexpr std::size_t kSecret = 256;
constexpr std::size_t kText = 256;
constexpr std::size_t kReason = 1'024;
constexpr std::size_t kReference = 255;
constexpr std::size_t kDigits = 2 * crypto::Digest::kMaxSize;

Result<service::SignatureType> read_type(json::Members& request) {
  RAKKAN_TRY(const std::string text, request.text("type", kWord));
  const auto type = service::signature_type_from_name(text);
  return type ? Result<service::SignatureType>(*type) : request.not_among("type", {"witness", "party"});
}

// The levels above B-T need the document.
Result<pades::BaselineLevel> read_level(json::Members& request, bool of_document) {
  RAKKAN_TRY(const std::string text, request.text("level", kWord));
  const auto level = pades::baseline_level_from_name(text);
  if (level && (of_document || !pades::needs_validation_data(*level))) {
    return *level;
  }
  return of_document ? request.not_among("level", {"B-B", "B-T", "B-LT", "B-LTA"})
                     : request.not_among("level", {"B-B", "B-T"});
}

Result<service::Consent> read_consent(json::Members& request) {
  service::Consent consent;
  if (request.has("instruction")) {
    RAKKAN_TRY(const json::Members instruction, request.object("instruction"));
    RAKKAN_TRY(consent.instruction, service::Instruction::read(instruction));
  }
  RAKKAN_TRY(consent.pin, request.optional_secret("pin", kSecret));
  RAKKAN_TRY(consent.activation, request.optional_secret("activation", kSecret));
  if (consent.pin && consent.activation) {
    return request.wrong("activation", "takes the place of the PIN: give one of them");
  }
  return consent;
}

// Reads the members that requests for documents and for digests have in common.
Result<SigningParameters> read_common(json::Members& request, bool of_document) {
  SigningParameters parameters;
  RAKKAN_TRY(std::string credential, request.text("credential", kName));
  parameters.credential = CredentialId(std::move(credential));
  RAKKAN_TRY(parameters.type, read_type(request));
  RAKKAN_TRY(parameters.level, read_level(request, of_document));
  RAKKAN_TRY(parameters.consent, read_consent(request));
  RAKKAN_TRY(std::optional<std::string> tsa, request.optional_text("tsa", kName));
  parameters.tsa = tsa.value_or("");
  return parameters;
}

Result<service::FieldChoice> read_field(json::Members field) {
  service::FieldChoice choice;
  const auto read = [&](std::string_view name, std::size_t longest, std::string& to) -> Result<void> {
    RAKKAN_TRY(std::optional<std::string> text, field.optional_text(name, longest));
    to = std::move(text).value_or("");
    return {};
  };
  RAKKAN_CHECK(read("name", kText, choice.field_name));
  RAKKAN_CHECK(read("signer_name", kText, choice.name));
  RAKKAN_CHECK(read("reason", kReason, choice.reason));
  RAKKAN_CHECK(read("location", kText, choice.location));
  RAKKAN_CHECK(read("contact_info", kText, choice.contact_info));
  RAKKAN_CHECK(field.done());
  return choice;
}

Result<SigningParameters> read_digest_parameters(json::Members& request) {
  RAKKAN_TRY(SigningParameters parameters, read_common(request, false));
  RAKKAN_TRY(json::Members digest, request.object("digest"));
  RAKKAN_TRY(parameters.digest, read_digest(std::move(digest)));
  return parameters;
}

void add_part(std::string& to, std::string_view part) {
  to += std::to_string(part.size());
  to += ':';
  to += part;
}

}  // namespace

Result<crypto::Digest> read_digest(json::Members digest) {
  RAKKAN_TRY(const std::string name, digest.text("alg", kWord));
  RAKKAN_TRY(const std::string digits, digest.text("value", kDigits));
  RAKKAN_CHECK(digest.done());
  const auto algorithm = crypto::digest_algorithm_from_name(name);
  if (!algorithm || crypto::info(*algorithm).name != name) {
    return digest.not_among("alg", {"SHA-256", "SHA-384", "SHA-512"});
  }
  const auto value = from_hex(digits);
  const auto read = value ? crypto::Digest::from_bytes(*algorithm, *value) : std::nullopt;
  return read ? Result<crypto::Digest>(*read)
              : digest.wrong("value", "must be " + std::to_string(2 * crypto::info(*algorithm).size) +
                                          " hexadecimal digits, a digest of that algorithm");
}

std::string SigningParameters::canonical() const {
  std::string text;
  add_part(text, credential.value());
  add_part(text, service::name(type));
  add_part(text, pades::name(level));
  add_part(text, tsa);
  add_part(text, consent.instruction ? consent.instruction->json() : "");
  for (const std::string* part :
       {&field.field_name, &field.name, &field.reason, &field.location, &field.contact_info}) {
    add_part(text, *part);
  }
  return text;
}

Result<SigningParameters> read_document_request(WipedBytes json) {
  RAKKAN_TRY(const json::Document document, parse_json(json));
  json::Members request = document.root();
  RAKKAN_TRY(SigningParameters parameters, read_common(request, true));
  if (request.has("field")) {
    RAKKAN_TRY(json::Members field, request.object("field"));
    RAKKAN_TRY(parameters.field, read_field(std::move(field)));
  }
  RAKKAN_CHECK(request.done());
  return parameters;
}

Result<SigningParameters> read_digest_request(WipedBytes json) {
  RAKKAN_TRY(const json::Document document, parse_json(json));
  json::Members request = document.root();
  RAKKAN_TRY(SigningParameters parameters, read_digest_parameters(request));
  RAKKAN_CHECK(request.done());
  return parameters;
}

Result<BatchLine> read_batch_line(WipedBytes json) {
  RAKKAN_TRY(const json::Document document, parse_json(json));
  json::Members request = document.root();
  BatchLine line;
  RAKKAN_TRY(line.reference, request.optional_text("reference", kReference));
  RAKKAN_TRY(line.idempotency_key, request.optional_text("idempotency_key", kReference));
  RAKKAN_TRY(line.parameters, read_digest_parameters(request));
  RAKKAN_CHECK(request.done());
  return line;
}

}  // namespace rakkan::api
