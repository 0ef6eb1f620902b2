#include "rakkan/async/turns.hpp"

#include <utility>

namespace rakkan::async {
namespace {

// Beyond this number of lanes, those of owners that have nothing ready are forgotten.
constexpr std::size_t kManyLanes = 1'024;

}  // namespace

boost::asio::execution_context::id Turns::id;

std::size_t Turns::lanes() const {
  const std::lock_guard lock(mutex_);
  return lanes_.size();
}

// A dropped entry may own a coroutine, whose end may bring other answers: they are dropped in the next round.
void Turns::shutdown() noexcept {
  for (bool dropped = true; dropped;) {
    std::unordered_map<Owner, Lane, Owner::Hash> lanes;
    {
      const std::lock_guard lock(mutex_);
      dropped = !line_.empty();
      line_.clear();
      lanes.swap(lanes_);
    }
  }
}

void Turns::enter(Owner owner, std::function<void()> go_on) {
  const std::lock_guard lock(mutex_);
  if (lanes_.size() >= kManyLanes && !lanes_.contains(owner)) {
    std::erase_if(lanes_, [](const auto& lane) { return lane.second.empty(); });
  }
  Lane& lane = lanes_[owner];  // stays at its address
  lane.push_back(std::move(go_on));
  if (lane.size() == 1) {
    line_.push_back(&lane);
  }
}

void Turns::serve_next() {
  std::function<void()> go_on;
  {
    const std::lock_guard lock(mutex_);
    Lane& lane = *line_.front();
    go_on = std::move(lane.front());
    lane.pop_front();
    line_.pop_front();
    if (!lane.empty()) {
      line_.push_back(&lane);
    }
  }
  go_on();
}

}  // namespace rakkan::async
