// The requests of attackers and bystanders, byte for byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "support/witness_request.hpp"

namespace rakkan::test {

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kTimestampQuery = "application/timestamp-query";
inline constexpr const char* kLines = "application/x-ndjson";

// "POST PATH", Host, the key, the type; then what is to follow: the length, or a coding, and the empty line.
inline std::string post_head(const std::string& path, const std::string& key, const std::string& type,
                             const std::string& more = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: rakkan\r\n" +
         (key.empty() ? std::string() : "Authorization: Bearer " + key + "\r\n") + "Content-Type: " + type + "\r\n" +
         more;
}
inline std::string post(const std::string& path, const std::string& key, const std::string& type, std::string_view body,
                        const std::string& more = {}) {
  return post_head(path, key, type, more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n") +
         std::string(body);
}
inline std::string bodiless(const std::string& method, const std::string& path, const std::string& key,
                            const std::string& more = {}) {
  return method + " " + path + " HTTP/1.1\r\nHost: rakkan\r\n" +
         (key.empty() ? std::string() : "Authorization: Bearer " + key + "\r\n") + more + "\r\n";
}
inline std::string get(const std::string& path, const std::string& key = {}, const std::string& more = {}) {
  return bodiless("GET", path, key, more);
}
inline std::string idempotency_key(const std::string& text) { return "Idempotency-Key: " + text + "\r\n"; }
inline std::string chunk(std::string_view bytes) {
  std::string size(16, '\0');
  size.resize(static_cast<std::size_t>(std::snprintf(size.data(), size.size(), "%zx", bytes.size())));
  return size + "\r\n" + std::string(bytes) + "\r\n";
}

inline crypto::Digest sha256_of(std::string_view about) {
  return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
}
inline std::string now_text() { return to_rfc3339(SystemClock{}.now()); }

// The body of POST /v1/cms, witness type, and of one line of a batch.
inline std::string cms_body(const std::string& about) {
  return cms_request("operator-p256", sha256_of(about), now_text());
}
// The same, party type with the PIN in it.
inline std::string party_body(const std::string& credential, const std::string& pin, const std::string& about) {
  return R"({"digest":)" + json_of(sha256_of(about)) + R"(,"credential":")" + credential +
         R"(","type":"party","level":"B-B","pin":")" + pin + R"("})";
}
inline std::string timestamp_body(const std::string& about) {
  const auto digest = sha256_of(about);
  return std::string(text_of(tsp::TimestampRequest::for_digest(digest, digest.view().first(8)).encode()));
}

// The body of POST /v1/signatures, witness type.
inline constexpr const char* kFormType = "multipart/form-data; boundary=----rakkan";
inline std::string form_head(std::string_view request) {
  return "------rakkan\r\nContent-Disposition: form-data; name=\"request\"\r\nContent-Type: application/json\r\n\r\n" +
         std::string(request) +
         "\r\n------rakkan\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.pdf\"\r\n"
         "Content-Type: application/pdf\r\n\r\n";
}
inline std::string form(std::string_view request, std::string_view document) {
  return form_head(request) + std::string(document) + "\r\n------rakkan--\r\n";
}
inline std::string witness_form(std::string_view document) {
  return form(document_request("operator-p256", sha256_of(document), now_text()), document);
}

}  // namespace rakkan::test
