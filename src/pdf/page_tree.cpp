#include "rakkan/pdf/page_tree.hpp"

#include <algorithm>

namespace rakkan::pdf {
namespace {

std::string name_of(const Object& node) { return "object " + std::to_string(node.number()); }

}  // namespace

Result<const Object*> PageWalk::next() {
  if (!started_) {
    started_ = true;
    RAKKAN_TRY(const Object* const first, start());
    if (first != nullptr) {
      return first;
    }
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.at == level.end) {
      levels_.pop_back();
      continue;
    }
    const Value kid = *level.at++;
    const auto reference = kid.reference();
    if (!reference) {
      return fail(ErrorCode::pdf_malformed, "a page tree node that is no reference",
                  "offset " + std::to_string(kid.offset()));
    }
    RAKKAN_TRY(const Object* const node, document_.load(*reference));
    if (node == nullptr) {
      return fail(ErrorCode::pdf_malformed, "a page tree node is missing",
                  "object " + std::to_string(reference->number));
    }
    RAKKAN_TRY(const Object* const page, visit(*node));
    if (page != nullptr) {
      return page;
    }
  }
  return nullptr;
}

Result<const Object*> PageWalk::start() {
  const auto root = document_.catalog().value().find("Pages").reference();
  if (!root) {
    return fail(ErrorCode::pdf_malformed, "the catalog has no /Pages reference", name_of(document_.catalog()));
  }
  RAKKAN_TRY(const Object* const node, document_.load(*root));
  if (node == nullptr) {
    return fail(ErrorCode::pdf_malformed, "the page tree is missing", "object " + std::to_string(root->number));
  }
  return visit(*node);
}

// Visits a node: returns it when it is a page; enters an inner node and returns nullptr. A node with /Kids is an inner
// one: /Type is wrong or absent often enough that other readers go by /Kids too.
Result<const Object*> PageWalk::visit(const Object& node) {
  if (!node.value().is(Kind::dictionary)) {
    return fail(ErrorCode::pdf_malformed, "a page tree node that is no dictionary", name_of(node));
  }
  if (!seen_.insert(node.number()).second) {
    return fail(ErrorCode::pdf_malformed, "the page tree holds a node twice", name_of(node));
  }
  if (seen_.size() > document_.limits().max_page_tree) {
    return fail(ErrorCode::pdf_limit_exceeded, "the page tree has too many nodes");
  }
  const Value kids_entry = node.value().find("Kids");
  if (!kids_entry) {
    return &node;
  }
  RAKKAN_TRY(const Value kids, document_.resolve(kids_entry));
  if (!kids.is(Kind::array)) {
    return fail(ErrorCode::pdf_malformed, "/Kids of a page tree node is no array", name_of(node));
  }
  levels_.push_back({kids.elements().begin(), kids.elements().end()});
  return nullptr;
}

Result<const Object*> first_page(const Document& document) {
  PageWalk walk(document);
  RAKKAN_TRY(const Object* const page, walk.next());
  if (page == nullptr) {
    return fail(ErrorCode::pdf_malformed, "the document has no page");
  }
  return page;
}

Result<std::size_t> page_count(const Document& document) {
  PageWalk walk(document);
  std::size_t count = 0;
  while (true) {
    RAKKAN_TRY(const Object* const page, walk.next());
    if (page == nullptr) {
      return count;
    }
    ++count;
  }
}

}  // namespace rakkan::pdf
