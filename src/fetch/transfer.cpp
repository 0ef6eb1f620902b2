#include "fetch/transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace rakkan::fetch {
namespace {

constexpr std::array<Byte, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

struct Target {
  IpAddress address;
  bool is_mapped = false;  // an IPv4 address that IPv6 is asked to reach
};

std::optional<Target> target_of(const sockaddr& to) noexcept {
  Target target;
  if (to.sa_family == AF_INET) {
    const auto* octets = reinterpret_cast<const Byte*>(&reinterpret_cast<const sockaddr_in&>(to).sin_addr);
    std::copy(kMapped.begin(), kMapped.end(), target.address.octets.begin());
    std::copy(octets, octets + 4, target.address.octets.begin() + kMapped.size());
    return target;
  }
  if (to.sa_family == AF_INET6) {
    const auto& octets = reinterpret_cast<const sockaddr_in6&>(to).sin6_addr.s6_addr;
    std::copy(std::begin(octets), std::end(octets), target.address.octets.begin());
    target.is_mapped = target.address.is_v4();
    return target;
  }
  return std::nullopt;
}

extern "C" curl_socket_t rakkan_fetch_open_socket(void* user, curlsocktype /*purpose*/, curl_sockaddr* address) {
  return static_cast<Transfer*>(user)->open_socket(*address);
}

// "host:443:192.0.2.1,[2001:db8::1]"
std::string resolved_line(const Origin& origin, const std::vector<IpAddress>& addresses) {
  std::string line = origin.host + ":" + std::to_string(origin.port) + ":";
  for (const IpAddress& address : addresses) {
    line += line.ends_with(':') ? "" : ",";
    line += address.is_v4() ? to_string(address) : "[" + to_string(address) + "]";
  }
  return line;
}

}  // namespace

class Transfer::CountedReceiver final : public Receiver {
 public:
  CountedReceiver(std::size_t most, Received& received) : Receiver(most), received_(received) {}
  CountedReceiver(const CountedReceiver&) = delete;
  CountedReceiver& operator=(const CountedReceiver&) = delete;
  ~CountedReceiver() override { received_.bytes -= own_; }
  [[nodiscard]] bool receives(std::size_t bytes) noexcept override {
    crowded = bytes > received_.limit - std::min(received_.limit, received_.bytes);
    if (!crowded) {
      own_ += bytes;
      received_.bytes += bytes;
    }
    return !crowded;
  }
  bool crowded = false;

 private:
  Received& received_;
  std::uint64_t own_ = 0;
};

Transfer::Transfer(const Exchange& request, bool only_public, Received& received)
    : handle_(curl_easy_init()),
      headers_(header_list(request.headers,
                           request.credentials ? request.credentials->authorization.text() : std::string_view())),
      body_({ByteView(request.body)}),
      receiver_(std::make_unique<CountedReceiver>(request.max_response, received)),
      only_public_(only_public) {}

Transfer::~Transfer() = default;

Result<std::unique_ptr<Transfer>> Transfer::prepare(const Plan& plan, Received& received) {
  std::unique_ptr<Transfer> transfer(new Transfer(plan.request, plan.only_public, received));
  if (!transfer->handle_ || !transfer->headers_) {
    return fail(ErrorCode::internal, "libcurl has no memory");
  }
  if (const CURLcode refused = transfer->set_up(plan); refused != CURLE_OK) {
    return fail(ErrorCode::internal, std::string("libcurl: ") + curl_easy_strerror(refused));
  }
  return transfer;
}

CURLcode Transfer::set_up(const Plan& plan) {
  const Exchange& request = plan.request;
  CURLcode refused = fetch::set_up(handle(), {request.url, request.method, request.ca_file, request.connect_timeout,
                                              headers_.get(), body_, *receiver_});
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode result = curl_easy_setopt(handle(), option, value);
    refused = refused == CURLE_OK ? result : refused;
  };
  set(CURLOPT_PRIVATE, plan.owner);
  set(CURLOPT_OPENSOCKETFUNCTION, &rakkan_fetch_open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_FRESH_CONNECT, plan.fresh ? 1L : 0L);
  if (!plan.addresses.empty()) {
    resolved_.reset(curl_slist_append(nullptr, resolved_line(plan.origin, plan.addresses).c_str()));
    set(CURLOPT_RESOLVE, resolved_.get());
  }
  if (!request.idempotent) {
    // libcurl sends a request once more by itself when a connection from its stock turns out to be closed. A body that
    // cannot be rewound forbids that.
    set(CURLOPT_SEEKFUNCTION, static_cast<curl_seek_callback>(nullptr));
  }
  if (request.credentials) {
    const CURLcode result = show(*request.credentials);
    refused = refused == CURLE_OK ? result : refused;
  }
  return refused;
}

CURLcode Transfer::show(const Credentials& credentials) {
  const auto blob = [](const SecureBytes& bytes) {
    // libcurl only reads it; NOCOPY: no further copy of a key in memory.
    return curl_blob{const_cast<Byte*>(bytes.view().data()), bytes.view().size(), CURL_BLOB_NOCOPY};
  };
  if (credentials.client_certificate.empty()) {
    return CURLE_OK;
  }
  const curl_blob certificate = blob(credentials.client_certificate);
  const curl_blob key = blob(credentials.client_key);
  const CURLcode first = curl_easy_setopt(handle(), CURLOPT_SSLCERT_BLOB, &certificate);
  const CURLcode second = curl_easy_setopt(handle(), CURLOPT_SSLKEY_BLOB, &key);
  return first != CURLE_OK ? first : second;
}

void* Transfer::owner_of(CURL* handle) noexcept {
  void* owner = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &owner);
  return owner;
}

Result<HttpResponse> Transfer::end(CURLcode result) {
  if (refused_) {
    return fail(ErrorCode::outside_address_refused, to_string(*refused_) + " is not a public address");
  }
  if (receiver_->crowded) {
    return fail(ErrorCode::overloaded, "the answers that are being received take too much memory");
  }
  if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_WEIRD_SERVER_REPLY) {
    return fail(ErrorCode::malformed_server_answer, curl_easy_strerror(result));  // the URL's scheme was checked before
  }
  if (result != CURLE_OK) {
    return fail(error_code_of(result, *receiver_), curl_easy_strerror(result));
  }
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  receiver_->response.status = static_cast<int>(status);
  return std::move(receiver_->response);
}

bool Transfer::sent_nothing() const noexcept {
  long sent = 1;
  return curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent == 0;
}

bool Transfer::is_distrust(CURLcode result) noexcept {
  return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_ISSUER_ERROR ||
         result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CACERT_BADFILE || result == CURLE_SSL_INVALIDCERTSTATUS;
}

// The last word about an address: here libcurl is about to connect, whatever a name, a redirect or its own stock of
// names said before.
curl_socket_t Transfer::open_socket(const curl_sockaddr& address) noexcept {
  const auto target = target_of(address.addr);
  if (!target) {
    return CURL_SOCKET_BAD;
  }
  if (only_public_ && (target->is_mapped || !is_public(target->address))) {
    refused_ = target->address;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

}  // namespace rakkan::fetch
