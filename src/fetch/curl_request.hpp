// The pieces of a request as libcurl wants them, which HttpClient and ExchangeLoop share.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/fetch/http_client.hpp"

namespace rakkan::fetch {

struct EasyDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const noexcept;  // overwrites the lines: one may hold an API key
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using StringList = std::unique_ptr<curl_slist, ListDeleter>;

// Initialises libcurl once in the process.
void initialise_curl();

// True for a field of one line; a line break would begin another field.
[[nodiscard]] bool is_one_line(const HttpHeader& header) noexcept;

// The fields as libcurl takes them, and "Authorization" when there is one; null when libcurl has no memory.
[[nodiscard]] StringList header_list(const std::vector<HttpHeader>& headers, std::string_view authorization = {});

// BodyReader reads the body's parts as one stream of bytes, which can be read again from any place.
class BodyReader {
 public:
  explicit BodyReader(std::vector<ByteView> parts) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  std::size_t read(char* out, std::size_t room) noexcept;
  [[nodiscard]] bool seek(curl_off_t offset) noexcept;

 private:
  std::vector<ByteView> parts_;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
};

// Receiver takes the answer, and stops it at its limits.
struct Receiver {
  static constexpr std::size_t kMostHeaders = 64 * 1024;  // bytes

  explicit Receiver(std::size_t most) noexcept : limit(most) {}
  virtual ~Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  // False stops the reception.
  [[nodiscard]] virtual bool receives(std::size_t /*bytes*/) noexcept { return true; }

  HttpResponse response;
  std::size_t limit;  // bytes of the body
  std::size_t header_size = 0;
  bool overflowed = false;
};

struct CurlRequest {
  const std::string& url;
  const std::string& method;
  const std::string& ca_file;
  std::chrono::milliseconds connect_timeout;
  curl_slist* headers;
  BodyReader& body;
  Receiver& receiver;
};
// Sets the handle up for the request, whose parts outlive the transfer: http and https alone, HTTP/1.1, no redirects,
// no proxy, TLS 1.2 or newer. The first code of libcurl that is not CURLE_OK.
[[nodiscard]] CURLcode set_up(CURL* handle, const CurlRequest& request);

// The error code of a transfer's end.
[[nodiscard]] ErrorCode error_code_of(CURLcode result, const Receiver& receiver) noexcept;

}  // namespace rakkan::fetch
