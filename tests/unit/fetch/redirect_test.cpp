// Redirects, and the addresses that may be asked: a certificate or a redirect must not make this service ask servers of
// its own network.
#include <gmock/gmock.h>

#include "rakkan/base/file.hpp"
#include "support/exchange_fixture.hpp"
#include "support/temporary_folder.hpp"
#include "unit/fetch/tls_server.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::http_answer;
using test::IsOk;
using test::ScriptedServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Redirects : public test::ExchangeFixture {
 protected:
  static std::string to(const std::string& where, std::string_view status = "302 Found") {
    return http_answer(status, "", "Location: " + where + "\r\n");
  }
  // Redirects /3 to /2 and so on to /0, which answers.
  ScriptedServer counting_{[](const auto& client) {
    const char step = client.head[client.head.find(" /") + 2];
    step == '0' ? client.send(http_answer("200 OK", "here"))
                : client.send(to("/" + std::string(1, static_cast<char>(step - 1))));
  }};
  ScriptedServer inner_{[](const auto& client) { client.send(http_answer("200 OK", "secret")); }};
};

TEST_F(Redirects, AreFollowedThreeTimes) {
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(counting_.url() + "/3")));
  EXPECT_EQ(text_of(answer->body), "here");
  EXPECT_THAT(counting_.targets(), ElementsAre("/3", "/2", "/1", "/0"));
}

TEST_F(Redirects, AreNotFollowedAFourthTime) {
  EXPECT_THAT(ask(get(counting_.url() + "/4")), FailsWith(ErrorCode::malformed_server_answer));
  EXPECT_EQ(counting_.requests(), 4);
}

TEST_F(Redirects, AreNotFollowedUnasked) {
  Exchange request = get(counting_.url() + "/1");
  request.max_redirects = 0;
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(request));
  EXPECT_EQ(answer->status, 302);
}

TEST_F(Redirects, OfAPostKeepItsBody) {
  const ScriptedServer server([&](const auto& client) {
    client.send(client.head.find(" /a ") != std::string::npos ? to("/b", "307 Temporary Redirect")
                                                              : http_answer("200 OK", ""));
  });
  Exchange request = post(server.url() + "/a", "question");
  request.idempotent = true;
  request.max_redirects = 3;
  EXPECT_THAT(ask(request), IsOk());
  EXPECT_THAT(server.heads().back(), testing::StartsWith("POST /b "));
  EXPECT_EQ(text_of(server.bodies().back()), "question");
}

TEST_F(Redirects, ToOtherSchemesOrToNothingAreRefused) {
  for (const std::string& where : {std::string("ftp://127.0.0.1/"), std::string("file:///etc/passwd"),
                                   std::string("http://u:p@127.0.0.1/"), std::string("http://")}) {
    const ScriptedServer server([&](const auto& client) { client.send(to(where)); });
    EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::malformed_server_answer)) << where;
  }
  const ScriptedServer nowhere([](const auto& client) { client.send(http_answer("302 Found", "")); });
  EXPECT_THAT(ask(get(nowhere.url())), FailsWith(ErrorCode::malformed_server_answer));
}

TEST_F(Redirects, FromHttpsToHttpAreRefused) {
  const test::TemporaryFolder folder;
  make_certificate(folder.path(), "server", "127.0.0.1");
  const std::string answer = to(inner_.url());
  ASSERT_THAT(write_file_atomically(folder.path() / "down", {bytes_of(answer)}), IsOk());
  const TlsServer server(folder.path(), "server");
  Exchange request = get(server.url() + "down");
  request.ca_file = (folder.path() / "server.pem").string();
  const auto refused = ask(request);
  ASSERT_THAT(refused, FailsWith(ErrorCode::malformed_server_answer));
  EXPECT_THAT(refused.error().detail, HasSubstr("from https to http"));
  EXPECT_EQ(inner_.connections(), 0);
}

// The server that redirects is the operator's own choice; where it leads to is not.
TEST_F(Redirects, ToAnAddressThatIsNotPublicAreRefused) {
  resolver->knows("inner.test", {"127.0.0.1"});
  resolver->knows("mixed.test", {"10.0.0.1", "::1", "fd00::1"});
  const std::string port = ":" + std::to_string(inner_.port()) + "/";
  for (const std::string& host :
       {std::string("127.0.0.1"), std::string("[::ffff:127.0.0.1]"), std::string("[::1]"), std::string("0.0.0.0"),
        std::string("2130706433"), std::string("0x7f.1"), std::string("169.254.169.254"),
        std::string("[64:ff9b::7f00:1]"), std::string("[2002:7f00:1::]"), std::string("100.64.0.1"),
        std::string("inner.test"), std::string("mixed.test")}) {
    const ScriptedServer server([&](const auto& client) { client.send(to("http://" + host + port)); });
    const auto refused = ask(get(server.url()));
    EXPECT_THAT(refused, FailsWith(ErrorCode::outside_address_refused)) << host;
    EXPECT_EQ(server.requests(), 1) << host << ": a refused address was asked for again";
  }
  EXPECT_EQ(inner_.connections(), 0);
}

