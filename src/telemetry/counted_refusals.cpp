#include "rakkan/telemetry/counted_refusals.hpp"

#include <new>

namespace rakkan::telemetry {

CountedRefusals::~CountedRefusals() { flush(Time::max()); }

bool CountedRefusals::takes(ErrorCode code, const IpAddress& peer, std::string_view tenant, Time now) noexcept {
  OfError& of_error = of_errors_[static_cast<std::size_t>(code)];
  const std::scoped_lock lock(of_error.mutex);
  try {
    auto found = of_error.windows.find(tenant);
    if (found == of_error.windows.end() && of_error.windows.size() >= kMostTenants) {
      found = of_error.windows.find("");
    }
    if (found == of_error.windows.end()) {
      const bool has_place = of_error.windows.size() < kMostTenants;
      of_error.windows.try_emplace(std::string(has_place ? tenant : ""), Window{now, 0, {}});
      return true;
    }
    Window& window = found->second;
    ++window.times;
    if (window.addresses.size() < kMostAddresses) {
      window.addresses.insert(peer);
    }
    return false;
  } catch (const std::bad_alloc&) {
    return false;  // only an address, or the line of a first refusal, is lost
  }
}

void CountedRefusals::flush(Time now) noexcept {
  for (std::size_t i = 0; i < of_errors_.size(); ++i) {
    OfError& of_error = of_errors_[i];
    const std::scoped_lock lock(of_error.mutex);
    for (auto place = of_error.windows.begin(); place != of_error.windows.end();) {
      Window& window = place->second;
      if (now - window.begin < kWindow) {
        ++place;
        continue;
      }
      // A window with counts is followed by another one, so that the next request of a flood gets no line of its own.
      if (window.times == 0) {
        place = of_error.windows.erase(place);
        continue;
      }
      write(static_cast<ErrorCode>(i), place->first, window);
      window = Window{now, 0, {}};
      ++place;
    }
  }
}

void CountedRefusals::write(ErrorCode code, std::string_view tenant, const Window& window) noexcept {
  const ErrorRow& known = row(code);
  const std::uint64_t addresses = window.addresses.size();
  const bool more = addresses >= kMostAddresses;
  const std::string_view message = "requests were refused";
  if (tenant.empty()) {
    log_->write(known.log_level, message,
                {{"error", known.slug}, {"times", window.times}, {"addresses", addresses}, {"more_addresses", more}});
    return;
  }
  log_->write(known.log_level, message,
              {{"error", known.slug},
               {"tenant", tenant},
               {"times", window.times},
               {"addresses", addresses},
               {"more_addresses", more}});
}

}  // namespace rakkan::telemetry
