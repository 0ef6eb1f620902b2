// Task is a coroutine on an Asio executor (one thread of the server, or block_on's own). Work leaves that thread by
// run_on(pool, fn) and comes back to it. Beside together.hpp, turns.hpp and http's, no header of Rakkan names Asio.
//
// GCC 12 destroys some temporaries of a co_await expression twice: give every argument a name first.
//
//   const auto sign = [&] { return signer.sign(suite, digest); };
//   RAKKAN_CO_TRY(const Bytes signature, co_await async::run_on(hsm, sign, deadline));
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/async/turns.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::async {

// Waits for an answer that comes by a callback: start(answer) is called at once on this thread; `answer`
// (std::function<void(R)>) is called exactly once, at any time, on any thread. The coroutine goes on where it was, in a
// turn of the owner's.
template <class R, class Start>
[[nodiscard]] Task<R> await_answer(Start start, Owner owner = {}) {
  auto initiate = [start = std::move(start), owner](auto handler) mutable {
    using Handler = decltype(handler);
    struct Waiting {
      Handler go_on;
      std::optional<R> answer;
    };
    auto waiting = std::make_shared<Waiting>(Waiting{std::move(handler), std::nullopt});
    auto executor = boost::asio::prefer(boost::asio::get_associated_executor(waiting->go_on),
                                        boost::asio::execution::outstanding_work.tracked);
    Turns& turns = boost::asio::use_service<Turns>(boost::asio::query(executor, boost::asio::execution::context));
    start(std::function<void(R)>([waiting, executor, &turns, owner](R answer) {
      waiting->answer.emplace(std::move(answer));
      turns.post(executor, owner, [waiting] { std::move(waiting->go_on)(*std::move(waiting->answer)); });
    }));
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(R)>(
      initiate, boost::asio::use_awaitable);
}

// Runs fn (returning Result<T>) on the pool. overloaded and shutting_down at once, deadline_exceeded when it did not
// start in time; an exception of fn becomes the error internal. The coroutine's frame outlives fn's run.
template <class Fn>
[[nodiscard]] Task<std::invoke_result_t<Fn>> run_on(BoundedPool& pool, Fn fn, Deadline deadline, Owner owner = {}) {
  using R = std::invoke_result_t<Fn>;
  auto start = [&pool, &fn, deadline, owner](std::function<void(R)> answer) {
    auto once = std::make_shared<detail::CallbackAnswer<R>>(std::move(answer));
    const Result<void> accepted = pool.submit(
        [once, &fn](Result<void> started) { once->give(started ? fn() : R(fail(std::move(started).error()))); },
        deadline, owner);
    if (!accepted) {
      once->give(fail(accepted.error()));
    }
  };
  co_return co_await await_answer<R>(std::move(start), owner);
}

namespace detail {

// co_spawn needs results with a default constructor; the optional makes T do without one.
template <class T>
Task<> run_into(std::optional<T>& result, Task<T> task) {
  result.emplace(co_await std::move(task));
}

}  // namespace detail

// Runs a task to its end on the calling thread: for programs without a server. An exception of the task is thrown on.
template <class T>
T block_on(Task<T> task) {
  boost::asio::io_context context{1};
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, detail::run_into(result, std::move(task)),
                        [&](std::exception_ptr error) { thrown = std::move(error); });
  context.run();
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  return std::move(*result);
}

}  // namespace rakkan::async

// RAKKAN_TRY and RAKKAN_CHECK inside a Task<Result<T>>.
#define RAKKAN_CO_TRY_IMPL(result, declaration, expression)                 \
  auto result = (expression);                                               \
  if (!result.has_value()) {                                                \
    co_return ::tl::unexpected<::rakkan::Error>(std::move(result).error()); \
  }                                                                         \
  declaration = *std::move(result)
#define RAKKAN_CO_TRY(declaration, expression) \
  RAKKAN_CO_TRY_IMPL(RAKKAN_CONCAT(rakkan_result_, __LINE__), declaration, expression)
#define RAKKAN_CO_CHECK(expression)                                                 \
  do {                                                                              \
    if (auto rakkan_check = (expression); !rakkan_check.has_value()) {              \
      co_return ::tl::unexpected<::rakkan::Error>(std::move(rakkan_check).error()); \
    }                                                                               \
  } while (false)
