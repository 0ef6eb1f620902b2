#include "gather/signed_spans.hpp"

namespace rakkan::gather {

SignedSpans::SignedSpans(const pdf::History& history, const pades::FileSignature& found) {
  const auto& range = found.coverage.byte_range;
  if (!range) {
    return;
  }
  const pdf::DocumentBytes& file = history.file();
  const std::uint64_t end = checked_add(range->second_offset, range->second_length).value_or(range->second_offset);
  spans_ = {file.joined(0, range->first_length, storage_[0]), file.joined(range->second_offset, end, storage_[1])};
}

cms::SignedContent SignedSpans::content() const {
  return spans_.empty() ? cms::SignedContent() : cms::SignedContent::of(spans_);
}

SignedPart SignedSpans::part_of(const PdfSignature& one, const Id& id) const {
  SignedPart part;
  part.id = id;
  part.field = one.found.signature.field_name;
  if (spans_.size() == 2) {
    // Views into the file itself, which is one run of memory.
    part.before = spans_[0];
    part.behind = spans_[1];
  }
  part.end = one.found.coverage.counts() ? one.found.coverage.end : 0;
  part.message = one.found.contents;
  if (one.message) {
    for (const cms::MessageSigner& signer : one.message->signers()) {
      for (const cms::EmbeddedToken& token : cms::embedded_timestamps(signer).tokens) {
        part.tokens.push_back(copy_of(token.encoding));
      }
    }
  }
  return part;
}

}  // namespace rakkan::gather
