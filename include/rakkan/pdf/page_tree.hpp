// The page tree (ISO 32000-2 §7.7.3), walked in reading order. /Count is not trusted; a node seen twice is an error.
#pragma once

#include <unordered_set>
#include <vector>

#include "rakkan/pdf/document.hpp"

namespace rakkan::pdf {

class PageWalk {
 public:
  // The document must outlive it.
  explicit PageWalk(const Document& document) : document_(document) {}

  // The next page object, nullptr after the last. Fails with pdf_malformed or pdf_limit_exceeded.
  [[nodiscard]] Result<const Object*> next();

 private:
  struct Level {
    Elements::iterator at;
    Elements::iterator end;
  };
  [[nodiscard]] Result<const Object*> visit(const Object& node);
  [[nodiscard]] Result<const Object*> start();

  const Document& document_;
  std::vector<Level> levels_;
  std::unordered_set<std::uint32_t> seen_;
  bool started_ = false;
};

// The first page. Fails with pdf_malformed when the document has no page.
[[nodiscard]] Result<const Object*> first_page(const Document& document);
// Counts all pages: walks the whole tree.
[[nodiscard]] Result<std::size_t> page_count(const Document& document);

}  // namespace rakkan::pdf
