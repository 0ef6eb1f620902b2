// TLS: curl and OpenSSL at the other end; certificates that change while connections stay.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "support/http_server_fixture.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;
using test::run_command;
using ::testing::HasSubstr;

// A connection that stays open, and whose server's name can be asked.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to whatever is left of the connection
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 && SSL_connect(ssl_.get()) == 1;
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() { ::close(socket_); }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int protocol() const { return SSL_version(ssl_.get()); }
  [[nodiscard]] std::string server_name() const {
    std::array<char, 64> name{};
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    return name.data();
  }
  // The head, and the part of the body that came with it.
  [[nodiscard]] std::string ask(std::string_view request) {
    SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()));
    std::array<char, 4'096> answer{};
    const int size = SSL_read(ssl_.get(), answer.data(), answer.size());
    return size > 0 ? std::string(answer.data(), static_cast<std::size_t>(size)) : std::string();
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  int socket_ = -1;
  bool connected_ = false;
};

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HttpTls : public test::HttpServerFixture {
 protected:
  HttpTls() {
    options_.listen.tls.certificate_file = path("server.pem");
    options_.listen.tls.key_file = path("server.key");
    make_certificate("server", "first");
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  // A self-signed certificate for localhost.
  void make_certificate(const std::string& file, const std::string& name) {
    const auto made =
        run_command({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-days", "1", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:localhost", "-keyout",
                     path(file + ".key"), "-out", path(file + ".pem")});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    ::chmod(path(file + ".key").c_str(), 0600);
  }
  [[nodiscard]] test::CommandOutcome curl(std::vector<std::string> more) const {
    std::vector<std::string> words{"curl", "-sS", "--max-time", "10", "--cacert", path("server.pem")};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("https://localhost:" + std::to_string(server_->port()) + "/hello");
    return run_command(words);
  }

  test::TemporaryFolder folder_;
};

TEST_F(HttpTls, CurlIsAnswered) {
  start();
  const auto outcome = curl({"--ipv4", "-H", "X-Request-Id: from-curl"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "GET /hello from-curl en\n");
}

TEST_F(HttpTls, ADocumentComesWhole) {
  start();
  std::string document;
  for (int i = 0; document.size() < 900'000; ++i) {
    document += std::to_string(i) + "\r\n";
  }
  std::ofstream(path("document.pdf")) << document;
  for (int again = 0; again < 2; ++again) {
    const auto sent =
        run_command({"curl", "-sS", "--max-time", "10", "--cacert", path("server.pem"), "--ipv4", "-F", "request={}",
                     "-F", "document=@" + path("document.pdf") + ";type=application/pdf", "-o", path("answer"),
                     "https://localhost:" + std::to_string(server_->port()) + "/form"});
    EXPECT_EQ(sent.exit_code, 0) << sent.output;
    std::ifstream answer(path("answer"));
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(answer), {}) == document + "|tail");
  }
}

TEST_F(HttpTls, OldProtocolsAreRefused) {
  start();
  EXPECT_NE(curl({"--ipv4", "--tls-max", "1.1"}).exit_code, 0);
  EXPECT_EQ(curl({"--ipv4", "--tls-max", "1.2"}).exit_code, 0);
}

// Its key signs for any of ECDHE's suites, and could decrypt for the static ones.
TEST_F(HttpTls, OnlyEphemeralKeysAndAuthenticatedCiphersAreSpoken) {
  const auto made = run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                                 "/CN=rsa", "-addext", "subjectAltName=DNS:localhost", "-keyout", path("server.key"),
                                 "-out", path("server.pem")});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  ::chmod(path("server.key").c_str(), 0600);
  start();
  const auto speaks = [&](std::vector<std::string> offer) {
    offer.insert(offer.begin(), "--ipv4");
    return curl(std::move(offer)).exit_code == 0;
  };
  for (const char* suite :
       {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"}) {
    EXPECT_TRUE(speaks({"--tls-max", "1.2", "--ciphers", suite})) << suite;
  }
  for (const char* suite : {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA256",
                            "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA384",
                            "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CAMELLIA128-SHA256", "AES128-CCM"}) {
    EXPECT_FALSE(speaks({"--tls-max", "1.2", "--ciphers", suite})) << suite;
  }
  for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    EXPECT_TRUE(speaks({"--tlsv1.3", "--tls13-ciphers", suite})) << suite;
  }
}

