// SignedContents gives the bytes of a file that the ByteRange of a signature names: before /Contents and behind it. One
// reading of the file gives its SHA-256 and the digests over these bytes, in the algorithms of SHA-2 that the
// signatures use; others are computed when they are asked for.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "gather/pdf_signature.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::gather {

class SignedContents {
 public:
  // Views the file of the history; `all` are its signatures.
  SignedContents(const pdf::History& history, const Limits& limits, const std::vector<PdfSignature>& all);

  // SHA-256 of the whole file.
  [[nodiscard]] const crypto::Digest& file_digest() const noexcept { return file_.document_digest(); }

  // Nothing at all without a usable ByteRange. Signatures with one ByteRange share what is computed of its bytes, so
  // that a crowd of them costs no more than one. Fails with pdf_limit_exceeded for crowds of different ones.
  [[nodiscard]] Result<cms::SignedContent> of(const PdfSignature& one);

 private:
  const Limits& limits_;
  const pades::HashedDocument file_;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, cms::SignedContent> contents_;  // by ByteRange
  std::uint64_t covered_ = 0;                                                                       // bytes of these
};

// The signature or document timestamp as it stands in the file, for whoever wants to look at it.
[[nodiscard]] SignedPart part_of(const PdfSignature& one, const Id& id, const cms::SignedContent& content);

}  // namespace rakkan::gather
