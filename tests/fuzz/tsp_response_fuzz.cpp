// A TimeStampResp or a TSTInfo from outside survives being written again; asking a token whether it verifies is safe.
#include <cstdlib>

#include "rakkan/tsp/timestamp_token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::tsp;
  const auto survives = [](const TstInfo& info) {
    const auto again = TstInfo::parse(info.encode());
    return again && again->policy == info.policy && again->message_imprint == info.message_imprint &&
           again->serial_number == info.serial_number && again->generation_time == info.generation_time &&
           again->accuracy == info.accuracy && again->ordering == info.ordering && again->nonce == info.nonce &&
           again->tsa_name == info.tsa_name;
  };
  if (const auto info = TstInfo::parse({data, size}); info && !survives(*info)) {
    std::abort();
  }
  const auto response = parse_response({data, size});
  if (!response) {
    return 0;
  }
  if (const auto* token = std::get_if<TimestampToken>(&*response)) {
    static_cast<void>(token->verify_signature());
    return survives(token->info()) ? 0 : (std::abort(), 1);
  }
  const auto again = parse_response(encode_rejection(std::get<Rejection>(*response)));
  return again && std::get<Rejection>(*again).failure_info == std::get<Rejection>(*response).failure_info
             ? 0
             : (std::abort(), 1);
}
