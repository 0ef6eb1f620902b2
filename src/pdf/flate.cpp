#include "rakkan/pdf/flate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace rakkan::pdf {
namespace {

constexpr std::size_t kFirstRoom = 4096;

}  // namespace

struct FlateEncoder::State {
  State() {
    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  z_stream stream{};
};

FlateEncoder::FlateEncoder() : state_(std::make_unique<State>()) {}
FlateEncoder::~FlateEncoder() = default;
FlateEncoder::FlateEncoder(FlateEncoder&&) noexcept = default;
FlateEncoder& FlateEncoder::operator=(FlateEncoder&&) noexcept = default;

std::optional<Bytes> FlateEncoder::encode(ByteView data, std::size_t max_size) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  z_stream& stream = state_->stream;
  deflateReset(&stream);
  Bytes out(std::min(max_size, std::max(kFirstRoom, data.size() / 2)));
  std::size_t produced = 0;
  while (true) {
    const std::size_t given = std::min(data.size(), kMost);
    const std::size_t room = std::min(out.size() - produced, kMost);
    stream.next_in = const_cast<Bytef*>(data.data());  // zlib does not write to its input
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = out.data() + produced;
    stream.avail_out = static_cast<uInt>(room);
    const int status = deflate(&stream, given == data.size() ? Z_FINISH : Z_NO_FLUSH);
    data = data.subspan(given - stream.avail_in);
    produced += room - stream.avail_out;
    if (status == Z_STREAM_END) {
      out.resize(produced);
      return out;
    }
    if (produced == out.size()) {
      if (out.size() == max_size) {
        return std::nullopt;
      }
      out.resize(std::min(max_size, out.size() * 2));
    }
  }
}

}  // namespace rakkan::pdf
