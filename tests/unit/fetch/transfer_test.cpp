// The last judgement of an address: when libcurl is about to connect to it.
#include "fetch/transfer.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "support/result_matchers.hpp"

namespace rakkan::fetch {
namespace {

using test::FailsWith;

class Sockets : public testing::Test {
 protected:
  // True when a socket is made for a connection to that address.
  bool opens(const char* text, bool only_public = true) {
    const Origin origin{"http", "a.example", 80};
    auto transfer = Transfer::prepare({request_, origin, {}, only_public, false, nullptr}, received_);
    if (!transfer) {
      return false;
    }
    // libcurl gives an address of its family behind curl_sockaddr's first members, longer than the type says.
    alignas(curl_sockaddr) std::array<Byte, sizeof(curl_sockaddr) + sizeof(sockaddr_in6)> memory{};
    auto* const address = reinterpret_cast<curl_sockaddr*>(memory.data());
    address->socktype = SOCK_STREAM;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
      address->family = v4.sin_family = AF_INET;
      std::memcpy(memory.data() + offsetof(curl_sockaddr, addr), &v4, sizeof v4);
    } else {
      EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
      address->family = v6.sin6_family = AF_INET6;
      std::memcpy(memory.data() + offsetof(curl_sockaddr, addr), &v6, sizeof v6);
    }
    return settle(**transfer, *address);
  }

 private:
  static bool settle(Transfer& transfer, const curl_sockaddr& address) {
    const curl_socket_t made = transfer.open_socket(address);
    if (made == CURL_SOCKET_BAD) {
      EXPECT_THAT(transfer.end(CURLE_COULDNT_CONNECT), FailsWith(ErrorCode::outside_address_refused));
      return false;
    }
    ::close(made);
    return true;
  }

  Exchange request_{.url = "http://a.example/"};
  Received received_{1'000};
};

TEST_F(Sockets, AreMadeForPublicAddressesAlone) {
  EXPECT_TRUE(opens("8.8.8.8"));
  for (const char* address : {"127.0.0.1", "10.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1"}) {
    EXPECT_FALSE(opens(address)) << address;
  }
}

TEST_F(Sockets, AreNotMadeForAnIpv4AddressByWayOfIpv6) {
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "::1", "::"}) {
    EXPECT_FALSE(opens(address)) << address;
  }
}

TEST_F(Sockets, AreMadeForAnyAddressOfTheOperators) {
  EXPECT_TRUE(opens("127.0.0.1", false));
  EXPECT_TRUE(opens("10.0.0.1", false));
}

}  // namespace
}  // namespace rakkan::fetch
