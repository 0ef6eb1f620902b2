#include "rakkan/service/resumption.hpp"

#include <pthread.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/service/signing_service.hpp"

namespace rakkan::service {
namespace {

constexpr std::chrono::milliseconds kRound{250};

}  // namespace

struct Resumption::Impl {
  explicit Impl(SigningService& service) : signing(service), pause(context), thread([this] { run(); }) {}

  ~Impl() {
    boost::asio::post(context, [this] {
      ending = true;
      pause.cancel();
    });
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void run() {
    ::pthread_setname_np(::pthread_self(), "resumption");
    boost::asio::co_spawn(context, rounds(), boost::asio::detached);
    context.run();  // until the rounds have ended, and the tries that they began
  }

  async::Task<> rounds() {
    while (!ending) {
      while (working < kAtOnce) {
        ++working;
        // A try that throws counts as one that failed (PendingBook::Turn).
        boost::asio::co_spawn(context, work(), [this](const std::exception_ptr& /*fault*/) { --working; });
      }
      pause.expires_after(kRound);
      co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
  }

  async::Task<> work() {
    bool more = true;
    while (more && !ending) {
      more = co_await signing.resume_next();
    }
  }

  SigningService& signing;
  // All that follows is used on the thread alone, but for posting to the context.
  boost::asio::io_context context{1};
  boost::asio::steady_timer pause;
  bool ending = false;
  unsigned working = 0;
  std::thread thread;  // the last member, since it uses the others
};

Resumption::Resumption(SigningService& signing) : impl_(std::make_unique<Impl>(signing)) {}
Resumption::~Resumption() = default;

}  // namespace rakkan::service
