#include "rakkan/fetch/http_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "fetch/curl_request.hpp"
#include "rakkan/base/trim.hpp"

namespace rakkan::fetch {
namespace {

// The calling thread's handle, without the options of earlier calls but with their open connections; null when libcurl
// cannot make one.
CURL* thread_handle() {
  initialise_curl();
  thread_local const Easy handle(curl_easy_init());
  if (handle) {
    curl_easy_reset(handle.get());
  }
  return handle.get();
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const noexcept {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& field) { return field.name == name; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::string HttpResponse::media_type() const {
  const std::string_view field = header("content-type").value_or("");
  std::string type(trimmed(field.substr(0, field.find(';'))));
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type;
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
  const StringList headers = header_list(request.headers);
  if (handle == nullptr || !headers) {
    return fail(ErrorCode::internal, "libcurl has no memory");
  }
  BodyReader body(request.body);
  Receiver receiver(request.max_response);
  CURLcode refused = set_up(
      handle, {request.url, request.method, options_.ca_file, options_.connect_timeout, headers.get(), body, receiver});
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode result = curl_easy_setopt(handle, option, value);
    refused = refused == CURLE_OK ? result : refused;
  };
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  if (!options_.unix_socket.empty()) {
    set(CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket.c_str());
  }
  if (refused != CURLE_OK) {
    return fail(ErrorCode::internal, std::string("libcurl: ") + curl_easy_strerror(refused));
  }

  const CURLcode result = curl_easy_perform(handle);
  if (result != CURLE_OK) {
    return fail(error_code_of(result, receiver), curl_easy_strerror(result));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

}  // namespace rakkan::fetch
