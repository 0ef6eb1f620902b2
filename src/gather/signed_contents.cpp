#include "gather/signed_contents.hpp"

#include <array>

namespace rakkan::gather {

Result<cms::SignedContent> SignedContents::of(const pades::FileSignature& found) {
  const auto& range = found.coverage.byte_range;
  if (!range) {
    return cms::SignedContent();
  }
  const auto key = std::tuple(range->first_length, range->second_offset, range->second_length);
  if (const auto known = contents_.find(key); known != contents_.end()) {
    return known->second;
  }
  const ByteView file = history_.file().base().bytes;
  covered_ += range->first_length + range->second_length;
  if (covered_ > limits_.always_covered + limits_.covered_times * file.size()) {
    return fail(ErrorCode::pdf_limit_exceeded, "the signatures cover the file too many times");
  }
  const std::array<ByteView, 2> spans{
      file.first(static_cast<std::size_t>(range->first_length)),
      file.subspan(static_cast<std::size_t>(range->second_offset), static_cast<std::size_t>(range->second_length))};
  return contents_.emplace(key, cms::SignedContent::of(spans)).first->second;
}

SignedPart part_of(const PdfSignature& one, const Id& id, const cms::SignedContent& content) {
  SignedPart part;
  part.id = id;
  part.field = one.found.signature.field_name;
  if (content.parts().size() == 2) {
    part.before = content.parts()[0];
    part.behind = content.parts()[1];
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
