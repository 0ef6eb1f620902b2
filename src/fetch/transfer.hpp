// Transfer is one request on its way and its answer, once: a libcurl handle with all that it refers to. It is used on
// the loop's thread alone.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fetch/curl_request.hpp"
#include "rakkan/base/ip_address.hpp"
#include "rakkan/fetch/exchange.hpp"

namespace rakkan::fetch {

// Received counts the bytes of all answers that are being received.
struct Received {
  std::uint64_t limit;
  std::uint64_t bytes = 0;
};

class Transfer {
 public:
  struct Plan {
    const Exchange& request;  // outlives the transfer
    const Origin& origin;
    const std::vector<IpAddress>& addresses;  // of the origin's host; none when it is written as an address
    bool only_public;                         // refuse to connect to other addresses
    bool fresh;                               // take no connection that is open already
    void* owner;                              // given back by owner_of
  };
  // internal, when libcurl has no memory or refuses an option.
  [[nodiscard]] static Result<std::unique_ptr<Transfer>> prepare(const Plan& plan, Received& received);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] static void* owner_of(CURL* handle) noexcept;

  // The answer, or why there is none. Once, when libcurl has ended the transfer with that result.
  [[nodiscard]] Result<HttpResponse> end(CURLcode result);
  // True when not even a part of the request was sent.
  [[nodiscard]] bool sent_nothing() const noexcept;
  // True when the server is not trusted or does not trust us: another attempt would end so, too.
  [[nodiscard]] static bool is_distrust(CURLcode result) noexcept;

  // Called by libcurl.
  [[nodiscard]] curl_socket_t open_socket(const curl_sockaddr& address) noexcept;

 private:
  class CountedReceiver;
  Transfer(const Exchange& request, bool only_public, Received& received);
  [[nodiscard]] CURLcode set_up(const Plan& plan);
  [[nodiscard]] CURLcode show(const Credentials& credentials);

  Easy handle_;
  StringList headers_;
  StringList resolved_;
  BodyReader body_;
  std::unique_ptr<CountedReceiver> receiver_;
  const bool only_public_;
  std::optional<IpAddress> refused_;
};

}  // namespace rakkan::fetch
