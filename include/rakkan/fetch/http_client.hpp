// HttpClient asks another server over HTTP/1.1 or HTTPS by libcurl: one request, one answer, no redirects, proxy
// variables of the environment ignored, TLS 1.2 or newer. It does not judge an answer: one of any status is handed on.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::fetch {

struct HttpOptions {
  std::chrono::milliseconds timeout{60'000};  // whole exchange
  std::chrono::milliseconds connect_timeout{3'000};
  std::string ca_file;  // PEM for https; empty: the system's
  // A Unix socket to connect to in place of the URL's host; empty: TCP.
  std::filesystem::path unix_socket = {};
};

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https only
  std::vector<HttpHeader> headers;
  std::vector<ByteView> body;            // sent one after another, never copied together; outlive the call
  std::size_t max_response = 1UL << 20;  // bytes of the answer's body
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // in the order of arrival, names in lower case
  Bytes body;

  // The value of the first field of that name (in lower case).
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  // The media type of Content-Type (RFC 9110 §8.3.1): type and subtype in lower case, without parameters; empty when
  // there is none.
  [[nodiscard]] std::string media_type() const;
};

// True when a program listens on the Unix socket; connects and sends nothing. False also for a path that is no socket,
// and for one that this user may not connect to.
[[nodiscard]] bool is_listened_on(const std::filesystem::path& unix_socket) noexcept;

class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  // Sends a request and waits for its answer. Fails with server_unreachable (also when the connection breaks or the
  // certificate is not trusted), deadline_exceeded, input_too_large (the answer), configuration_invalid (the URL or the
  // CA file). Blocks; thread-safe; each thread keeps its own open connections.
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request) const;

 private:
  HttpOptions options_;
};

}  // namespace rakkan::fetch