TEST_F(Redirects, ToAnAllowedOriginAreFollowedAndToItsNeighbourNot) {
  options.allowed_origins = {inner_.url()};
  const ScriptedServer neighbour([](const auto& client) { client.send(http_answer("200 OK", "")); });
  std::atomic<bool> to_neighbour = false;
  const ScriptedServer server(
      [&](const auto& client) { client.send(to(to_neighbour ? neighbour.url() : inner_.url())); });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(server.url())));
  EXPECT_EQ(text_of(answer->body), "secret");
  to_neighbour = true;
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::outside_address_refused));
  EXPECT_EQ(neighbour.connections(), 0);
}

TEST_F(Redirects, DoNotMakeTheOperatorsPermissionGoElsewhereOnTheSameHost) {
  const ScriptedServer server([&](const auto& client) { client.send(to(inner_.url())); });
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::outside_address_refused));
  EXPECT_EQ(inner_.connections(), 0);
}

TEST_F(Redirects, ACertificateMayNotNameAServerOfThisNetwork) {
  EXPECT_THAT(ask(by_certificate(get(inner_.url()))), FailsWith(ErrorCode::outside_address_refused));
  resolver->knows("inner.test", {"127.0.0.1"});
  EXPECT_THAT(ask(by_certificate(get(inner_.url("inner.test")))), FailsWith(ErrorCode::outside_address_refused));
  EXPECT_EQ(inner_.connections(), 0);
}

// A connection that the operator's own exchange left open must not serve an exchange whose address was not judged.
TEST_F(Redirects, ACertificateMayNotUseAConnectionOfTheOperators) {
  const ScriptedServer keeping([](const auto& client) { client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); },
                               true);
  EXPECT_THAT(ask(get(keeping.url() + "/1")), IsOk());
  EXPECT_THAT(ask(get(keeping.url() + "/2")), IsOk());
  EXPECT_EQ(keeping.connections(), 1) << "connections are not kept at all";
  EXPECT_THAT(ask(by_certificate(get(keeping.url() + "/3"))), FailsWith(ErrorCode::outside_address_refused));
  EXPECT_EQ(keeping.requests(), 2);
}

// A name that meant the operator's own server means another address now. The address is of the part of the global space
// that is given to nobody.
TEST_F(Redirects, NorWhenTheNameHasAnotherAddressMeanwhile) {
  const ScriptedServer keeping([](const auto& client) { client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); },
                               true);
  options.name_lifetime = 0ms;
  resolver->knows("first.test", {"127.0.0.1"});
  EXPECT_THAT(ask(get(keeping.url("first.test"))), IsOk());
  resolver->forgets("first.test");
  resolver->knows("first.test", {"2d00::1"});
  Exchange request = by_certificate(get(keeping.url("first.test")));
  request.timeout = 300ms;
  EXPECT_FALSE(ask(request).has_value());
  EXPECT_EQ(keeping.requests(), 1);
}

TEST_F(Redirects, ANamesPublicAddressesAreTriedAndItsOthersNot) {
  resolver->knows("allowed.test", {"127.0.0.1"});
  options.allowed_origins = {inner_.url("allowed.test")};
  EXPECT_THAT(ask(by_certificate(get(inner_.url("allowed.test")))), IsOk());
}

TEST_F(Redirects, CredentialsAreShownToTheirOriginAlone) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "token";
  ASSERT_THAT(write_file_atomically(file, {bytes_of("abc123\n")}, true), IsOk());
  options.allowed_origins = {inner_.url()};
  const ScriptedServer server([&](const auto& client) {
    client.head.find(" /a ") != std::string::npos ? client.send(to("/b")) : client.send(to(inner_.url()));
  });
  Exchange request = get(server.url() + "/a");
  CredentialFiles files;
  files.bearer = file.string();
  ASSERT_OK_AND_ASSIGN(request.credentials, Credentials::read(files));
  EXPECT_THAT(ask(request), IsOk());
  EXPECT_THAT(server.heads(), testing::Each(HasSubstr("\r\nAuthorization: Bearer abc123")));
  EXPECT_THAT(inner_.heads(), ElementsAre(Not(HasSubstr("Authorization"))));
}

}  // namespace
}  // namespace rakkan::fetch
