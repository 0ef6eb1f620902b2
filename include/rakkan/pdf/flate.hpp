// FlateEncoder writes data for /FlateDecode (ISO 32000-2 §7.4.4, RFC 1950). It keeps its tables from one call to the
// next. Not to be shared between threads.
#pragma once

#include <memory>
#include <optional>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

class FlateEncoder {
 public:
  FlateEncoder();
  ~FlateEncoder();
  FlateEncoder(FlateEncoder&&) noexcept;
  FlateEncoder& operator=(FlateEncoder&&) noexcept;

  // The encoded data; nothing when they have more than `max_size` bytes, which is noticed without encoding the rest.
  [[nodiscard]] std::optional<Bytes> encode(ByteView data, std::size_t max_size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rakkan::pdf
