#include "rakkan/pades/hashed_document.hpp"

#include <algorithm>
#include <functional>

namespace rakkan::pades {
namespace {

// Several states share one reading of the document, block by block while a block is in the processor's cache.
constexpr std::size_t kBlock = 64 * 1024;

// A document with more signatures than this is hashed for the others one by one.
constexpr std::size_t kMaxCovered = 1024;

template <class States>
void update_all(States& states, ByteView piece) {
  if (states.size() == 1) {
    states.front().hasher.update(piece);
    return;
  }
  while (!piece.empty()) {
    const ByteView block = piece.first(std::min(kBlock, piece.size()));
    for (auto& state : states) {
      state.hasher.update(block);
    }
    piece = piece.subspan(block.size());
  }
}

}  // namespace

DocumentHasher::DocumentHasher(std::span<const crypto::DigestAlgorithm> algorithms,
                               const std::vector<CoveredBytes>& covered) {
  for (const crypto::DigestAlgorithm algorithm : algorithms) {
    require(algorithm);
  }
  require(crypto::DigestAlgorithm::sha256);
  for (const CoveredBytes& bytes : covered) {
    const pdf::ByteRange& range = bytes.range;
    const auto end = checked_add(range.second_offset, range.second_length);
    if (!end || range.second_offset < range.first_length || digesters_.size() == kMaxCovered) {
      continue;
    }
    require(bytes.algorithm);
    digesters_.push_back({.covered = bytes, .end = *end});
    cuts_.insert(cuts_.end(), {range.first_length, range.second_offset, *end});
  }
  std::sort(cuts_.begin(), cuts_.end(), std::greater<>());
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
  turn();
}

void DocumentHasher::require(crypto::DigestAlgorithm algorithm) {
  if (std::none_of(states_.begin(), states_.end(), [algorithm](const State& s) { return s.algorithm == algorithm; })) {
    states_.push_back({algorithm, crypto::Hasher(algorithm)});
  }
}

crypto::Hasher& DocumentHasher::state(crypto::DigestAlgorithm algorithm) {
  return std::find_if(states_.begin(), states_.end(), [algorithm](const State& s) { return s.algorithm == algorithm; })
      ->hasher;
}

void DocumentHasher::update(ByteView piece) {
  while (!cuts_.empty() && !piece.empty()) {
    const ByteView part =
        piece.first(static_cast<std::size_t>(std::min<std::uint64_t>({piece.size(), cuts_.back() - size_, kBlock})));
    update_all(states_, part);
    for (Digester& digester : digesters_) {
      if (digester.hasher && size_ >= digester.covered.range.second_offset) {
        digester.hasher->update(part);
      }
    }
    size_ += part.size();
    turn();
    piece = piece.subspan(part.size());
  }
  update_all(states_, piece);
  size_ += piece.size();
}

void DocumentHasher::turn() {
  if (cuts_.empty() || cuts_.back() != size_) {
    return;
  }
  cuts_.pop_back();
  for (Digester& digester : digesters_) {
    if (digester.covered.range.first_length == size_) {
      digester.hasher = state(digester.covered.algorithm).clone();
    }
    if (digester.end == size_) {
      digester.digest = digester.hasher->finish();
      digester.hasher.reset();
    }
  }
}

Result<HashedDocument> DocumentHasher::finish(ByteView bytes) && {
  return std::move(*this).finish(pdf::DocumentBytes(bytes));
}

Result<HashedDocument> DocumentHasher::finish(pdf::DocumentBytes bytes) && {
  if (bytes.size() != size_) {
    return fail(ErrorCode::internal, "the document is not as long as the pieces that were hashed");
  }
  std::vector<HashedDocument::Covered> covered;
  for (const Digester& digester : digesters_) {
    if (digester.digest) {
      covered.push_back({digester.covered, *digester.digest});
    }
  }
  const crypto::Digest whole = state(crypto::DigestAlgorithm::sha256).clone().finish();
  return HashedDocument(std::move(bytes), whole, std::move(states_), std::move(covered));
}

HashedDocument HashedDocument::hash(ByteView base, crypto::DigestAlgorithm algorithm) {
  return hash(pdf::DocumentBytes(base), std::span(&algorithm, 1));
}

HashedDocument HashedDocument::hash(pdf::DocumentBytes bytes, std::span<const crypto::DigestAlgorithm> algorithms,
                                    const std::vector<CoveredBytes>& covered) {
  DocumentHasher hasher(algorithms, covered);
  bytes.for_each(0, bytes.size(), [&hasher](ByteView piece) { hasher.update(piece); });
  return *std::move(hasher).finish(std::move(bytes));
}

crypto::Digest HashedDocument::digest() const {
  const auto found = std::find_if(states_.begin(), states_.end(), [](const DocumentHasher::State& state) {
    return state.algorithm == crypto::DigestAlgorithm::sha256;
  });
  crypto::Hasher clone = found->hasher.clone();
  return clone.finish();
}

crypto::Digest HashedDocument::byte_range_digest(const PreparedRevision& prepared) const {
  return digest_byte_range(states_.front().hasher, prepared);
}

Result<crypto::Digest> HashedDocument::byte_range_digest(const PreparedRevision& prepared,
                                                         crypto::DigestAlgorithm algorithm) const {
  if (prepared.base_size() != bytes_.size()) {
    return fail(ErrorCode::internal, "the revision is of another document");
  }
  const auto found = std::find_if(states_.begin(), states_.end(),
                                  [algorithm](const auto& state) { return state.algorithm == algorithm; });
  if (found == states_.end()) {
    return fail(ErrorCode::internal, "the document was not hashed with this algorithm");
  }
  return digest_byte_range(found->hasher, prepared);
}

std::optional<crypto::Digest> HashedDocument::digest_of(const CoveredBytes& covered) const noexcept {
  const auto found = std::find_if(covered_.begin(), covered_.end(),
                                  [&covered](const Covered& known) { return known.covered == covered; });
  return found == covered_.end() ? std::nullopt : std::optional(found->digest);
}

HashedDocument HashedDocument::clone() const {
  States states;
  states.reserve(states_.size());
  for (const DocumentHasher::State& state : states_) {
    states.push_back({state.algorithm, state.hasher.clone()});
  }
  return {bytes_, document_digest_, std::move(states), covered_};
}

void HashedDocument::append(ByteView update) {
  update_all(states_, update);
  bytes_.append(update);
}

}  // namespace rakkan::pades
