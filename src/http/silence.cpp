#include "http/silence.hpp"

#include "http/connection.hpp"

namespace rakkan::http {
namespace {

// Silent connections into which a request is arriving at this moment are passed over; at most this many are looked at.
// Connections that gave way a moment ago and are not gone yet are passed over without being counted.
constexpr int kMostLooks = 8;

Connection* first_in(const std::list<Connection*>& list) noexcept {
  int looks = 0;
  for (Connection* connection : list) {
    if (connection->gave_way()) {
      continue;
    }
    if (++looks > kMostLooks) {
      break;
    }
    if (connection->may_give_way()) {
      return connection;
    }
  }
  return nullptr;
}

}  // namespace

void Silence::Place::begin(Kind kind) noexcept {
  if (in_ == nullptr) {
    in_ = &of_.silent_.at(static_cast<std::size_t>(kind));
    at_ = node_.begin();
    in_->splice(in_->end(), node_);
  }
}

void Silence::Place::end() noexcept {
  if (in_ != nullptr) {
    node_.splice(node_.begin(), *in_, at_);
    in_ = nullptr;
  }
}

Connection* Silence::first_to_go() noexcept {
  for (const std::list<Connection*>& kind : silent_) {
    if (Connection* const found = first_in(kind)) {
      return found;
    }
  }
  return nullptr;
}

}  // namespace rakkan::http
