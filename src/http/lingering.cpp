#include "http/lingering.hpp"

#include <utility>

#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/http/server.hpp"

namespace rakkan::http {

using std::chrono::steady_clock;

void Lingering::keep(Stream::Socket socket) {
  if (ended_) {
    return;
  }
  if (guests_.size() >= kRefusedAtOnce) {
    first_leaves();
  }
  auto guest = std::make_shared<Guest>(Guest{std::move(socket), steady_clock::now() + kLinger});
  guests_.push_back(guest);
  read(guest);
}

void Lingering::tick(steady_clock::time_point now) {
  while (!guests_.empty() && guests_.front()->until < now) {
    first_leaves();
  }
}

void Lingering::end() noexcept {
  ended_ = true;
  while (!guests_.empty()) {
    first_leaves();
  }
}

void Lingering::read(const std::shared_ptr<Guest>& guest) {
  const auto buffer = boost::asio::buffer(thrown_away_);
  guest->socket.async_read_some(buffer, [this, guest](const Stream::Code& error, std::size_t size) {
    secure_wipe(ByteSpan(thrown_away_).first(size));
    guest->received += size;
    if (!error && guest->received < kLingerBytes) {
      read(guest);
      return;
    }
    guests_.remove(guest);
  });
}

// Its read ends with operation_aborted.
void Lingering::first_leaves() noexcept {
  Stream::Code ignored;
  guests_.front()->socket.close(ignored);
  guests_.pop_front();
}

}  // namespace rakkan::http
