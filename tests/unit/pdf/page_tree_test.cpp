#include "rakkan/pdf/page_tree.hpp"

#include <gmock/gmock.h>

#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::PdfBuilder;
using ::testing::ElementsAre;

PdfBuilder tree(std::initializer_list<std::pair<std::uint32_t, std::string_view>> nodes) {
  PdfBuilder builder;
  builder.object(1, "<</Type/Catalog/Pages 2 0 R>>");
  for (const auto& [number, body] : nodes) {
    builder.object(number, body);
  }
  return builder.table("/Root 1 0 R");
}

TEST(PageTree, WalksInReadingOrderAndTrustsNoCount) {
  const Bytes pdf = tree({{2, "<</Kids[3 0 R 4 0 R 5 0 R]/Count 4711>>"},
                          {3, "<</Type/Pages/Kids[6 0 R 7 0 R]/Count 0>>"},
                          {4, "<</Type/Pages/Kids[]>>"},
                          {5, "<</Type/Page>>"},
                          {6, "<</Type/Page>>"},
                          {7, "<</Type/Page>>"}})
                        .bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  PageWalk walk(document);
  std::vector<std::uint32_t> numbers;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const Object* const page, walk.next());
    if (page == nullptr) {
      break;
    }
    numbers.push_back(page->number());
  }
  EXPECT_THAT(numbers, ElementsAre(6, 7, 5));
  ASSERT_OK_AND_ASSIGN(const Object* const first, first_page(document));
  EXPECT_EQ(first->number(), 6U);
}

TEST(PageTree, ReadsOnlyTheWayToTheFirstPage) {
  const Bytes pdf = tree({{2, "<</Kids[3 0 R 99 0 R]/Count 2>>"}, {3, "<</Type/Page>>"}}).bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const first, first_page(document));
  EXPECT_EQ(first->number(), 3U);
  EXPECT_THAT(page_count(document), FailsWith(ErrorCode::pdf_malformed));
}

TEST(PageTree, RefusesWhatIsNoTree) {
  for (const std::string_view root : {"<</Kids[2 0 R]>>", "<</Kids[3 0 R 3 0 R]>>", "<</Kids(x)>>", "<</Kids[5]>>",
                                      "<</Kids[9 0 R]>>", "[3 0 R]", "<</Kids[4 0 R]>>"}) {
    const Bytes pdf = tree({{2, root}, {3, "<</Type/Page>>"}, {4, "(no page)"}}).bytes();
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    EXPECT_THAT(page_count(document), FailsWith(ErrorCode::pdf_malformed)) << root;
  }
}

TEST(PageTree, RefusesADocumentWithoutPages) {
  const Bytes empty = tree({{2, "<</Kids[]>>"}}).bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(empty));
  EXPECT_THAT(first_page(document), FailsWith(ErrorCode::pdf_malformed));
  const Bytes none = PdfBuilder().object(1, "<</Type/Catalog>>").table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document without, Document::open(none));
  EXPECT_THAT(first_page(without), FailsWith(ErrorCode::pdf_malformed));
}

TEST(PageTree, LimitsItsNodes) {
  Limits limits;
  limits.max_page_tree = 3;
  const Bytes pdf = test::sample_pdf({.pages = 3});
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, limits));
  EXPECT_THAT(page_count(document), FailsWith(ErrorCode::pdf_limit_exceeded));
}

}  // namespace
}  // namespace rakkan::pdf
