#include "rakkan/tsp/serial_source.hpp"

#include <atomic>

namespace rakkan::tsp {
namespace {

constexpr std::size_t kEpochOctets = 8;
constexpr std::size_t kCounterOctets = 6;
constexpr std::size_t kRandomOctets = 5;

void append_big_endian(Bytes& out, std::uint64_t value, std::size_t octets) {
  while (octets-- != 0) {
    out.push_back(static_cast<Byte>(value >> (8 * octets) & 0xFFU));
  }
}

class EpochSerialSource final : public SerialSource {
 public:
  EpochSerialSource(std::uint64_t epoch, RandomSource& random, std::uint64_t first_counter)
      : epoch_(epoch), random_(random), counter_(first_counter) {}

  Result<Bytes> next() override {
    std::uint64_t counter = counter_.load(std::memory_order_relaxed);
    do {
      if (counter >= kSerialsPerEpoch) {
        return fail(ErrorCode::serial_unavailable, "all serial numbers of this epoch are used");
      }
    } while (!counter_.compare_exchange_weak(counter, counter + 1, std::memory_order_relaxed));

    Bytes serial;
    serial.reserve(1 + kEpochOctets + kCounterOctets + kRandomOctets);
    serial.push_back(0x01);  // makes the number positive, and always of the same size
    append_big_endian(serial, epoch_, kEpochOctets);
    append_big_endian(serial, counter, kCounterOctets);
    serial.resize(serial.size() + kRandomOctets);
    if (auto filled = random_.fill(ByteSpan(serial).last(kRandomOctets)); !filled) {
      return fail(Error{ErrorCode::serial_unavailable, "no randomness", {}, std::nullopt, {}}.because(
          std::move(filled).error()));
    }
    return serial;
  }

 private:
  std::uint64_t epoch_;
  RandomSource& random_;
  std::atomic<std::uint64_t> counter_;
};

}  // namespace

std::unique_ptr<SerialSource> make_epoch_serial_source(std::uint64_t epoch, RandomSource& random,
                                                       std::uint64_t first_counter) {
  return std::make_unique<EpochSerialSource>(epoch, random, first_counter);
}

}  // namespace rakkan::tsp
