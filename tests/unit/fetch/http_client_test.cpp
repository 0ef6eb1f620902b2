#include "rakkan/fetch/http_client.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "support/loopback_server.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using testing::HasSubstr;

// One request as the server saw it.
struct Seen {
  std::string head;
  std::string body;
};

HttpRequest post(const test::LoopbackServer& server, std::vector<ByteView> body) {
  return {"POST", server.url() + "/x", {{"Content-Type", "text/plain"}}, std::move(body), 1024};
}

TEST(HttpClient, SendsTheBodysPartsOneAfterAnother) {
  Seen seen;
  const std::string large(300'000, 'x');  // more than libcurl reads at once
  {
    const test::LoopbackServer server([&](const auto& client) {
      seen = {client.head, std::string(text_of(client.body))};
      client.send(test::http_answer("200 OK", "done"));
    });
    const auto answer =
        HttpClient(HttpOptions{}).send(post(server, {bytes_of("begin "), {}, bytes_of(large), bytes_of(" end")}));
    ASSERT_OK_AND_ASSIGN(const HttpResponse response, answer);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response.body), "done");
  }
  EXPECT_THAT(seen.head, testing::StartsWith("POST /x HTTP/1.1"));
  EXPECT_THAT(seen.head, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("\r\nContent-Length: " + std::to_string(large.size() + 10)));
  EXPECT_EQ(seen.body, "begin " + large + " end");
}

TEST(HttpClient, SendsOtherMethodsAndNoBody) {
  std::vector<std::string> lines;
  {
    const test::LoopbackServer server([&](const auto& client) {
      lines.push_back(client.head.substr(0, client.head.find('\r')));
      client.send(test::http_answer("204 No Content", ""));
    });
    for (const char* method : {"GET", "DELETE", "POST"}) {
      EXPECT_THAT(HttpClient(HttpOptions{}).send({method, server.url() + "/y", {}, {}, 10}), IsOk());
    }
  }
  EXPECT_THAT(lines, testing::ElementsAre("GET /y HTTP/1.1", "DELETE /y HTTP/1.1", "POST /y HTTP/1.1"));
}

TEST(HttpClient, HandsOnStatusHeadersAndMediaTypeOfARefusal) {
  const test::LoopbackServer server([](const auto& client) {
    client.send(test::http_answer("503 Service Unavailable", "{}",
                                  "Content-Type: Application/Problem+JSON; charset=utf-8\r\nRETRY-AFTER:  2 \r\n"));
  });
  ASSERT_OK_AND_ASSIGN(const HttpResponse response, HttpClient(HttpOptions{}).send({"GET", server.url(), {}, {}, 10}));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.media_type(), "application/problem+json");
  EXPECT_EQ(response.header("retry-after"), "2");
  EXPECT_EQ(response.header("location"), std::nullopt);
}

TEST(HttpClient, HeadersOfAnInterimAnswerAreForgotten) {
  const test::LoopbackServer server([](const auto& client) {
    client.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + test::http_answer("200 OK", "", "X-Late: 2\r\n"));
  });
  ASSERT_OK_AND_ASSIGN(const HttpResponse response, HttpClient(HttpOptions{}).send({"GET", server.url(), {}, {}, 10}));
  EXPECT_EQ(response.header("x-early"), std::nullopt);
  EXPECT_EQ(response.header("x-late"), "2");
}

TEST(HttpClient, StopsReceivingAtTheLimit) {
  const test::LoopbackServer server(
      [](const auto& client) { client.send(test::http_answer("200 OK", std::string(11, 'a'))); });
  EXPECT_THAT(HttpClient(HttpOptions{}).send({"GET", server.url(), {}, {}, 11}), IsOk());
  EXPECT_THAT(HttpClient(HttpOptions{}).send({"GET", server.url(), {}, {}, 10}), FailsWith(ErrorCode::input_too_large));
}

TEST(HttpClient, GivesUpAfterTheTimeout) {
  const test::LoopbackServer server([](const auto& client) { client.wait_for_close(); });
  HttpOptions options;
  options.timeout = 200ms;
  EXPECT_THAT(HttpClient(options).send({"GET", server.url(), {}, {}, 10}), FailsWith(ErrorCode::deadline_exceeded));
}

TEST(HttpClient, ReportsAServerThatCannotBeReachedOrBreaksOff) {
  const test::LoopbackServer server(
      [](const auto& client) { client.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"); });
  EXPECT_THAT(HttpClient(HttpOptions{}).send({"GET", server.url(), {}, {}, 10}),
              FailsWith(ErrorCode::server_unreachable));
  EXPECT_THAT(HttpClient(HttpOptions{}).send({"GET", "http://127.0.0.1:1/", {}, {}, 10}),
              FailsWith(ErrorCode::server_unreachable));
}

TEST(HttpClient, ALineBreakCannotSmuggleAHeaderField) {
  int requests = 0;
  {
    const test::LoopbackServer server([&](const auto& client) {
      ++requests;
      client.send(test::http_answer("200 OK", ""));
    });
    EXPECT_THAT(HttpClient(HttpOptions{}).send({"GET", server.url(), {{"Authorization", "a\r\nX-Admin: 1"}}, {}, 10}),
                FailsWith(ErrorCode::invalid_argument));
  }
  EXPECT_EQ(requests, 0);
}

// One answer to one caller on a Unix socket.
TEST(HttpClient, ConnectsToAUnixSocket) {
  const test::TemporaryFolder folder;
  const std::string path = (folder.path() / "s").string();
  EXPECT_FALSE(is_listened_on(path));
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  EXPECT_FALSE(is_listened_on(path)) << "what nobody listens on is a leftover";
  ASSERT_EQ(::listen(listening, 4), 0);
  EXPECT_TRUE(is_listened_on(path));
  std::string head;
  std::thread server([&] {
    ::close(::accept(listening, nullptr, nullptr));  // the caller that only looked
    const int connection = ::accept(listening, nullptr, nullptr);
    test::LoopbackExchange exchange(connection, {});
    if (exchange.receive()) {
      head = exchange.head;
      exchange.send(test::http_answer("200 OK", "here"));
    }
    ::close(connection);
  });
  HttpOptions options;
  options.unix_socket = path;
  const auto answer = HttpClient(options).send({"GET", "http://localhost/x", {}, {}, 10});
  server.join();
  ::close(listening);
  ASSERT_OK_AND_ASSIGN(const HttpResponse response, answer);
  EXPECT_EQ(text_of(response.body), "here");
  EXPECT_THAT(head, testing::StartsWith("GET /x HTTP/1.1"));
  EXPECT_THAT(HttpClient(options).send({"GET", "http://localhost/x", {}, {}, 10}),
              FailsWith(ErrorCode::server_unreachable));
}

}  // namespace
}  // namespace rakkan::fetch
