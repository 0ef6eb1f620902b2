#include "rakkan/pdf/flate.hpp"

#include <gtest/gtest.h>

#include "pdf/filters.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t value = 1;
  for (Byte& byte : bytes) {
    value = value * 1'664'525 + 1'013'904'223;
    byte = static_cast<Byte>(value >> 24);
  }
  return bytes;
}

Bytes decoded(ByteView data) {
  MemoryUse memory;
  return apply_filter(Filter::flate, data, {}, 64UL << 20, memory).value();
}

TEST(FlateEncoder, WritesWhatTheFilterReads) {
  FlateEncoder encoder;
  for (const Bytes& data :
       {Bytes{}, Bytes{7}, Bytes(100'000, Byte{' '}), noise(1500), noise(300'000), Bytes{1, 2, 3}}) {
    const auto encoded = encoder.encode(data, 1UL << 20);
    ASSERT_TRUE(encoded.has_value());
    EXPECT_EQ(decoded(*encoded), data);
  }
}

TEST(FlateEncoder, StopsAtTheLargestSize) {
  FlateEncoder encoder;
  const Bytes data = noise(50'000);
  const std::size_t size = encoder.encode(data, 1UL << 20).value().size();
  EXPECT_TRUE(encoder.encode(data, size).has_value());
  EXPECT_FALSE(encoder.encode(data, size - 1).has_value());
  EXPECT_FALSE(encoder.encode(data, 100).has_value());
  EXPECT_FALSE(encoder.encode(data, 0).has_value());
  EXPECT_EQ(decoded(encoder.encode(data, size).value()), data) << "afterwards the encoder starts afresh";
}

}  // namespace
}  // namespace rakkan::pdf
