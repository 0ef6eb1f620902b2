// One reading of a document gives every digest that its signatures need: the state of each algorithm is cloned where a
// ByteRange leaves out its /Contents, and the states behind the last byte go on into the updates that are appended.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/pdf/byte_range.hpp"
#include "rakkan/pdf/document_bytes.hpp"

namespace rakkan::pades {

// CoveredBytes are the two spans of a signature's ByteRange, and the algorithm of the digest over them.
struct CoveredBytes {
  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::sha256;
  pdf::ByteRange range{};

  friend bool operator==(const CoveredBytes&, const CoveredBytes&) = default;
};

class HashedDocument;

// DocumentHasher hashes a document in pieces, as it arrives, and is done when the last one is there.
class DocumentHasher {
 public:
  // For one digest over a ByteRange to come, beside the SHA-256 of all bytes.
  explicit DocumentHasher(crypto::DigestAlgorithm algorithm) : DocumentHasher(std::span(&algorithm, 1)) {}
  // For ByteRanges to come of any of the algorithms, and for the digests over what existing signatures cover. A range
  // that is not in order, or that ends behind the document, gets no digest, and none gets one behind the 1,024th.
  explicit DocumentHasher(std::span<const crypto::DigestAlgorithm> algorithms,
                          const std::vector<CoveredBytes>& covered = {});

  void update(ByteView piece);
  // `bytes` are all pieces, and outlive the result. internal when they are not as long as the pieces were together.
  [[nodiscard]] Result<HashedDocument> finish(ByteView bytes) &&;
  [[nodiscard]] Result<HashedDocument> finish(pdf::DocumentBytes bytes) &&;

 private:
  friend class HashedDocument;
  struct State {
    crypto::DigestAlgorithm algorithm;
    crypto::Hasher hasher;
  };
  // Digester is a covered range on its way to its digest.
  struct Digester {
    CoveredBytes covered;
    std::uint64_t end = 0;
    std::optional<crypto::Hasher> hasher = {};  // from the end of the first span to the end of the second
    std::optional<crypto::Digest> digest = {};
  };

  [[nodiscard]] crypto::Hasher& state(crypto::DigestAlgorithm algorithm);
  void require(crypto::DigestAlgorithm algorithm);
  void turn();  // begins and ends what begins and ends at size_

  std::vector<State> states_;  // the first one's algorithm is the caller's first; one is SHA-256
  std::vector<Digester> digesters_;
  std::vector<std::uint64_t> cuts_;  // where a span begins or ends, in falling order, those that are reached removed
  std::uint64_t size_ = 0;
};

// HashedDocument is a document that was read once: its bytes, their SHA-256, and the states from which the digest over
// a new signature's ByteRange (ISO 32000-2 §12.8.1) goes on. Updates are appended to it as they are made.
class HashedDocument {
 public:
  // Reads `base`, which outlives the result.
  [[nodiscard]] static HashedDocument hash(ByteView base, crypto::DigestAlgorithm algorithm);
  [[nodiscard]] static HashedDocument hash(pdf::DocumentBytes bytes,
                                           std::span<const crypto::DigestAlgorithm> algorithms,
                                           const std::vector<CoveredBytes>& covered = {});

  [[nodiscard]] const pdf::DocumentBytes& bytes() const noexcept { return bytes_; }
  // SHA-256 of the bytes that were hashed at first, without those of append.
  [[nodiscard]] const crypto::Digest& document_digest() const noexcept { return document_digest_; }

  // SHA-256 of the bytes as they are now, with those of append.
  [[nodiscard]] crypto::Digest digest() const;

  // The digest over the ByteRange of a revision of these bytes, by the algorithm that the hasher was made with (the
  // first one).
  [[nodiscard]] crypto::Digest byte_range_digest(const PreparedRevision& prepared) const;
  // The same by any of its algorithms. internal for another algorithm, or a revision of other bytes.
  [[nodiscard]] Result<crypto::Digest> byte_range_digest(const PreparedRevision& prepared,
                                                         crypto::DigestAlgorithm algorithm) const;
  // The digest over bytes that the hasher was made with; nothing for others.
  [[nodiscard]] std::optional<crypto::Digest> digest_of(const CoveredBytes& covered) const noexcept;

  // The same document, to which other updates are appended: no byte is read again.
  [[nodiscard]] HashedDocument clone() const;
  // Adds an update, which outlives the document: it is the only part that is read.
  void append(ByteView update);

 private:
  friend class DocumentHasher;
  using States = std::vector<DocumentHasher::State>;
  struct Covered {
    CoveredBytes covered;
    crypto::Digest digest;
  };
  HashedDocument(pdf::DocumentBytes bytes, crypto::Digest document_digest, States states, std::vector<Covered> covered)
      : bytes_(std::move(bytes)),
        document_digest_(document_digest),
        states_(std::move(states)),
        covered_(std::move(covered)) {}

  pdf::DocumentBytes bytes_;
  crypto::Digest document_digest_;
  States states_;
  std::vector<Covered> covered_;
};

}  // namespace rakkan::pades
