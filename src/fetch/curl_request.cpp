#include "fetch/curl_request.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "rakkan/base/trim.hpp"

namespace rakkan::fetch {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

extern "C" std::size_t rakkan_fetch_send(char* out, std::size_t size, std::size_t count, void* user) {
  return static_cast<BodyReader*>(user)->read(out, size * count);
}

extern "C" int rakkan_fetch_seek(void* user, curl_off_t offset, int origin) {
  return origin == SEEK_SET && static_cast<BodyReader*>(user)->seek(offset) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

extern "C" std::size_t rakkan_fetch_receive(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::size_t length = size * count;
  const std::size_t refused = length == 0 ? 1 : 0;  // anything but `length` makes libcurl stop
  if (length > receiver.limit - receiver.response.body.size()) {
    receiver.overflowed = true;
    return refused;
  }
  if (!receiver.receives(length)) {
    return refused;
  }
  append(receiver.response.body, std::string_view(data, length));
  return length;
}

extern "C" std::size_t rakkan_fetch_header(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  auto& headers = receiver.response.headers;
  const std::string_view line(data, size * count);
  receiver.header_size += line.size();
  if (receiver.header_size > Receiver::kMostHeaders) {
    receiver.overflowed = true;
    return 0;
  }
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // the headers so far were those of an interim answer (100 Continue)
  } else if (colon != std::string_view::npos) {
    headers.push_back({lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  }
  return line.size();
}

// Appends a line and wipes it. False when libcurl has no memory.
bool append_line(StringList& list, std::string line) {
  curl_slist* longer = list ? curl_slist_append(list.get(), line.c_str()) : nullptr;
  secure_wipe({reinterpret_cast<Byte*>(line.data()), line.size()});
  if (longer == nullptr) {
    return false;
  }
  static_cast<void>(list.release());  // the list's head is `longer` now
  list.reset(longer);
  return true;
}

std::string field_line(std::string_view name, std::string_view value) {
  std::string line;
  line.reserve(name.size() + 2 + value.size());
  line.append(name).append(": ").append(value);
  return line;
}

}  // namespace

void ListDeleter::operator()(curl_slist* list) const noexcept {
  for (curl_slist* line = list; line != nullptr; line = line->next) {
    secure_wipe({reinterpret_cast<Byte*>(line->data), std::strlen(line->data)});
  }
  curl_slist_free_all(list);
}

void initialise_curl() {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool is_one_line(const HttpHeader& header) noexcept {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  return header.name.find_first_of(kBreaks) == std::string::npos &&
         header.value.find_first_of(kBreaks) == std::string::npos;
}

StringList header_list(const std::vector<HttpHeader>& headers, std::string_view authorization) {
  StringList list(curl_slist_append(nullptr, "Expect:"));  // removes "Expect: 100-continue", which would cost a wait
  for (const HttpHeader& header : headers) {
    if (!append_line(list, field_line(header.name, header.value))) {
      return nullptr;
    }
  }
  if (!authorization.empty() && !append_line(list, field_line("Authorization", authorization))) {
    return nullptr;
  }
  return list;
}

BodyReader::BodyReader(std::vector<ByteView> parts) noexcept : parts_(std::move(parts)) {
  for (const ByteView part : parts_) {
    size_ += part.size();
  }
}

std::size_t BodyReader::read(char* out, std::size_t room) noexcept {
  std::size_t given = 0;
  std::size_t begin = 0;  // position of the part in the stream
  for (const ByteView part : parts_) {
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

bool BodyReader::seek(curl_off_t offset) noexcept {
  const auto position = checked_cast<std::size_t>(offset);
  if (!position || *position > size_) {
    return false;
  }
  position_ = *position;
  return true;
}

CURLcode set_up(CURL* handle, const CurlRequest& request) {
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
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.ca_file.empty()) {
    set(CURLOPT_CAINFO, request.ca_file.c_str());
  }
  set(CURLOPT_USERAGENT, "rakkan");
  set(CURLOPT_HTTPHEADER, request.headers);
  if (request.method != "GET") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_READFUNCTION, &rakkan_fetch_send);
    set(CURLOPT_READDATA, &request.body);
    set(CURLOPT_SEEKFUNCTION, &rakkan_fetch_seek);
    set(CURLOPT_SEEKDATA, &request.body);
  }
  set(CURLOPT_WRITEFUNCTION, &rakkan_fetch_receive);
  set(CURLOPT_WRITEDATA, &request.receiver);
  set(CURLOPT_HEADERFUNCTION, &rakkan_fetch_header);
  set(CURLOPT_HEADERDATA, &request.receiver);
  return refused;
}

ErrorCode error_code_of(CURLcode result, const Receiver& receiver) noexcept {
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

}  // namespace rakkan::fetch
