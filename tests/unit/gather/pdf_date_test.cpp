// Dates of signature dictionaries.
#include "gather/pdf_date.hpp"

#include <gtest/gtest.h>

namespace rakkan::gather {
namespace {

std::string read(std::string_view text) {
  const auto date = parse_pdf_date(text);
  return date ? to_rfc3339(*date) : "none";
}

TEST(PdfDate, IsReadWithAndWithoutItsOffset) {
  EXPECT_EQ(read("D:20261130091530+09'00'"), "2026-11-30T00:15:30.000Z");
  EXPECT_EQ(read("D:20261130091530+09'00"), "2026-11-30T00:15:30.000Z");
  EXPECT_EQ(read("D:20261130091530-0530"), "2026-11-30T14:45:30.000Z");
  EXPECT_EQ(read("D:20261130091530Z"), "2026-11-30T09:15:30.000Z");
  EXPECT_EQ(read("20261130091530"), "2026-11-30T09:15:30.000Z");
  EXPECT_EQ(read("D:2026"), "2026-01-01T00:00:00.000Z");
}

TEST(PdfDate, WhatIsNoneIsNothing) {
  for (const char* text :
       {"", "D:", "D:20", "D:20261330", "D:20260231", "D:20261130091530*", "yesterday", "D:20261130091530+99'00'"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

}  // namespace
}  // namespace rakkan::gather
