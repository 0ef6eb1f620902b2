#include "rakkan/fetch/http_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/trim.hpp"

namespace rakkan::fetch {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  // Fields are overwritten before they are freed, since one may hold an API key.
  void operator()(curl_slist* list) const noexcept {
    for (curl_slist* line = list; line != nullptr; line = line->next) {
      secure_wipe({reinterpret_cast<Byte*>(line->data), std::strlen(line->data)});
    }
    curl_slist_free_all(list);
  }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

// BodyReader reads the body's parts as one stream of bytes, which can be read again from any place.
class BodyReader {
 public:
  explicit BodyReader(const std::vector<ByteView>& parts) noexcept : parts_(&parts) {
    for (const ByteView part : parts) {
      size_ += part.size();
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  std::size_t read(char* out, std::size_t room) noexcept {
    std::size_t given = 0;
    std::size_t begin = 0;  // position of the part in the stream
    for (const ByteView part : *parts_) {
      if (given < room && position_ < begin + part.size()) {
        const ByteView rest = part.subspan(position_ - begin);
        const std::size_t length = std::min(rest.size(), room - given);
        std::memcpy(out + given, rest.data(), length);
        given += length;
        position_ += length;
      }
      begin += part.size();
    }
    return given;
  }
  [[nodiscard]] bool seek(curl_off_t offset) noexcept {
    const auto position = checked_cast<std::size_t>(offset);
    if (!position || *position > size_) {
      return false;
    }
    position_ = *position;
    return true;
  }

 private:
  const std::vector<ByteView>* parts_;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
};

// Receiver takes the answer, and stops it at its size limit.
struct Receiver {
  HttpResponse response;
  std::size_t limit;
  bool overflowed = false;
};

extern "C" std::size_t rakkan_fetch_send(char* out, std::size_t size, std::size_t count, void* user) {
  return static_cast<BodyReader*>(user)->read(out, size * count);
}

extern "C" int rakkan_fetch_seek(void* user, curl_off_t offset, int origin) {
  return origin == SEEK_SET && static_cast<BodyReader*>(user)->seek(offset) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

extern "C" std::size_t rakkan_fetch_receive(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::size_t length = size * count;
  if (length > receiver.limit - receiver.response.body.size()) {
    receiver.overflowed = true;
    return length == 0 ? 1 : 0;  // anything but `length` makes libcurl stop
  }
  append(receiver.response.body, std::string_view(data, length));
  return length;
}

extern "C" std::size_t rakkan_fetch_header(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& headers = static_cast<Receiver*>(user)->response.headers;
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // the headers so far were those of an interim answer (100 Continue)
  } else if (colon != std::string_view::npos) {
    headers.push_back({lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  }
  return line.size();
}

// The calling thread's handle, without the options of earlier calls but with their open connections; null when libcurl
// cannot make one.
CURL* thread_handle() {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  thread_local const Easy handle(curl_easy_init());
  if (handle) {
    curl_easy_reset(handle.get());
  }
  return handle.get();
}

// The list of header fields as libcurl takes it; null when libcurl has no memory.
HeaderList header_list(const std::vector<HttpHeader>& headers) {
  HeaderList list(curl_slist_append(nullptr, "Expect:"));  // removes "Expect: 100-continue", which would cost a wait
  for (const HttpHeader& header : headers) {
    std::string line;
    line.reserve(header.name.size() + 2 + header.value.size());
    line.append(header.name).append(": ").append(header.value);
    curl_slist* longer = list ? curl_slist_append(list.get(), line.c_str()) : nullptr;
    secure_wipe({reinterpret_cast<Byte*>(line.data()), line.size()});
    if (longer == nullptr) {
      return nullptr;
    }
    static_cast<void>(list.release());  // the list's head is `longer` now
    list.reset(longer);
  }
  return list;
}

ErrorCode code_of(CURLcode result, const Receiver& receiver) noexcept {
  if (receiver.overflowed) {
    return ErrorCode::input_too_large;
  }
  // This is not a full switch, since libcurl's enumeration grows with its releases.
  if (result == CURLE_OPERATION_TIMEDOUT) {
    return ErrorCode::deadline_exceeded;
  }
  if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT || result == CURLE_SSL_CACERT_BADFILE) {
    return ErrorCode::configuration_invalid;
  }
  return ErrorCode::server_unreachable;
}

// False for a field with a line break, which would begin another field.
bool is_one_line(const HttpHeader& header) noexcept {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  return header.name.find_first_of(kBreaks) == std::string::npos &&
         header.value.find_first_of(kBreaks) == std::string::npos;
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const noexcept {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& field) { return field.name == name; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::string HttpResponse::media_type() const {
  const std::string_view field = header("content-type").value_or("");
  return lower(trimmed(field.substr(0, field.find(';'))));
}

bool is_listened_on(const std::filesystem::path& unix_socket) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = unix_socket.native();
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return false;
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      probe >= 0 && ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) {
    ::close(probe);
  }
  return connected;
}

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)) {}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) const {
  if (!std::all_of(request.headers.begin(), request.headers.end(), is_one_line)) {
    return fail(ErrorCode::invalid_argument, "a header field of a request is not one line");
  }
  CURL* const handle = thread_handle();
  const HeaderList headers = header_list(request.headers);
  if (handle == nullptr || !headers) {
    return fail(ErrorCode::internal, "libcurl has no memory");
  }
  BodyReader body(request.body);
  Receiver receiver{{}, request.max_response};
  CURLcode refused = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode result = curl_easy_setopt(handle, option, value);
    refused = refused == CURLE_OK ? result : refused;
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // the empty string: none, whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) {
    set(CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (!options_.unix_socket.empty()) {
    set(CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket.c_str());
  }
  set(CURLOPT_USERAGENT, "rakkan");
  set(CURLOPT_HTTPHEADER, headers.get());
  if (request.method != "GET") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_READFUNCTION, &rakkan_fetch_send);
    set(CURLOPT_READDATA, &body);
    set(CURLOPT_SEEKFUNCTION, &rakkan_fetch_seek);
    set(CURLOPT_SEEKDATA, &body);
  }
  set(CURLOPT_WRITEFUNCTION, &rakkan_fetch_receive);
  set(CURLOPT_WRITEDATA, &receiver);
  set(CURLOPT_HEADERFUNCTION, &rakkan_fetch_header);
  set(CURLOPT_HEADERDATA, &receiver);
  if (refused != CURLE_OK) {
    return fail(ErrorCode::internal, std::string("libcurl: ") + curl_easy_strerror(refused));
  }

  const CURLcode result = curl_easy_perform(handle);
  if (result != CURLE_OK) {
    return fail(code_of(result, receiver), curl_easy_strerror(result));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

}  // namespace rakkan::fetch
