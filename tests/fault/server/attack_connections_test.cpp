// Connections without a key: silent, slow, many, half shaken hands, from one address, from many, and through a proxy.
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "attack_scene.hpp"
#include "support/run_command.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class ConnectionsAttack : public AttackScene {
 protected:
  // The number of connections that this process may open beside the descriptors that it needs itself, at most `wanted`.
  static std::size_t affordable(std::size_t wanted) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return std::min<std::size_t>(wanted, limit.rlim_cur - 200);
  }
  [[nodiscard]] std::function<Peer(std::size_t)> from_addresses(std::size_t count) const {
    return [this, count](std::size_t number) { return attacker_peer(number % count); };
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (temporary_.path() / name).string(); }
  // A self-signed certificate; an authority of itself.
  void make_certificate(const std::string& name) const {
    const auto made = run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                                   "/CN=" + name, "-keyout", path(name + ".key"), "-out", path(name + ".pem")});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    ::chmod(path(name + ".key").c_str(), 0600);
  }
  [[nodiscard]] std::vector<std::string> tls_settings() const {
    make_certificate("server");
    return {"http.tls.certificate=" + path("server.pem"), "http.tls.key=" + path("server.key")};
  }
};

// Silent connections from one address without a key: of 1,024 descriptors those of log, store and tokens must stay
// free.
TEST_F(ConnectionsAttack, SilentOnesWhereDescriptorsAreFew) {
  affordable(2'000);
  start({}, "ulimit -n 1024");
  Crowd attack({.connections = 1'400, .peer = from_addresses(1), .come_again = true});
  const Outcome outcome = suffer("1,400 silent connections from one address at 1,024 descriptors", attack);
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), 300U);
}

// The same from so many addresses that no cap of one of them helps.
TEST_F(ConnectionsAttack, SilentOnesFromEverywhereWhereDescriptorsAreFew) {
  affordable(2'000);
  start({}, "ulimit -n 1024");
  Crowd attack({.connections = 1'400, .peer = from_addresses(1'400), .pause_ms = 1'000, .come_again = true});
  const Outcome outcome = suffer("1,400 silent connections from 1,400 addresses at 1,024 descriptors", attack);
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), 900U);
}

// The soft limit of a shell is not the machine's.
TEST_F(ConnectionsAttack, TheSoftLimitIsRaised) {
  affordable(2'000);
  start_alone({}, "ulimit -S -n 256");
  std::vector<Wire> held;
  for (std::size_t i = 0; i < 600; ++i) {
    held.push_back(connect(i));
    ASSERT_EQ(held.back().ask(get("/healthz")).status, 200U) << "connection " << i;
  }
}

TEST_F(ConnectionsAttack, TenThousandIdle) {
  const std::size_t count = affordable(10'000);
  start();
  Crowd attack({.connections = count, .peer = from_addresses(500), .first = get("/healthz"), .come_again = true});
  const Outcome outcome = suffer(std::to_string(count) + " idle connections", attack, {.memory_mb = 160});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), count / 2);
}

TEST_F(ConnectionsAttack, AThousandSlowHeads) {
  affordable(2'000);
  start({"http.timeouts.header=1s"});
  Crowd attack({.connections = 1'000,
                .peer = from_addresses(50),
                .first = "GET /healthz HTTP/1.1\r\nHost: rakkan\r\nX-Slow: ",
                .then = "a",
                .come_again = true});
  const Outcome outcome = suffer("1,000 connections that send a byte of a header each 100 ms", attack);
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.ended(), 0U) << "a header may take one second";
}

TEST_F(ConnectionsAttack, AThousandSlowBodies) {
  affordable(2'000);
  start({"http.timeouts.stall=1s"});
  Crowd attack({.connections = 1'000,
                .peer = from_addresses(50),
                .first = post_head("/v1/cms", attacked_.attacker_key, kJson, "Content-Length: 60000\r\n\r\n"),
                .then = " ",
                .come_again = true});
  const Outcome outcome =
      suffer("1,000 connections that send a byte of a body each 100 ms", attack, {.memory_mb = 128});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.ended(), 0U) << "ten bytes a second are below the slowest rate";
}

// Each asks for 7 MB of answers. Without a key nothing but the rate of their addresses rations them.
TEST_F(ConnectionsAttack, ThoseWhoAskWithoutPauseAndNeverRead) {
  affordable(2'000);
  start({"http.timeouts.stall=1s", "http.address_rate.per_second=200", "http.address_rate.burst=200"});
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += get("/openapi.json");
  }
  Crowd attack({.connections = 200, .peer = from_addresses(4), .first = requests, .come_again = true});
  const Outcome outcome = suffer("200 connections that ask without pause and never read", attack, {.memory_mb = 160});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(metrics().sum("rakkan_http_requests_total", "/openapi.json"), 0);
}

// Connections that come and go: each costs an accept, and its head an answer.
TEST_F(ConnectionsAttack, OneAfterAnother) {
  start();
  Swarm attack(16, [&](unsigned number) -> std::string {
    std::optional<Wire> wire = Wire::open(attacker_peer(number), Wire::in(1'000));
    return wire ? std::to_string(wire->ask("GET /v1/keys HTTP/1.1\r\nHost: x\r\n\r\n", Wire::in(1'000)).status)
                : "no connection";
  });
  const Outcome outcome = suffer("16 callers without a key, a connection for each request", attack, {.memory_mb = 96});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["401"] + attack.answers()["429"] + attack.answers()["503"], 0);
}

TEST_F(ConnectionsAttack, HandshakesThatNeverEnd) {
  affordable(2'000);
  uses_tls_ = true;
  std::vector<std::string> settings = tls_settings();
  settings.push_back("http.timeouts.header=1s");
  start(settings);
  // A record header and the first bytes of a ClientHello (RFC 8446 §4.1.2), then zeros.
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  Crowd attack({.connections = 500,
                .peer = from_addresses(50),
                .first = hello,
                .then = std::string(1, '\0'),
                .come_again = true});
  const Outcome outcome = suffer("500 TLS handshakes that never end", attack, {.memory_mb = 96});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.ended(), 0U) << "a handshake may take one second";
}

TEST_F(ConnectionsAttack, HandshakesWithoutARequest) {
  uses_tls_ = true;
  start(tls_settings());
  Swarm attack(8, [&](unsigned number) -> std::string {
    return Wire::open(attacker_peer(number), Wire::in(1'000)) ? "a handshake" : "no handshake";
  });
  const Outcome outcome = suffer("8 callers who shake hands and leave", attack, {.memory_mb = 96});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["a handshake"], 0);
}

TEST_F(ConnectionsAttack, OldSuitesOfTlsAreRefused) {
  uses_tls_ = true;
  start_alone(tls_settings());
  const auto suite = [&](const TlsManner::Choice& choice) {
    const TlsManner manner(choice);
    Peer peer = attacker_peer();
    peer.tls = &manner;
    const std::optional<Wire> wire = Wire::open(peer);
    return wire ? wire->tls_version() + " " + wire->tls_suite() : "refused";
  };
  for (const char* refused :
       {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256", "CAMELLIA128-SHA"}) {
    EXPECT_EQ(suite({.suites12 = refused, .newest = TLS1_2_VERSION}), "refused") << refused;
  }
  // Control: it is the suite, not the client.
  for (const char* taken :
       {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"}) {
    EXPECT_EQ(suite({.suites12 = taken, .newest = TLS1_2_VERSION}), std::string("TLSv1.2 ") + taken);
  }
  EXPECT_THAT(suite({}), ::testing::StartsWith("TLSv1.3 "));
  EXPECT_EQ(suite({.suites12 = "DEFAULT@SECLEVEL=0", .newest = TLS1_1_VERSION}), "refused");
}

TEST_F(ConnectionsAttack, WithoutTheRightClientCertificateNothingIsAnswered) {
  uses_tls_ = true;
  make_certificate("caller");
  make_certificate("stranger");
  std::vector<std::string> settings = tls_settings();
  settings.push_back("http.tls.client_ca=" + path("caller.pem"));
  start_alone(settings);
  const auto asked = [&](const TlsManner::Choice& choice) {
    const TlsManner manner(choice);
    Peer peer = attacker_peer();
    peer.tls = &manner;
    std::optional<Wire> wire = Wire::open(peer);
    return wire ? wire->ask(get("/healthz")).status : 0U;
  };
  for (const int newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(asked({.newest = newest}), 0U);
    EXPECT_EQ(asked({.newest = newest, .certificate_file = path("stranger.pem"), .key_file = path("stranger.key")}),
              0U);
    EXPECT_EQ(asked({.newest = newest, .certificate_file = path("caller.pem"), .key_file = path("caller.key")}), 200U);
  }
}

class ProxiedAttack : public ConnectionsAttack {
 protected:
  [[nodiscard]] unsigned status_for(const std::string& forwarded, const std::string& from) const {
    Peer peer = bystander_peer();
    peer.from = from;
    std::optional<Wire> wire = Wire::open(peer);
    return wire ? wire->ask(get("/healthz", {}, "X-Forwarded-For: " + forwarded + "\r\n")).status : 0;
  }
};

// A caller cannot pass the rate of its address by claiming another one, nor use up the rate of another.
TEST_F(ProxiedAttack, AnAddressThatAStrangerForwardsIsNotBelieved) {
  start_alone({"http.address_rate.per_second=1", "http.address_rate.burst=20", "http.trusted_proxies=127.0.9.1/32"});
  unsigned refused = 0;
  for (int i = 0; i < 60; ++i) {
    refused += status_for("198.51.100." + std::to_string(i), "127.0.8.1") == 429 ? 1 : 0;
  }
  EXPECT_GE(refused, 20U) << "each request was another address";
  EXPECT_EQ(status_for("198.51.100.1", "127.0.9.1"), 200U) << "the address that was claimed has paid for it";
}

// In X-Forwarded-For, the addresses that the caller told the proxy stand on the left of the one that the proxy saw.
TEST_F(ProxiedAttack, AnAddressThatTheCallerOfAProxyForwardsIsNotBelieved) {
  start_alone({"http.address_rate.per_second=1", "http.address_rate.burst=20", "http.trusted_proxies=127.0.9.1/32"});
  unsigned refused = 0;
  for (int i = 0; i < 60; ++i) {
    refused += status_for("198.51.100." + std::to_string(i) + ", 203.0.113.7", "127.0.9.1") == 429 ? 1 : 0;
  }
  EXPECT_GE(refused, 20U) << "each request was another address";
  EXPECT_EQ(status_for("198.51.100.1, 203.0.113.8", "127.0.9.1"), 200U);
}

TEST_F(ProxiedAttack, OneNetworkOfIpv6IsOneAddress) {
  start_alone({"http.address_rate.per_second=1", "http.address_rate.burst=20", "http.trusted_proxies=127.0.9.1/32"});
  unsigned refused = 0;
  for (int i = 0; i < 60; ++i) {
    refused += status_for("2001:db8:1:2:" + std::to_string(i) + "::1", "127.0.9.1") == 429 ? 1 : 0;
  }
  EXPECT_GE(refused, 20U) << "each request was another address";
  EXPECT_EQ(status_for("2001:db8:1:3::1", "127.0.9.1"), 200U) << "the next /64 has paid for it";
}

TEST_F(ProxiedAttack, ListeningOnIpv6) {
  start_alone({"http.address=::1"});
  Peer peer = bystander_peer();
  peer.to = "::1";
  std::optional<Wire> wire = Wire::open(peer);
  ASSERT_TRUE(wire.has_value());
  EXPECT_EQ(wire->ask(post("/v1/cms", attacked_.attacker_key, kJson, cms_body("by IPv6"))).status, 200U);
}

}  // namespace
}  // namespace rakkan::test
