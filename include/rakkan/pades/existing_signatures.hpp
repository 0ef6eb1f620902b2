// The signatures and document timestamps that a document has already, each checked, with the time that is known about
// it: what augmentation starts from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pades/signature_integrity.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/pki/evidence_material.hpp"

namespace rakkan::pades {

struct ExistingSignature {
  pdf::Signature signature;  // its values view the document
  SignatureIntegrity integrity;
  std::optional<std::uint64_t> end;  // one past the last byte that its ByteRange covers
  // By the structure of the file; nothing for a document timestamp, and for a signature of another profile.
  std::optional<BaselineLevel> level;
  // The earliest time at which an intact timestamp of the document shows that it existed: its own signature timestamp,
  // or a document timestamp that covers it. Nothing without one; never a document timestamp's own token. Whether the
  // timestamps are to be trusted is a question of the evidence.
  std::optional<Instant> existed_at;

  [[nodiscard]] bool is_document_timestamp() const noexcept { return pades::is_document_timestamp(signature); }
};

// All of them, in the order of what they cover, those without a usable ByteRange last. `hashed`: as of check_integrity.
// Fails as the reader of the document does.
[[nodiscard]] Result<std::vector<ExistingSignature>> existing_signatures(const pdf::Document& document,
                                                                         const HashedDocument* hashed = nullptr);
// The same of signatures that were read from the document already.
[[nodiscard]] Result<std::vector<ExistingSignature>> existing_signatures(const pdf::Document& document,
                                                                         const std::vector<pdf::Signature>& signatures,
                                                                         const HashedDocument* hashed);

// The earliest time at which an intact document timestamp shows that the byte at `offset`, and all before it, existed.
// Nothing when none covers it.
[[nodiscard]] std::optional<Instant> existed_at(const std::vector<ExistingSignature>& signatures, std::uint64_t offset);

// The certificates and revocation data inside the CMS of the signature and inside its timestamps
// (cms/embedded_evidence.hpp), each with the time at which a timestamp of the document shows it to have existed; and
// what is there and cannot be read. `all` are the document's.
[[nodiscard]] pki::EvidenceMaterial embedded_evidence(const ExistingSignature& one,
                                                      const std::vector<ExistingSignature>& all);

}  // namespace rakkan::pades
