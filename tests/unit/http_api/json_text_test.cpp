#include "http/handlers/json_text.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <vector>

namespace rakkan::http {
namespace {

TEST(JsonText, WritesMembersInTheirOrder) {
  JsonObject json;
  json.text("a", "山田\"\n").number("b", 18'446'744'073'709'551'615U).flag("c", true).null("d").raw("e", "{}");
  EXPECT_EQ(std::move(json).finish(), R"({"a":"山田\"\n","b":18446744073709551615,"c":true,"d":null,"e":{}})");
}

TEST(JsonText, AnEmptyObjectAndArraysAreJson) {
  EXPECT_EQ(JsonObject().finish(), "{}");
  const auto quoted = [](const std::string& text) {
    std::string result;
    append_quoted(result, text);
    return result;
  };
  EXPECT_EQ(json_array(std::vector<std::string>{}, quoted), "[]");
  EXPECT_EQ(json_array(std::vector<std::string>{"a", "b"}, quoted), R"(["a","b"])");
}

TEST(JsonText, EveryControlCharacterIsEscaped) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) {
    all += static_cast<char>(c);
  }
  std::string text;
  append_quoted(text, all);
  EXPECT_EQ(boost::json::parse(text).as_string(), all);
}

}  // namespace
}  // namespace rakkan::http
