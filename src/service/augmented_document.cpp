// The form in which an augmentation's answer is kept: the length of the facts in eight bytes, big-endian, the facts,
// the tail.
#include "rakkan/service/augmentation.hpp"

namespace rakkan::service {
namespace {

constexpr std::size_t kLength = 8;

}  // namespace

Bytes AugmentedDocument::encode() const {
  Bytes kept;
  kept.reserve(kLength + facts.size() + tail.size());
  for (std::size_t shift = 8 * kLength; shift > 0; shift -= 8) {
    kept.push_back(static_cast<Byte>(static_cast<std::uint64_t>(facts.size()) >> (shift - 8)));
  }
  append(kept, facts);
  append(kept, tail);
  return kept;
}

Result<AugmentedDocument> AugmentedDocument::decode(ByteView kept) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLength && kept.size() >= kLength; ++i) {
    length = length << 8 | kept[i];
  }
  if (kept.size() < kLength || length > kept.size() - kLength) {
    return fail(ErrorCode::store_corrupt, "the kept answer of an augmentation is cut short");
  }
  const ByteView rest = kept.subspan(kLength);
  return AugmentedDocument{copy_of(rest.subspan(length)), std::string(text_of(rest.first(length)))};
}

}  // namespace rakkan::service
