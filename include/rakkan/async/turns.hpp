// Turns lets coroutines go on in turns of their owners. An executor runs what is ready in the order it became ready: a
// request that leaves its thread five times would wait five times behind all that the busiest owner has ready. A
// coroutine whose answer has come stands in the lane of its owner instead, and the lanes are served one after another.
// One Turns belongs to each execution context, of which it is a service; callers come from any thread.
#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "rakkan/async/owner.hpp"

namespace rakkan::async {

class Turns final : public boost::asio::execution_context::service {
 public:
  using key_type = Turns;
  static boost::asio::execution_context::id id;

  explicit Turns(boost::asio::execution_context& context) : service(context) {}

  // Calls `go_on` on the executor, whose context is this one's, in a turn of the owner's. Those of one owner are called
  // in their order.
  template <class Executor>
  void post(const Executor& executor, Owner owner, std::function<void()> go_on) {
    enter(owner, std::move(go_on));
    boost::asio::post(executor, [this] { serve_next(); });
  }

  // The number of owners that are remembered.
  [[nodiscard]] std::size_t lanes() const;

 private:
  using Lane = std::deque<std::function<void()>>;

  void shutdown() noexcept override;  // drops what is ready, with all that it owns
  void enter(Owner owner, std::function<void()> go_on);
  // There is one call for each entry, so that none finds the lanes empty.
  void serve_next();

  mutable std::mutex mutex_;
  std::unordered_map<Owner, Lane, Owner::Hash> lanes_;  // some of them are empty
  std::deque<Lane*> line_;  // the lanes that are not empty; a lane that had a turn stands behind the others
};

}  // namespace rakkan::async
