#include "requests.hpp"

#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "support/witness_request.hpp"

namespace rakkan::bench {
namespace {

constexpr std::string_view kBoundary = "rakkan-load-4f2c81d07be3";

std::string head(const Caller& caller, std::string_view path, std::string_view content_type, std::size_t length,
                 std::string_view more = {}) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + caller.api_key +
         "\r\nContent-Type: " + std::string(content_type) + "\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         std::string(more) + "\r\n";
}

// One moment for all instructions, so that reading the clock is not measured.
const std::string& now() {
  static const std::string text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(SystemClock{}.now()));
  return text;
}

// The JSON of a request at B-B, at B-T.
std::string stamped(std::string json, const std::string& tsa) {
  constexpr std::string_view kLevel = R"("level":"B-B")";
  const std::string level = R"("level":"B-T")" + (tsa.empty() ? "" : R"(,"tsa":")" + tsa + "\"");
  return json.replace(json.find(kLevel), kLevel.size(), level);
}

template <class Json>
std::vector<WireRequest> cms_requests_of(const Caller& caller, std::size_t count, const Json& json_of) {
  std::vector<WireRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("document " + std::to_string(i)));
    const std::string json = json_of(test::cms_request(caller.credential, digest, now()));
    requests.push_back({head(caller, "/v1/cms", "application/json", json.size()) + json, nullptr, {}});
  }
  return requests;
}

}  // namespace

std::vector<WireRequest> cms_requests(const Caller& caller, std::size_t count) {
  return cms_requests_of(caller, count, [](std::string json) { return json; });
}

std::vector<WireRequest> stamped_cms_requests(const Caller& caller, std::size_t count, const std::string& tsa) {
  return cms_requests_of(caller, count, [&](std::string json) { return stamped(std::move(json), tsa); });
}

std::vector<WireRequest> batch_requests(const Caller& caller, std::size_t lines, std::size_t count) {
  std::vector<WireRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    std::string body;
    for (std::size_t line = 0; line < lines; ++line) {
      const std::string about = "line " + std::to_string(i) + "/" + std::to_string(line);
      const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
      body += test::cms_request(caller.credential, digest, now()) + "\n";
    }
    requests.push_back({head(caller, "/v1/cms:batch", "application/x-ndjson", body.size()) + body, nullptr, {}});
  }
  return requests;
}

std::vector<WireRequest> pdf_requests(const Caller& caller, std::string_view document, std::size_t count) {
  const auto shared = std::make_shared<const std::string>(document);
  crypto::Hasher state(crypto::DigestAlgorithm::sha256);
  state.update(bytes_of(document));
  const std::string end = "\r\n--" + std::string(kBoundary) + "--\r\n";
  const std::string part = "--" + std::string(kBoundary) + "\r\nContent-Disposition: form-data; name=\"";
  std::vector<WireRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string comment = "% copy " + std::to_string(i) + "\n";
    crypto::Hasher hasher = state.clone();
    hasher.update(bytes_of(comment));
    const std::string before = part + "request\"\r\nContent-Type: application/json\r\n\r\n" +
                               test::document_request(caller.credential, hasher.finish(), now()) + "\r\n" + part +
                               "document\"; filename=\"contract.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";
    const std::size_t length = before.size() + document.size() + comment.size() + end.size();
    requests.push_back({head(caller, "/v1/signatures", "multipart/form-data; boundary=" + std::string(kBoundary),
                             length, "Accept: application/vnd.rakkan.tail\r\n") +
                            before,
                        shared, comment + end});
  }
  return requests;
}

std::vector<WireRequest> tsa_requests(const Caller& caller, std::size_t count) {
  std::vector<WireRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("timestamp " + std::to_string(i)));
    const tsp::TimestampRequest request = tsp::TimestampRequest::for_digest(digest, digest.view().first(8));
    const Bytes der = request.encode();
    requests.push_back(
        {head(caller, "/tsa", "application/timestamp-query", der.size()), nullptr, std::string(text_of(der))});
  }
  return requests;
}

}  // namespace rakkan::bench
