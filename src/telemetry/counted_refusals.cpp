#include "rakkan/telemetry/counted_refusals.hpp"

#include <new>

namespace rakkan::telemetry {

CountedRefusals::~CountedRefusals() { flush(Time::max()); }

bool CountedRefusals::takes(ErrorCode code, const IpAddress& peer, Time now) noexcept {
  Window& window = windows_[static_cast<std::size_t>(code)];
  const std::scoped_lock lock(window.mutex);
  if (!window.open) {
    window.open = true;
    window.begin = now;
    return true;
  }
  ++window.times;
  if (window.addresses.size() < kMostAddresses) {
    try {
      window.addresses.insert(peer);
    } catch (const std::bad_alloc&) {  // the refusal is counted all the same, only its address is not
    }
  }
  return false;
}

void CountedRefusals::flush(Time now) noexcept {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    Window& window = windows_[i];
    const std::scoped_lock lock(window.mutex);
    if (!window.open || now - window.begin < kWindow) {
      continue;
    }
    // A window with counts is followed by another one, so that the next request of a flood gets no line of its own.
    window.open = window.times > 0;
    if (window.open) {
      write(static_cast<ErrorCode>(i), window);
      window.begin = now;
      window.times = 0;
      window.addresses.clear();
    }
  }
}

void CountedRefusals::write(ErrorCode code, Window& window) noexcept {
  const ErrorRow& known = row(code);
  log_->write(known.log_level, "requests were refused",
              {{"error", known.slug},
               {"times", window.times},
               {"addresses", std::uint64_t{window.addresses.size()}},
               {"more_addresses", window.addresses.size() >= kMostAddresses}});
}

}  // namespace rakkan::telemetry
