// A server on a loopback port with routes that show what the HTTP core does, and a record of what its observer heard.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/multipart.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/http/server.hpp"
#include "support/eventually.hpp"
#include "support/fixed_random.hpp"
#include "support/gate.hpp"
#include "support/raw_http_client.hpp"

namespace rakkan::test {

class RecordingObserver final : public http::Observer {
 public:
  struct Answer {
    std::string id, route, problem;
    unsigned status = 0;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    bool complete = false;
  };

  void started(const http::Request&) noexcept override {}
  void served(const http::Served& served) noexcept override {
    const std::lock_guard lock(mutex_);
    answers_.push_back({std::string(served.request.id), std::string(served.request.route), std::string(served.problem),
                        served.status, served.received, served.sent, served.complete});
  }
  void failed(const http::Request&, const Error& error) noexcept override { note(error); }
  void connection_opened() noexcept override {}
  void connection_closed() noexcept override {}
  void connection_failed(const IpAddress&, const Error& error) noexcept override { note(error); }
  void exception(const http::Request&, std::string_view what) noexcept override {
    const std::lock_guard lock(mutex_);
    exceptions_.emplace_back(what);
  }

  [[nodiscard]] std::vector<Answer> answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  [[nodiscard]] std::vector<ErrorCode> errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }
  [[nodiscard]] std::vector<std::string> exceptions() const {
    const std::lock_guard lock(mutex_);
    return exceptions_;
  }

 private:
  void note(const Error& error) noexcept {
    const std::lock_guard lock(mutex_);
    errors_.push_back(error.code);
  }
  mutable std::mutex mutex_;
  std::vector<Answer> answers_;
  std::vector<ErrorCode> errors_;
  std::vector<std::string> exceptions_;
};

class HttpServerFixture : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBodyLimit = 1024 * 1024;

  HttpServerFixture() {
    options_.listen.port = 0;
    // The limits of time are so long that no request on a busy machine reaches them; a test of a limit sets it.
    options_.timeouts.header = 2 * kPatience;
    options_.timeouts.stall = 2 * kPatience;
    options_.timeouts.drain = 2 * kPatience;
  }
  ~HttpServerFixture() override {
    gate_.open();
    server_.reset();
  }

  http::Server& start() {
    auto started = http::Server::start(options_, routes(), random_, observer_);
    if (!started) {
      throw std::runtime_error(to_string(started.error()));
    }
    server_ = std::move(*started);
    return *server_;
  }
  [[nodiscard]] RawHttpClient connect() const { return RawHttpClient(server_->port()); }
  // Sends one request on a connection of its own.
  [[nodiscard]] RawAnswer ask(std::string_view request) const {
    RawHttpClient client = connect();
    client.send(request);
    return client.answer();
  }

  // Waits for the observer too, which hears of an answer a moment after the client.
  template <class Condition>
  [[nodiscard]] static bool soon(Condition condition) {
    return eventually(std::move(condition));
  }
  // Drains on a thread of its own; the future is ready when draining has ended.
  [[nodiscard]] std::future<void> drained() {
    return std::async(std::launch::async, [this] { server_->drain(); });
  }

  virtual http::Router routes();

  http::ServerOptions options_;
  FixedRandom random_;
  RecordingObserver observer_;
  Gate gate_;
  async::BoundedPool pool_{{"test", 1, 16}};
  std::unique_ptr<http::Server> server_;
};

// A caller who is told apart by a name alone.
class Tenant final : public http::Caller {
 public:
  explicit Tenant(std::string_view name) : name_(name) {}
  [[nodiscard]] async::Owner owner() const noexcept override { return async::Owner::of(name_); }
  [[nodiscard]] std::string_view account() const noexcept override { return name_; }

 private:
  const std::string name_;
};

