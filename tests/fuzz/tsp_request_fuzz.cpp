// A TimeStampReq from outside: what is read is written again the same; the unit always answers, and grants only what it
// signed for that very request.
#include <cstdlib>

#include "support/test_tsu.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  static test::TestAuthority authority;
  static test::TestTsu unit(authority);
  const ByteView input(data, size);
  const auto request = tsp::TimestampRequest::parse(input);
  if (request && request->extensions.empty() && !equal(request->encode(), input)) {
    std::abort();
  }
  const auto answer = tsp::parse_response(test::respond(*unit.tsu, input));
  if (!answer) {
    std::abort();
  }
  if (const auto* token = std::get_if<tsp::TimestampToken>(&*answer)) {
    if (!request || !token->matches(*request) || !token->verify_signature({unit.identity.certificate})) {
      std::abort();
    }
  }
  return 0;
}
