#include "pades/contents_element.hpp"

namespace rakkan::pades {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr std::size_t kMaxTag = 5;     // octets
constexpr std::size_t kMaxLength = 8;  // octets behind the first

struct Header {
  std::size_t size = 0;               // octets of tag and length
  std::optional<std::size_t> length;  // of the content; nothing: indefinite
};

std::optional<Header> header_at(ByteView bytes) noexcept {
  std::size_t at = 1;
  if (bytes.empty()) {
    return std::nullopt;
  }
  if ((bytes[0] & 0x1f) == 0x1f) {  // a tag of several octets
    while (at < bytes.size() && at < kMaxTag && (bytes[at] & 0x80) != 0) {
      ++at;
    }
    ++at;
  }
  if (at >= bytes.size() || at > kMaxTag) {
    return std::nullopt;
  }
  const Byte first = bytes[at++];
  if (first < 0x80) {
    return Header{at, first};
  }
  const std::size_t octets = first & 0x7f;
  const bool constructed = (bytes[0] & 0x20) != 0;
  if (octets == 0) {
    return constructed ? std::optional(Header{at, std::nullopt}) : std::nullopt;
  }
  if (octets > kMaxLength || octets > bytes.size() - at) {
    return std::nullopt;
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < octets; ++i) {
    length = length << 8 | bytes[at++];
  }
  const auto fits = checked_cast<std::size_t>(length);
  return fits ? std::optional(Header{at, fits}) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> element_size(ByteView bytes) noexcept {
  std::size_t at = 0;
  unsigned open = 0;  // elements of indefinite length around the current place
  do {
    const ByteView rest = bytes.subspan(at);
    if (open != 0 && rest.size() >= 2 && rest[0] == 0 && rest[1] == 0) {
      at += 2;
      --open;
      continue;
    }
    const auto header = header_at(rest);
    if (!header) {
      return std::nullopt;
    }
    at += header->size;
    if (!header->length) {
      if (++open > kMaxDepth) {
        return std::nullopt;
      }
      continue;
    }
    if (*header->length > bytes.size() - at) {
      return std::nullopt;
    }
    at += *header->length;
  } while (open != 0);
  return at;
}

}  // namespace rakkan::pades
