#include "http/silence.hpp"

#include "http/connection.hpp"

namespace rakkan::http {
namespace {

// Silent connections into which a request is arriving at this moment are passed over; at most this many are looked at.
constexpr int kMostLooks = 8;

Connection* first_in(const std::list<Connection*>& list) noexcept {
  int looks = 0;
  for (Connection* connection : list) {
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

void Silence::Place::begin(bool had_request) noexcept {
  if (in_ == nullptr) {
    in_ = had_request ? &of_.at_rest_ : &of_.never_heard_;
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
  Connection* found = first_in(never_heard_);
  return found != nullptr ? found : first_in(at_rest_);
}

}  // namespace rakkan::http