namespace handlers {

using http::Request;
using http::Response;

// "GET /hello?x=1 <id> <language>"
inline async::Task<Result<Response>> hello(Request& request) {
  std::string text(name(request.method));
  text.append(" ").append(request.path).append(request.query.empty() ? "" : "?").append(request.query);
  text.append(" ").append(request.id);
  text.append(request.language == http::Language::ja ? " ja\n" : " en\n");
  co_return Response::text(std::move(text));
}

inline async::Task<Result<Response>> echo(Request& request) {
  RAKKAN_CO_TRY(Bytes body, co_await read_all(*request.body, UINT64_MAX));
  Response response;
  response.append(std::move(body));
  co_return response;
}

inline async::Task<Result<Response>> ignore_body(Request&) { co_return Response::text("ignored\n"); }

inline async::Task<Result<Response>> fault(Request&) {
  throw std::runtime_error("a secret that nobody may see");
  co_return Response::text("");
}

inline async::Task<Result<Response>> form(Request& request) {
  RAKKAN_CO_TRY(http::MultipartReader parts, http::MultipartReader::open(request, {"request", "document"}));
  RAKKAN_CO_TRY(const WipedBytes json, co_await parts.field("request", "application/json", 4'096));
  std::size_t seen = 0;
  const std::function<void(ByteView)> arrived = [&](ByteView bytes) { seen += bytes.size(); };
  RAKKAN_CO_TRY(http::DocumentBuffer document,
                co_await parts.document("document", "application/pdf", UINT64_MAX, arrived));
  RAKKAN_CO_CHECK(co_await parts.finish());
  auto owner = std::make_shared<const http::DocumentBuffer>(std::move(document));
  Response response;
  response.header("X-Seen", std::to_string(seen)).append(owner, owner->view()).append(std::string("|tail"));
  co_return response;
}

// Every line of the body as it comes, in upper case.
inline async::Task<Result<Response>> stream(Request& request) {
  Response response;
  response.stream([&request]() -> async::Task<Result<Bytes>> {
    RAKKAN_CO_TRY(const ByteView bytes, co_await request.body->next());
    Bytes upper = copy_of(bytes);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](Byte c) { return c == 'x' ? 'X' : c; });
    co_return upper;
  });
  co_return response;
}

// 8 MiB, more than the sockets' buffers hold.
inline async::Task<Result<Response>> large(Request&) {
  static const auto kBytes = std::make_shared<const Bytes>(8U << 20U, Byte{'a'});
  Response response;
  response.append(kBytes, *kBytes).append(std::string("end"));
  co_return response;
}

}  // namespace handlers

inline http::Router HttpServerFixture::routes() {
  using http::Method;
  using http::Scope;
  http::Router router;
  router.add({Method::get, "/hello", Scope::none, 0, handlers::hello, http::Needs::keys, {"n", "x"}});
  router.add(
      {Method::get, "/items/{id}", Scope::none, 0, [](http::Request& request) { return handlers::hello(request); }});
  router.add({Method::post, "/echo", Scope::none, kBodyLimit, handlers::echo});
  router.add({Method::post, "/ignore", Scope::none, kBodyLimit, handlers::ignore_body});
  router.add({Method::post, "/form", Scope::none, kBodyLimit, handlers::form});
  router.add({Method::post, "/stream", Scope::none, kBodyLimit, handlers::stream});
  router.add({Method::get, "/fault", Scope::none, 0, handlers::fault});
  router.add({Method::get, "/large", Scope::none, 0, handlers::large});
  // Waits on a pool until the gate opens, or its deadline passes in the queue.
  router.add(
      {Method::get, "/wait", Scope::none, 0, [this](http::Request& request) -> async::Task<Result<http::Response>> {
         const auto work = [this]() -> Result<void> {
           gate_.pass();
           return {};
         };
         RAKKAN_CO_CHECK(co_await async::run_on(pool_, work, request.deadline));
         co_return http::Response::text("waited\n");
       }});
  return router;
}

}  // namespace rakkan::test
