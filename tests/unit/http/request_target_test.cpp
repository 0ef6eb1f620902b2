#include "http/request_target.hpp"

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;

struct Read {
  Method method;
  std::string_view text;
  std::string_view path;
  std::string_view query;
  std::string_view host = "";
  std::string_view port = "";
};

TEST(ARequestTarget, IsReadByItsForm) {
  for (const Read& row : {
           Read{Method::get, "/", "/", ""},
           Read{Method::get, "/v1/keys", "/v1/keys", ""},
           Read{Method::get, "/v1/keys?", "/v1/keys", ""},
           Read{Method::get, "/v1/keys?a=/b?c", "/v1/keys", "a=/b?c"},
           Read{Method::get, "/%E7%BD%B2;v=1/@:!$&'()*+,=~-._", "/%E7%BD%B2;v=1/@:!$&'()*+,=~-._", ""},
           Read{Method::get, "//evil/v1/keys", "//evil/v1/keys", ""},  // a path with an empty segment: no such route
           Read{Method::get, "/http://evil/", "/http://evil/", ""},
           Read{Method::get, "/v1/../keys", "/v1/../keys", ""},  // as it stands: nothing is normalised
           Read{Method::get, "http://host", "/", "", "host"},
           Read{Method::get, "http://host/", "/", "", "host"},
           Read{Method::get, "HTTP://Host:8080/v1/keys?q", "/v1/keys", "q", "Host", "8080"},
           Read{Method::get, "https://host:/v1", "/v1", "", "host", ""},
           Read{Method::get, "https://192.0.2.1:65535/", "/", "", "192.0.2.1", "65535"},
           Read{Method::get, "https://[2001:db8::1]:443/v1", "/v1", "", "[2001:db8::1]", "443"},
           // The text behind the question mark is a query, whatever it looks like.
           Read{Method::get, "http://evil?/v1/keys", "/", "/v1/keys", "evil"},
           Read{Method::get, "http://evil:80?/healthz", "/", "/healthz", "evil", "80"},
           Read{Method::options, "*", "*", ""},
           Read{Method::options, "http://host", "*", "", "host"},
           Read{Method::options, "http://host?x", "/", "x", "host"},
           Read{Method::options, "http://host/", "/", "", "host"},
       }) {
    const auto target = RequestTarget::parse(row.method, row.text);
    ASSERT_THAT(target, IsOk()) << row.text;
    EXPECT_EQ(target->path, row.path) << row.text;
    EXPECT_EQ(target->query, row.query) << row.text;
    EXPECT_EQ(target->absolute, !row.host.empty()) << row.text;
    EXPECT_EQ(target->authority.host, row.host) << row.text;
    EXPECT_EQ(target->authority.port, row.port) << row.text;
  }
}

TEST(ARequestTarget, OfAnotherFormIsRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {
           ""sv,
           "*"sv,  // for OPTIONS alone
           "*/v1/keys"sv,
           "v1/keys"sv,
           "?/v1/keys"sv,
           "#/v1/keys"sv,
           "example.org:443"sv,  // the authority form
           "ftp://example.org/"sv,
           "file:///etc/passwd"sv,
           "http:/v1/keys"sv,
           "http:v1/keys"sv,
           "http:///v1/keys"sv,
           "http://"sv,
           "http://?/v1/keys"sv,
           "http://:80/v1/keys"sv,
           "http://evil#/healthz"sv,
           "http://evil/healthz#"sv,
           "/healthz#part"sv,
           "/healthz?a#part"sv,
           "http://user@evil/healthz"sv,
           "http://user:secret@evil/healthz"sv,
           "http://good@evil:80/healthz"sv,
           "http://evil\\@good/healthz"sv,
           "http://evil\\/healthz"sv,
           "/v1\\keys"sv,
           "\\v1\\keys"sv,
           "/v1 /keys"sv,
           "/v1/\tkeys"sv,
           "/v1/\x01"
           "keys"sv,
           "/v1/\0keys"sv,
           "/v1/\x7fkeys"sv,
           "/v1/\xe7\xbd\xb2"sv,
           "/v1/<keys>"sv,
           "/v1/\"keys\""sv,
           "/v1/{id}"sv,
           "/v1/[id]"sv,
           "/v1/a|b"sv,
           "/v1/a^b"sv,
           "/v1/%"sv,
           "/v1/%4"sv,
           "/v1/%4g"sv,
           "/v1?a=%zz"sv,
           "http://host:port/"sv,
           "http://host:80:80/"sv,
           "http://host:-1/"sv,
           "http://host:+80/"sv,
           "http://host:65536/"sv,
           "http://host:99999999999999999999/"sv,
           "http://ho st/"sv,
           "http://[::1/"sv,
           "http://::1]/"sv,
           "http://[::1]x/"sv,
           "http://[]/"sv,
           "http://[192.0.2.1]/"sv,
           "http://[v1.x]/"sv,
           "http://[fe80::1%25eth0]/"sv,
           "http://2001:db8::1/"sv,
       }) {
    EXPECT_THAT(RequestTarget::parse(Method::get, text), FailsWith(ErrorCode::malformed_request)) << text;
  }
  EXPECT_THAT(RequestTarget::parse(Method::options, "*?x"), FailsWith(ErrorCode::malformed_request));
  EXPECT_THAT(RequestTarget::parse(Method::other, "example.org:443"), FailsWith(ErrorCode::malformed_request));
}

TEST(ARequestTarget, IsAtTheHostThatItNames) {
  const auto is_at = [](std::string_view target, std::string_view host) {
    return RequestTarget::parse(Method::get, target)->is_at(*Authority::parse(host));
  };
  EXPECT_TRUE(is_at("http://example.org/", "example.org"));
  EXPECT_TRUE(is_at("http://Example.ORG/", "example.org"));
  EXPECT_TRUE(is_at("http://example.org:80/", "example.org"));
  EXPECT_TRUE(is_at("https://example.org/", "example.org:443"));
  EXPECT_TRUE(is_at("http://[::1]:8080/", "[::1]:8080"));
  EXPECT_FALSE(is_at("http://example.org/", "example.org:443"));
  EXPECT_FALSE(is_at("http://example.org:8080/", "example.org"));
  EXPECT_FALSE(is_at("http://example.org/", "evil.example.org"));
  EXPECT_FALSE(is_at("http://example.org/", ""));
}

}  // namespace
}  // namespace rakkan::http
