#include "rakkan/fetch/tsa_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <mutex>
#include <variant>

namespace rakkan::fetch {
namespace {

constexpr std::string_view kReplyType = "application/timestamp-reply";
constexpr long kHttpOk = 200;

struct Reply {
  long status = 0;
  std::string content_type;
  Bytes body;
};

// What the write callback fills, and where it stops.
struct Receiver {
  Bytes body;
  std::size_t limit;
  bool overflowed = false;
};

extern "C" std::size_t rakkan_fetch_receive(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::size_t length = size * count;
  if (length > receiver.limit - receiver.body.size()) {
    receiver.overflowed = true;
    return length == 0 ? 1 : 0;  // anything but `length` makes libcurl stop
  }
  append(receiver.body, std::string_view(data, length));
  return length;
}

struct EasyDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

// The calling thread's handle, without options of earlier calls but with their open connections; null when libcurl has
// none.
CURL* thread_handle() {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  thread_local const Easy handle(curl_easy_init());
  if (handle) {
    curl_easy_reset(handle.get());
  }
  return handle.get();
}

HeaderList request_headers() {
  HeaderList headers;
  for (const char* line :
       {"Content-Type: application/timestamp-query", "Accept: application/timestamp-reply", "Expect:"}) {
    curl_slist* longer = curl_slist_append(headers.get(), line);
    if (longer == nullptr) {
      return nullptr;
    }
    static_cast<void>(headers.release());  // the list's head is `longer` now
    headers.reset(longer);
  }
  return headers;
}

ErrorCode code_of(CURLcode result, const Receiver& receiver) noexcept {
  if (receiver.overflowed) {
    return ErrorCode::tsa_response_too_large;
  }
  // Not a full switch: libcurl's enumeration grows with its releases.
  if (result == CURLE_OPERATION_TIMEDOUT) {
    return ErrorCode::tsa_timeout;
  }
  if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT || result == CURLE_SSL_CACERT_BADFILE) {
    return ErrorCode::configuration_invalid;
  }
  return ErrorCode::tsa_unreachable;
}

Result<Reply> post(const TsaOptions& options, ByteView request) {
  CURL* const handle = thread_handle();
  const HeaderList headers = request_headers();
  if (handle == nullptr || !headers) {
    return fail(ErrorCode::internal, "libcurl has no memory");
  }
  Receiver receiver{{}, options.max_response};
  CURLcode refused = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode result = curl_easy_setopt(handle, option, value);
    refused = refused == CURLE_OK ? result : refused;
  };
  set(CURLOPT_URL, options.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // the empty string: none, whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
  }
  set(CURLOPT_USERAGENT, "rakkan");
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
  set(CURLOPT_POSTFIELDS, text_of(request).data());
  set(CURLOPT_WRITEFUNCTION, &rakkan_fetch_receive);
  set(CURLOPT_WRITEDATA, &receiver);
  if (refused != CURLE_OK) {
    return fail(ErrorCode::internal, std::string("libcurl: ") + curl_easy_strerror(refused));
  }

  const CURLcode result = curl_easy_perform(handle);
  if (result != CURLE_OK) {
    return fail(code_of(result, receiver), curl_easy_strerror(result));
  }
  Reply reply;
  const char* content_type = nullptr;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &content_type);
  reply.content_type = content_type == nullptr ? "" : content_type;
  reply.body = std::move(receiver.body);
  return reply;
}

// RFC 9110 §8.3.1: type and subtype are case-insensitive; parameters after ";" are not looked at.
bool is_timestamp_reply(std::string_view content_type) {
  std::string_view media_type = content_type.substr(0, content_type.find(';'));
  while (!media_type.empty() && (media_type.back() == ' ' || media_type.back() == '\t')) {
    media_type.remove_suffix(1);
  }
  return std::equal(media_type.begin(), media_type.end(), kReplyType.begin(), kReplyType.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

// One short printable line: the text is the authority's, and the detail reaches logs and terminals.
std::string describe(const tsp::Rejection& rejection) {
  constexpr std::size_t kMaxText = 200;
  std::string text = rejection.text.substr(0, kMaxText);
  std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  std::string detail = "status " + std::to_string(rejection.status);
  if (rejection.failure_info) {
    detail += " ";
    detail += name(*rejection.failure_info);
  }
  return text.empty() ? detail : detail + ": " + text;
}

}  // namespace

TsaClient::TsaClient(TsaOptions options, RandomSource& random) : options_(std::move(options)), random_(&random) {}

Result<tsp::TimestampToken> TsaClient::timestamp(const crypto::Digest& digest) const {
  std::array<Byte, 8> nonce{};
  RAKKAN_CHECK(random_->fill(nonce));
  const auto request = tsp::TimestampRequest::for_digest(digest, nonce);

  const Bytes query = request.encode();
  RAKKAN_TRY(const Reply reply, post(options_, query));
  if (reply.status != kHttpOk) {
    return fail(ErrorCode::tsa_rejected, "HTTP status " + std::to_string(reply.status));
  }
  if (!is_timestamp_reply(reply.content_type)) {
    return fail(ErrorCode::malformed_timestamp_response, "the answer is not of type application/timestamp-reply");
  }

  RAKKAN_TRY(auto answer, tsp::parse_response(reply.body));
  if (const auto* rejection = std::get_if<tsp::Rejection>(&answer)) {
    return fail(ErrorCode::tsa_rejected, describe(*rejection));
  }
  auto& token = std::get<tsp::TimestampToken>(answer);
  RAKKAN_CHECK(token.matches(request));
  if (auto verified = token.verify_signature(); !verified) {
    return fail(
        Error{ErrorCode::tsa_response_mismatch, "the token's signature does not verify", {}, std::nullopt, {}}.because(
            std::move(verified).error()));
  }
  return std::move(token);
}

}  // namespace rakkan::fetch
