#include "rakkan/json/writer.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <vector>

namespace rakkan::json {
namespace {

TEST(JsonWriter, WritesMembersInTheirOrder) {
  ObjectWriter json;
  json.text("a", "山田\"\n")
      .number("b", 18'446'744'073'709'551'615U)
      .flag("c", true)
      .null("d")
      .raw("e", "{}")
      .plain("f", "Zm9v");
  EXPECT_EQ(std::move(json).finish(),
            R"({"a":"山田\"\n","b":18446744073709551615,"c":true,"d":null,"e":{},"f":"Zm9v"})");
}

TEST(JsonWriter, AnEmptyObjectAndArraysAreJson) {
  EXPECT_EQ(ObjectWriter().finish(), "{}");
  EXPECT_EQ(array_of(std::vector<std::string>{}, quote), "[]");
  EXPECT_EQ(array_of(std::vector<std::string>{"a", "b"}, quote), R"(["a","b"])");
}

TEST(JsonWriter, ObjectsStandInObjects) {
  const std::vector<std::string> names{"{", ""};
  ObjectWriter json;
  json.text("a", "{")
      .object("b", [](ObjectWriter& in) { in.text("c", "{").object("d", [](ObjectWriter&) {}).flag("e", false); })
      .objects("f", names, [](ObjectWriter& in, const std::string& name) { in.text("g", name).null("h"); })
      .objects("i", std::vector<int>{}, [](ObjectWriter&, int) {})
      .number("j", 1);
  EXPECT_EQ(std::move(json).finish(),
            R"({"a":"{","b":{"c":"{","d":{},"e":false},"f":[{"g":"{","h":null},{"g":"","h":null}],"i":[],"j":1})");
}

TEST(JsonWriter, EveryControlCharacterIsEscaped) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) {
    all += static_cast<char>(c);
  }
  EXPECT_EQ(boost::json::parse(quote(all)).as_string(), all);
}

}  // namespace
}  // namespace rakkan::json