TEST_F(HttpTls, TheNewestProtocolIsTaken) {
  start();
  const TlsClient client(server_->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), TLS1_3_VERSION);
}

TEST_F(HttpTls, PlainHttpIsNotAnswered) {
  start();
  EXPECT_NE(ask(kHello).status, 200U);
}

TEST_F(HttpTls, LargeBodiesComeWhole) {
  start();
  const auto outcome = run_command({"curl", "-sS", "--ipv4", "--cacert", path("server.pem"), "-o", path("large"),
                                    "https://localhost:" + std::to_string(server_->port()) + "/large"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(std::filesystem::file_size(path("large")), (8U << 20U) + 3);
}

TEST_F(HttpTls, ANewCertificateLeavesOpenConnectionsAlone) {
  Server& server = start();
  TlsClient before(server.port());
  ASSERT_TRUE(before.connected());
  EXPECT_EQ(before.server_name(), "first");
  make_certificate("server", "second");
  ASSERT_THAT(server.reload_tls(), IsOk());
  EXPECT_TRUE(soon([&] { return TlsClient(server.port()).server_name() == "second"; }));
  EXPECT_THAT(before.ask(kHello), HasSubstr("200 OK"));
}

TEST_F(HttpTls, ABrokenFileKeepsTheOldCertificate) {
  Server& server = start();
  ASSERT_EQ(run_command({"truncate", "-s", "100", path("server.pem")}).exit_code, 0);
  const auto reloaded = server.reload_tls();
  ASSERT_THAT(reloaded, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(reloaded.error().where, path("server.pem"));
  TlsClient after(server.port());
  ASSERT_TRUE(after.connected());
  EXPECT_EQ(after.server_name(), "first");
}

TEST_F(HttpTls, AKeyOfAnotherCertificateIsRefused) {
  make_certificate("other", "other");
  options_.listen.tls.key_file = path("other.key");
  EXPECT_THAT(Server::start(options_, Router(), random_, observer_), FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(HttpTls, AKeyThatEverybodyMayReadIsRefused) {
  ::chmod(path("server.key").c_str(), 0644);
  EXPECT_THAT(Server::start(options_, Router(), random_, observer_), FailsWith(ErrorCode::permissions_unsafe));
  ::chmod(path("server.key").c_str(), 0640);  // as Debian's group ssl-cert has it
  EXPECT_THAT(Server::start(options_, Router(), random_, observer_), IsOk());
}

TEST_F(HttpTls, FilesThatOthersMayWriteAreRefused) {
  for (const char* file : {"server.key", "server.pem"}) {
    ::chmod(path(file).c_str(), 0660);
    EXPECT_THAT(Server::start(options_, Router(), random_, observer_), FailsWith(ErrorCode::permissions_unsafe));
    ::chmod(path(file).c_str(), 0600);
  }
  EXPECT_THAT(Server::start(options_, Router(), random_, observer_), IsOk());
}

TEST_F(HttpTls, CallersMayHaveToShowACertificate) {
  make_certificate("client", "client");
  make_certificate("stranger", "stranger");
  options_.listen.tls.client_ca_file = path("client.pem");
  start();
  EXPECT_NE(curl({"--ipv4"}).exit_code, 0);
  EXPECT_NE(curl({"--ipv4", "--cert", path("stranger.pem"), "--key", path("stranger.key")}).exit_code, 0);
  const auto known = curl({"--ipv4", "--cert", path("client.pem"), "--key", path("client.key")});
  EXPECT_EQ(known.exit_code, 0) << known.output;
}

TEST_F(HttpTls, AHandshakeThatStallsIsCutOff) {
  options_.timeouts.header = std::chrono::milliseconds(300);
  Server& server = start();
  test::RawHttpClient silent = connect();
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(soon([&] { return server.load().connections == 0; }));
}

TEST_F(HttpTls, OpenConnectionsAreDrained) {
  Server& server = start();
  TlsClient at_rest(server.port());
  EXPECT_THAT(at_rest.ask(kHello), HasSubstr("200 OK"));
  EXPECT_TRUE(test::comes(drained())) << "the drain waits for a connection at rest";
  EXPECT_EQ(at_rest.ask(kHello), "");
}

}  // namespace
}  // namespace rakkan::http
