#include "http/negotiation.hpp"

#include <gmock/gmock.h>

#include <array>

namespace rakkan::http {
namespace {

constexpr std::array<std::string_view, 2> kOffered{"application/pdf", "application/vnd.rakkan.tail"};

TEST(Negotiation, TheHighestQualityWinsThenTheFirstOffered) {
  EXPECT_EQ(preferred_media_type("*/*", kOffered), "application/pdf");
  EXPECT_EQ(preferred_media_type("application/vnd.rakkan.tail", kOffered), "application/vnd.rakkan.tail");
  EXPECT_EQ(preferred_media_type("application/pdf;q=0.5, application/vnd.rakkan.tail", kOffered),
            "application/vnd.rakkan.tail");
  EXPECT_EQ(preferred_media_type("text/html, application/*;q=0.1", kOffered), "application/pdf");
  EXPECT_EQ(preferred_media_type("*/*;q=0.9, application/pdf;q=0.1", kOffered), "application/vnd.rakkan.tail");
  EXPECT_EQ(preferred_media_type("APPLICATION/PDF; version=1.7", kOffered), "application/pdf");
}

TEST(Negotiation, WhatIsNotWantedIsNotGiven) {
  EXPECT_EQ(preferred_media_type("text/html", kOffered), std::nullopt);
  EXPECT_EQ(preferred_media_type("application/pdf;q=0, application/vnd.rakkan.tail;q=0.000", kOffered), std::nullopt);
  EXPECT_EQ(preferred_media_type("application/pdf;q=2", kOffered), std::nullopt);
  EXPECT_EQ(preferred_media_type("", kOffered), std::nullopt);
}

TEST(Negotiation, JapaneseWhenItIsWantedMore) {
  EXPECT_EQ(preferred_language("ja"), Language::ja);
  EXPECT_EQ(preferred_language("ja-JP, en;q=0.9"), Language::ja);
  EXPECT_EQ(preferred_language("en-US, ja;q=0.9"), Language::en);
  EXPECT_EQ(preferred_language("fr"), Language::en);
  EXPECT_EQ(preferred_language("jam"), Language::en);  // Jamaican Creole
  EXPECT_EQ(preferred_language("*"), Language::en);
  EXPECT_EQ(preferred_language("ja;q=0"), Language::en);
}

TEST(Negotiation, WaitIsReadAmongPreferences) {
  using std::chrono::seconds;
  EXPECT_EQ(preferred_wait("wait=10"), seconds(10));
  EXPECT_EQ(preferred_wait("respond-async, Wait = 5; foo=bar"), seconds(5));
  EXPECT_EQ(preferred_wait("return=minimal"), std::nullopt);
  EXPECT_EQ(preferred_wait("wait=-1"), std::nullopt);
  EXPECT_EQ(preferred_wait("wait=99999999999"), std::nullopt);
  EXPECT_EQ(preferred_wait("wait"), std::nullopt);
}

}  // namespace
}  // namespace rakkan::http
