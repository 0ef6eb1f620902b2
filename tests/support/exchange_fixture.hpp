// ExchangeFixture: a loop of exchanges with names of the test's own, and callers that wait without a thread each.
//
//   options.allowed_origins = {server.url()};
//   EXPECT_THAT(ask(get(server.url())), IsOk());               // makes the loop at the first use
//   auto later = start(get(server.url()));  …  later.get()
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rakkan/async/task.hpp"
#include "rakkan/fetch/exchange.hpp"
#include "support/eventually.hpp"
#include "support/result_matchers.hpp"
#include "support/scripted_server.hpp"

namespace rakkan::test {

// Callers run tasks on one thread.
class Callers {
 public:
  Callers() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;
  ~Callers() {
    work_.reset();
    thread_.join();
  }
  template <class T>
  std::future<T> start(async::Task<T> task) {
    auto promise = std::make_shared<std::promise<T>>();
    std::future<T> result = promise->get_future();
    boost::asio::co_spawn(context_, keep(std::move(task), promise), [](const std::exception_ptr& thrown) {
      if (thrown) {
        std::rethrow_exception(thrown);
      }
    });
    return result;
  }

 private:
  template <class T>
  static async::Task<> keep(async::Task<T> task, std::shared_ptr<std::promise<T>> promise) {
    T value = co_await std::move(task);
    promise->set_value(std::move(value));
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

// Names and addresses as a test wants them; other names have none.
class FakeResolver final : public fetch::NameResolver {
 public:
  void resolve(const std::string& host, Answer answer) override {
    const std::unique_lock lock(mutex_);
    ++asked_[host];
    if (hanging_.contains(host)) {
      waiting_.push_back(std::move(answer));
      return;
    }
    if (failures_[host] > 0) {
      --failures_[host];
      answer(fail(ErrorCode::server_unreachable, "no address, this time"));
      return;
    }
    const auto found = addresses_.find(host);
    found == addresses_.end() ? answer(fail(ErrorCode::server_unreachable, "no address of the host"))
                              : answer(found->second);
  }
  void knows(const std::string& host, const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    for (const std::string& address : addresses) {
      addresses_[host].push_back(*IpAddress::parse(address));
    }
  }
  void forgets(const std::string& host) {
    const std::lock_guard lock(mutex_);
    addresses_.erase(host);
  }
  void hangs_for(const std::string& host) {
    const std::lock_guard lock(mutex_);
    hanging_.insert(host);
  }
  void fails_first(const std::string& host, int times) {
    const std::lock_guard lock(mutex_);
    failures_[host] = times;
  }
  [[nodiscard]] int asked(const std::string& host) const {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(host);
    return found == asked_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<IpAddress>> addresses_;
  std::map<std::string, int> asked_;
  std::map<std::string, int> failures_;
  std::set<std::string> hanging_;
  std::vector<Answer> waiting_;  // never answered
};

class ExchangeFixture : public testing::Test {
 protected:
  using Answer = Result<fetch::SharedResponse>;

  ExchangeFixture() {
    options.retry_pause = std::chrono::milliseconds(2);
    options.breaker_failures = 1'000;  // tests of the breaker set their own
  }

  ~ExchangeFixture() override {
    if (loop_) {
      loop_->stop();  // callers that a test left waiting go on
    }
  }

  fetch::ExchangeLoop& loop() {
    if (!loop_) {
      auto made = fetch::ExchangeLoop::create(options, resolver);
      if (!made) {
        throw std::runtime_error(to_string(made.error()));
      }
      loop_ = *std::move(made);
    }
    return *loop_;
  }
  // A request by GET that may be repeated, to a server whose address need not be public.
  static fetch::Exchange get(const std::string& url) {
    return {.url = url,
            .timeout = kPatience,
            .connect_timeout = kPatience,
            .idempotent = true,
            .own_origin = true,
            .max_redirects = 3,
            .purpose = {fetch::ExchangeKind::crl, "signer", "CN=Yamada", "CN=Test CA"}};
  }
  static fetch::Exchange post(const std::string& url, std::string_view body) {
    return {.method = "POST",
            .url = url,
            .headers = {{"Content-Type", "text/plain"}},
            .body = copy_of(bytes_of(body)),
            .timeout = kPatience,
            .connect_timeout = kPatience,
            .own_origin = true};
  }
  // The same as a certificate or a redirect would ask it.
  static fetch::Exchange by_certificate(fetch::Exchange exchange) {
    exchange.own_origin = false;
    return exchange;
  }
  Answer ask(fetch::Exchange exchange, std::chrono::milliseconds within = kPatience, async::Owner owner = {}) {
    return async::block_on(loop().exchange(std::move(exchange), async::deadline_in(within), owner));
  }
  std::future<Answer> start(fetch::Exchange exchange, std::chrono::milliseconds within = kPatience,
                            async::Owner owner = {}) {
    return callers_.start(loop().exchange(std::move(exchange), async::deadline_in(within), owner));
  }

  fetch::Options options;
  std::shared_ptr<FakeResolver> resolver = std::make_shared<FakeResolver>();

 private:
  std::unique_ptr<fetch::ExchangeLoop> loop_;
  Callers callers_;  // ends first: its tasks use the loop
};

}  // namespace rakkan::test
