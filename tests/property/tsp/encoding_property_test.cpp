// Requests, TSTInfos and rejections of any content are read back as they were written.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::tsp {
namespace {

// All values alike from the first case on, unlike rapidcheck by itself.
template <class T>
T any_in(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

bool any_bool() { return any_in(0, 2) == 1; }

Bytes any_bytes(std::size_t size) {
  Bytes bytes(size);
  std::generate(bytes.begin(), bytes.end(), [] { return static_cast<Byte>(any_in(0, 256)); });
  return bytes;
}

// Minimal two's complement content octets of any sign.
Bytes any_integer(std::size_t max_size) {
  Bytes content = any_bytes(any_in<std::size_t>(1, max_size + 1));
  const bool padded =
      content.size() > 1 && ((content[0] == 0x00 && content[1] < 0x80) || (content[0] == 0xFF && content[1] >= 0x80));
  if (padded) {
    content[0] = 0x01;
  }
  return content;
}

der::Oid any_oid() {
  std::string dotted = "1." + std::to_string(any_in(0, 40));
  for (int arcs = any_in(0, 6); arcs > 0; --arcs) {
    dotted += "." + std::to_string(any_in(0, 1 << 30));
  }
  return der::Oid::from_dotted(dotted).value();
}

MessageImprint any_imprint() { return {any_oid(), any_bytes(any_in<std::size_t>(0, 100)), any_bool()}; }

template <class T, class Make>
std::optional<T> perhaps(const Make& make) {
  return any_bool() ? std::optional<T>(make()) : std::nullopt;
}

RC_GTEST_PROP(TimestampRequestProperty, IsReadBackAsWritten, ()) {
  TimestampRequest request;
  request.version = any_in<std::uint64_t>(0, 1000);
  request.message_imprint = any_imprint();
  request.policy = perhaps<der::Oid>(any_oid);
  request.nonce = perhaps<Bytes>([] { return any_integer(64); });
  request.certificate_requested = any_bool();
  const Bytes der = request.encode();
  const auto read = TimestampRequest::parse(der);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->version == request.version);
  RC_ASSERT(read->message_imprint == request.message_imprint);
  RC_ASSERT(read->policy == request.policy);
  RC_ASSERT(read->nonce == request.nonce);
  RC_ASSERT(read->certificate_requested == request.certificate_requested);
  RC_ASSERT(read->encode() == der);
}

RC_GTEST_PROP(TstInfoProperty, IsReadBackAsWritten, ()) {
  TstInfo info;
  info.policy = any_oid();
  info.message_imprint = any_imprint();
  info.serial_number = any_integer(20);
  // Year 1 to 9999.
  info.generation_time =
      Instant{std::chrono::milliseconds{any_in<std::int64_t>(-62'135'596'800'000, 253'402'300'800'000)}};
  info.accuracy = perhaps<Accuracy>([] {
    return Accuracy{any_in<std::uint32_t>(0, 3), any_in<std::uint16_t>(0, 1000), any_in<std::uint16_t>(0, 1000)};
  });
  info.ordering = any_bool();
  info.nonce = perhaps<Bytes>([] { return any_integer(64); });
  const Bytes der = info.encode();
  const auto read = TstInfo::parse(der);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->policy == info.policy);
  RC_ASSERT(read->message_imprint == info.message_imprint);
  RC_ASSERT(read->serial_number == info.serial_number);
  RC_ASSERT(read->generation_time == info.generation_time);
  RC_ASSERT(read->accuracy == info.accuracy);
  RC_ASSERT(read->ordering == info.ordering);
  RC_ASSERT(read->nonce == info.nonce);
  RC_ASSERT(read->encode() == der);
}

RC_GTEST_PROP(RejectionProperty, IsReadBackAsWritten, ()) {
  const Bytes letters = any_bytes(any_in<std::size_t>(0, 300));
  std::string text;
  std::transform(letters.begin(), letters.end(), std::back_inserter(text),
                 [](Byte b) { return static_cast<char>('a' + b % 26); });
  const auto read = parse_response(encode_rejection({any_in<std::uint64_t>(2, 6), PkiFailureInfo::bad_request, text}));
  RC_ASSERT(read.has_value());
  RC_ASSERT(std::get<Rejection>(*read).text == text);
  RC_ASSERT(std::get<Rejection>(*read).failure_info == PkiFailureInfo::bad_request);
}

}  // namespace
}  // namespace rakkan::tsp
