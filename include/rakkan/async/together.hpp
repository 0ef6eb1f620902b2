// together runs several tasks at the same time, on the executor of the task that waits for them.
//
//   std::vector<async::Task<bool>> tasks;
//   tasks.push_back(ask(first));
//   tasks.push_back(ask(second));
//   const std::vector<bool> answers = co_await async::together(std::move(tasks));
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "rakkan/async/task.hpp"

namespace rakkan::async {

// The results in the order of the tasks, when all of them have ended. An exception of a task is thrown on then; of
// several the first one. The executor has one thread, as those of the server and of block_on.
template <class T>
[[nodiscard]] Task<std::vector<T>> together(std::vector<Task<T>> tasks) {
  std::vector<T> answers;
  if (tasks.empty()) {
    co_return answers;
  }
  std::vector<std::optional<T>> results(tasks.size());
  std::exception_ptr thrown;
  std::size_t running = tasks.size();
  const auto executor = co_await boost::asio::this_coro::executor;
  auto start = [&](const std::function<void(bool)>& all_ended) {
    const auto ended = [&thrown, &running, all_ended](const std::exception_ptr& error) {
      thrown = thrown ? thrown : error;
      if (--running == 0) {
        all_ended(true);
      }
    };
    for (std::size_t i = 0; i < results.size(); ++i) {
      boost::asio::co_spawn(executor, detail::run_into(results[i], std::move(tasks[i])), ended);
    }
  };
  co_await await_answer<bool>(std::move(start));
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  for (std::optional<T>& each : results) {
    answers.push_back(*std::move(each));
  }
  co_return answers;
}

}  // namespace rakkan::async
