// Whole sign-then-read: whatever opens and prepares must reopen with one more exact signature, twice in a row.
#include <cstdio>
#include <cstdlib>

#include "support/sign_round_trip.hpp"

namespace {

rakkan::Bytes signed_or_nothing(rakkan::ByteView base) {
  rakkan::test::RoundTrip trip = rakkan::test::sign_round_trip(base);
  if (!trip.violation.empty()) {
    std::fprintf(stderr, "%s\n", trip.violation.c_str());
    std::abort();
  }
  return std::move(trip.document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rakkan::Bytes once = signed_or_nothing({data, size});
  if (!once.empty() && signed_or_nothing(once).empty()) {
    std::fprintf(stderr, "a second signature is refused\n");
    std::abort();
  }
  return 0;
}
