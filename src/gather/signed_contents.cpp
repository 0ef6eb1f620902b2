#include "gather/signed_contents.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace rakkan::gather {
namespace {

// The hash that the signature or timestamp needs of the bytes that it covers.
std::optional<crypto::HashAlgorithm> hash_of(const PdfSignature& one) {
  if (one.token) {
    return one.token->info() ? one.token->info()->imprint_algorithm : std::nullopt;
  }
  return one.message && !one.message->signers().empty() ? one.message->signers().front().hash_algorithm : std::nullopt;
}

std::uint64_t most_covered(const Limits& limits, std::uint64_t size) noexcept {
  return limits.always_covered + limits.covered_times * size;
}

// The digests that one reading of the file is to give. Ranges that together are longer than may be are left out: they
// are refused when somebody asks for them.
std::vector<pades::CoveredBytes> digests_for(const std::vector<PdfSignature>& all, std::uint64_t most) {
  std::vector<pades::CoveredBytes> covered;
  for (const PdfSignature& each : all) {
    const auto hash = hash_of(each);
    const auto algorithm = hash ? crypto::digest_algorithm_from_oid(crypto::info(*hash).oid) : std::nullopt;
    const auto& range = each.found.coverage.byte_range;
    if (!algorithm || !range || range->first_length + range->second_length > most) {
      continue;
    }
    const pades::CoveredBytes one{*algorithm, *range};
    if (std::find(covered.begin(), covered.end(), one) == covered.end()) {
      most -= range->first_length + range->second_length;
      covered.push_back(one);
    }
  }
  return covered;
}

}  // namespace

SignedContents::SignedContents(const pdf::History& history, const Limits& limits, const std::vector<PdfSignature>& all)
    : limits_(limits),
      file_(pades::HashedDocument::hash(history.file(), {},
                                        digests_for(all, most_covered(limits, history.file().size())))) {}

Result<cms::SignedContent> SignedContents::of(const PdfSignature& one) {
  const auto& range = one.found.coverage.byte_range;
  if (!range) {
    return cms::SignedContent();
  }
  const auto key = std::tuple(range->first_length, range->second_offset, range->second_length);
  auto known = contents_.find(key);
  if (known == contents_.end()) {
    const ByteView file = file_.bytes().base().bytes;
    covered_ += range->first_length + range->second_length;
    if (covered_ > most_covered(limits_, file.size())) {
      return fail(ErrorCode::pdf_limit_exceeded, "the signatures cover the file too many times");
    }
    const std::array<ByteView, 2> spans{
        file.first(static_cast<std::size_t>(range->first_length)),
        file.subspan(static_cast<std::size_t>(range->second_offset), static_cast<std::size_t>(range->second_length))};
    known = contents_.emplace(key, cms::SignedContent::of(spans)).first;
  }
  cms::SignedContent content = known->second;
  for (const auto algorithm :
       {crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512}) {
    if (const auto digest = file_.digest_of({algorithm, *range})) {
      content.remember(crypto::HashValue(*digest));
    }
  }
  return content;
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
