#include "rakkan/pades/kept_revision.hpp"

#include "rakkan/base/hex.hpp"

namespace rakkan::pades {

KeptRevision KeptRevision::of(const PreparedRevision& prepared) {
  KeptRevision kept;
  kept.reserve = prepared.reserve();
  kept.base_size = prepared.base_size();
  kept.byte_range = prepared.byte_range();
  kept.field_name = prepared.field_name();
  kept.digits_at = kept.byte_range.first_length + 1 - kept.base_size;  // behind '<'
  const auto at = static_cast<std::size_t>(kept.digits_at);
  const ByteView tail = prepared.tail();
  kept.own.reserve(tail.size() - 2 * kept.reserve);
  append(kept.own, tail.first(at));
  append(kept.own, tail.subspan(at + 2 * kept.reserve));
  return kept;
}

Result<Bytes> embed(const KeptRevision& kept, ByteView cms) {
  if (cms.size() > kept.reserve) {
    return fail(ErrorCode::cms_larger_than_reserved,
                std::to_string(cms.size()) + " bytes for a reserve of " + std::to_string(kept.reserve));
  }
  if (kept.digits_at > kept.own.size()) {
    return fail(ErrorCode::invalid_argument, "the signature's place is outside of its revision");
  }
  const auto at = static_cast<std::size_t>(kept.digits_at);
  const ByteView own(kept.own);
  Bytes tail;
  tail.reserve(own.size() + 2 * kept.reserve);
  append(tail, own.first(at));
  append(tail, std::string_view(to_hex(cms)));
  tail.resize(at + 2 * kept.reserve, static_cast<Byte>('0'));
  append(tail, own.subspan(at));
  return tail;
}

}  // namespace rakkan::pades
