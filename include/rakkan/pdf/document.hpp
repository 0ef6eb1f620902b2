// Document reads a PDF lazily (ISO 32000-2 §7.5): startxref, the chain of cross-reference sections, and each object
// when it is asked for. It views the base, which must outlive it; it never copies nor fully parses it, repairs nothing,
// and remembers where each token stood. Not thread-shared.
#pragma once

#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

struct Limits {
  unsigned max_depth = 100;                // nesting of arrays and dictionaries
  std::size_t max_revisions = 4096;        // cross-reference sections in a chain
  std::uint64_t max_objects = 8'388'607;   // ISO 32000-1 Annex C
  std::size_t max_inflated = 256UL << 20;  // bytes out of all streams together
  unsigned max_page_tree = 200'000;        // nodes visited
};

class Document {
 public:
  // Fails with not_a_pdf, pdf_header_offset, pdf_encrypted, pdf_malformed or pdf_limit_exceeded.
  [[nodiscard]] static Result<Document> open(ByteView base, const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] ByteView base() const noexcept;
  // … the pdf owner adds: trailer, revisions, object lookup, pages, fields, signatures

  struct Impl;
  [[nodiscard]] Impl& impl() const noexcept { return *impl_; }

 private:
  explicit Document(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::pdf
