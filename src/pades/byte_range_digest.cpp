// Step 3 of the signing line: the digest over the two spans, without a copy of the base.
#include "rakkan/pades/prepared_revision.hpp"

namespace rakkan::pades {
namespace {

// TailSpans are the parts of the tail before and after /Contents.
struct TailSpans {
  ByteView before;
  ByteView after;
};
TailSpans tail_spans(const PreparedRevision& prepared) {
  const ByteView tail = prepared.tail();
  const auto contents = static_cast<std::size_t>(prepared.byte_range().first_length - prepared.base_size());
  const auto length = static_cast<std::size_t>(prepared.byte_range().second_length);
  return {tail.first(contents), tail.last(length)};
}

}  // namespace

crypto::Digest digest_byte_range(ByteView base, const PreparedRevision& prepared, crypto::DigestAlgorithm algorithm) {
  const TailSpans spans = tail_spans(prepared);
  return crypto::digest(algorithm, {base, spans.before, spans.after});
}

crypto::Digest digest_byte_range(const crypto::Hasher& base_state, const PreparedRevision& prepared) {
  const TailSpans spans = tail_spans(prepared);
  crypto::Hasher hasher = base_state.clone();
  hasher.update(spans.before);
  hasher.update(spans.after);
  return hasher.finish();
}

}  // namespace rakkan::pades
