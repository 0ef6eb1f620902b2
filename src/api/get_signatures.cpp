// GET /v1/signatures: the signatures of the caller's tenant, a page at a time.
#include "api/endpoints.hpp"
#include "api/query_values.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/signature_list.hpp"

namespace rakkan::api {
namespace {

constexpr std::uint64_t kUsualPage = 50;
constexpr std::uint64_t kLargestPage = 200;
constexpr std::size_t kLongestCredential = 32;
constexpr std::string_view kNewestFirst = "newest";
constexpr std::string_view kOldestFirst = "oldest";

// A cursor is a position: time in milliseconds and outcome, 16 hexadecimal digits each.
constexpr std::size_t kNumber = sizeof(std::uint64_t);

void append_number(Bytes& to, std::uint64_t number) {
  for (std::size_t i = kNumber; i-- > 0;) {
    to.push_back(static_cast<Byte>(number >> (8 * i) & 0xFFU));
  }
}

std::uint64_t number_of(ByteView octets) {
  std::uint64_t number = 0;
  for (const Byte octet : octets) {
    number = number << 8 | octet;
  }
  return number;
}

std::string cursor_of(const store::SignaturePosition& position) {
  Bytes octets;
  append_number(octets, static_cast<std::uint64_t>(position.created.time_since_epoch().count()));
  append_number(octets, position.outcome);
  return to_hex(octets);
}

Result<std::optional<store::SignaturePosition>> position_of(const Request& request) {
  const auto text = request.query_parameter(kCursorParameter);
  if (!text) {
    return std::nullopt;
  }
  const auto octets = from_hex(*text);
  if (!octets || octets->size() != 2 * kNumber || (octets->front() | octets->at(kNumber)) > 0x7F) {
    return fail(ErrorCode::invalid_request, "must be the `next` of an answer before", std::string(kCursorParameter));
  }
  const auto created = static_cast<std::int64_t>(number_of(ByteView(*octets).first(kNumber)));
  return store::SignaturePosition{Instant(std::chrono::milliseconds(created)),
                                  number_of(ByteView(*octets).last(kNumber))};
}

// A digest in hexadecimal, whose length says its algorithm.
Result<std::optional<crypto::Digest>> digest_of(const Request& request) {
  const auto text = request.query_parameter(kDocumentDigestParameter);
  if (!text) {
    return std::nullopt;
  }
  const auto octets = from_hex(*text);
  for (const auto algorithm :
       {crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512}) {
    if (octets && octets->size() == crypto::info(algorithm).size) {
      return crypto::Digest::from_bytes(algorithm, *octets);
    }
  }
  return fail(ErrorCode::invalid_request, "must be a digest in hexadecimal: 64, 96 or 128 digits",
              std::string(kDocumentDigestParameter));
}

Result<CredentialId> credential_of(const Request& request) {
  std::string id = request.query_parameter(kCredentialParameter).value_or("");
  if (id.size() > kLongestCredential || (id.empty() && request.query_parameter(kCredentialParameter))) {
    return fail(ErrorCode::invalid_request, "must be a text of 1 to " + std::to_string(kLongestCredential) + " bytes",
                std::string(kCredentialParameter));
  }
  return CredentialId(std::move(id));
}

Result<service::SignatureSearch> read_search(const Request& request) {
  service::SignatureSearch search;
  RAKKAN_TRY(search.credential, credential_of(request));
  RAKKAN_TRY(search.from, time_parameter(request, kFromParameter));
  RAKKAN_TRY(search.before, time_parameter(request, kToParameter));
  RAKKAN_TRY(search.document_digest, digest_of(request));
  RAKKAN_TRY(const std::string order,
             word_parameter(request, kOrderParameter, {std::string(kNewestFirst), std::string(kOldestFirst)}));
  search.oldest_first = order == kOldestFirst;
  RAKKAN_TRY(search.most, number_parameter(request, kLimitParameter, 1, kLargestPage, kUsualPage));
  RAKKAN_TRY(search.after, position_of(request));
  return search;
}

}  // namespace

async::Task<Result<Response>> get_signatures(Context& context, Request& request) {
  RAKKAN_CO_TRY(service::SignatureSearch search, read_search(request));
  RAKKAN_CO_TRY(const service::SignatureList list,
                co_await context.environment.signing.list_signatures(principal_of(request), std::move(search)));
  json::ObjectWriter json;
  json.raw("signatures", json::array_of(list.signatures, [](const service::StoredSignature& signature) {
             return describe(signature).finish();
           }));
  if (list.next) {
    json.text("next", cursor_of(*list.next));
  }
  Response response = Response::json(std::move(json).finish() + "\n");
  response.header("Cache-Control", "no-store");
  co_return response;
}

}  // namespace rakkan::api
