// TLS, with `openssl s_server` at the other end: whose certificate is trusted for https, and what a client shows.
#include <gmock/gmock.h>

#include "rakkan/base/file.hpp"
#include "support/exchange_fixture.hpp"
#include "support/loopback_server.hpp"
#include "support/temporary_folder.hpp"
#include "unit/fetch/tls_server.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class Tls : public test::ExchangeFixture {
 protected:
  test::TemporaryFolder folder;

  Tls() {
    const std::string answer = test::http_answer("200 OK", "trusted");
    EXPECT_THAT(write_file_atomically(folder.path() / "x", {bytes_of(answer)}), IsOk());
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void make(const std::string& name, const std::string& address) { make_certificate(folder.path(), name, address); }
  Answer ask_for(const std::string& served, const std::string& trusted) {
    const TlsServer server(folder.path(), served);
    Exchange request = get(server.url() + "x");
    request.ca_file = path(trusted + ".pem");
    return ask(request);
  }
};

TEST_F(Tls, AsksAServerThatTheCaFileKnows) {
  make("right", "127.0.0.1");
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask_for("right", "right"));
  EXPECT_EQ(text_of(answer->body), "trusted");
}

TEST_F(Tls, AsksNoServerThatTheCaFileDoesNotKnow) {
  make("right", "127.0.0.1");
  make("other", "127.0.0.1");
  EXPECT_THAT(ask_for("other", "right"), FailsWith(ErrorCode::server_unreachable));
}

TEST_F(Tls, AsksNoServerOfAnotherName) {
  make("elsewhere", "127.0.0.2");
  EXPECT_THAT(ask_for("elsewhere", "elsewhere"), FailsWith(ErrorCode::server_unreachable));
}

TEST_F(Tls, RefusesACaFileThatCannotBeRead) {
  make("right", "127.0.0.1");
  EXPECT_THAT(ask_for("right", "missing"), FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(Tls, ShowsAClientCertificateToAServerThatWantsOne) {
  make("server", "127.0.0.1");
  make("client", "127.0.0.1");
  const TlsServer server(folder.path(), "server", "client.pem");
  Exchange request = get(server.url() + "x");
  request.ca_file = path("server.pem");
  EXPECT_THAT(ask(request), FailsWith(ErrorCode::server_unreachable)) << "the server wants no certificate";
  CredentialFiles files;
  files.client_certificate = path("client.pem");
  files.client_key = path("client.key");
  ASSERT_OK_AND_ASSIGN(request.credentials, Credentials::read(files));
  EXPECT_THAT(ask(request), IsOk());
}

}  // namespace
}  // namespace rakkan::fetch
