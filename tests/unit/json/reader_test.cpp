#include "rakkan/json/reader.hpp"

#include "support/result_matchers.hpp"

namespace rakkan::json {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr ErrorCode kCode = ErrorCode::malformed_json;

Result<Document> parse(std::string_view text) { return Document::parse(text, kCode); }

TEST(JsonReader, MembersComeByNameAndType) {
  ASSERT_OK_AND_ASSIGN(const Document document,
                       parse(R"({"text":"署名","pin":"123456","n":-3,"on":true,"in":{"x":"y"},"list":["a","b"],
                                 "objects":[{"k":"v"}]})"));
  Members root = document.root();
  EXPECT_EQ(*root.text("text", 6), "署名");
  EXPECT_EQ(root.secret("pin", 16)->text(), "123456");
  EXPECT_EQ(*root.integer("n", -3, 3), -3);
  EXPECT_TRUE(*root.flag("on"));
  ASSERT_OK_AND_ASSIGN(Members inner, root.object("in"));
  EXPECT_EQ(*inner.text("x", 1), "y");
  EXPECT_THAT(inner.done(), IsOk());
  EXPECT_EQ(*root.texts("list", 2, 1), (std::vector<std::string>{"a", "b"}));
  ASSERT_OK_AND_ASSIGN(std::vector<Members> objects, root.objects("objects", 1));
  EXPECT_EQ(*objects[0].text("k", 1), "v");
  EXPECT_EQ(*root.optional_text("absent", 1), std::nullopt);
  EXPECT_THAT(root.done(), IsOk());
}

TEST(JsonReader, WhatIsNotOneObjectIsRefused) {
  for (const char* text : {"",
                           " ",
                           "[]",
                           "1",
                           "null",
                           "{",
                           "{}x",
                           "{} {}",
                           R"({"a":1,"a":2})",
                           R"({"b":{"a":1,"a":1}})",
                           R"([{"a":1,"a":1}])",
                           "{'a':1}",
                           "{\"a\":1,}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":NaN}",
                           "// x\n{}",
                           "\xef\xbb\xbf{}",
                           R"({"a":"\ud800"})",
                           R"({"a":01})",
                           R"({"a":1.5})",
                           R"({"a":[18446744073709551616]})",
                           R"({"a":1e3})"}) {
    EXPECT_THAT(parse(text), FailsWith(kCode)) << text;
  }
}

TEST(JsonReader, DepthAndSizeAreLimited) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_THAT(parse(nested(16)), IsOk());
  EXPECT_THAT(parse(nested(17)), FailsWith(kCode));
  EXPECT_THAT(parse(nested(100'000)), FailsWith(kCode));
  EXPECT_THAT(Document::parse("{\"a\":1}", kCode, {7, 16}), IsOk());
  EXPECT_THAT(Document::parse("{\"a\":1}", kCode, {6, 16}), FailsWith(kCode));
}

TEST(JsonReader, AnErrorNamesTheMembersPath) {
  ASSERT_OK_AND_ASSIGN(const Document document, parse(R"({"a":{"b":{"c":7}},"list":["x",""],"objects":[{},{"k":1}]})"));
  Members root = document.root();
  ASSERT_OK_AND_ASSIGN(Members a, root.object("a"));
  ASSERT_OK_AND_ASSIGN(Members b, a.object("b"));
  EXPECT_EQ(b.text("c", 9).error().where, "a.b.c");
  EXPECT_EQ(b.text("d", 9).error().where, "a.b.d");
  EXPECT_EQ(root.texts("list", 9, 9).error().where, "list[1]");
  ASSERT_OK_AND_ASSIGN(std::vector<Members> objects, root.objects("objects", 2));
  EXPECT_EQ(objects[1].done().error().where, "objects[1].k");
  EXPECT_THAT(root.done(), IsOk());
}

TEST(JsonReader, UnknownMembersAreRefused) {
  ASSERT_OK_AND_ASSIGN(const Document document, parse(R"({"known":"x","pin_":"1"})"));
  Members root = document.root();
  EXPECT_THAT(root.text("known", 9), IsOk());
  const auto done = root.done();
  ASSERT_THAT(done, FailsWith(kCode));
  EXPECT_EQ(done.error().where, "pin_");
}

TEST(JsonReader, TheNameOfAnUnknownMemberIsShownShortAndPrintable) {
  const auto shown = [](const std::string& name) {
    const auto document = parse("{\"" + name + "\":1}");
    return document ? document->root().done().error().where : "(not parsed)";
  };
  EXPECT_EQ(shown(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_EQ(shown(std::string(10'000, 'x')), std::string(64, 'x') + "...");
  EXPECT_EQ(shown("a" + std::string(63, 'x') + "署"), "a" + std::string(63, 'x') + "...");
  EXPECT_EQ(shown(std::string(62, 'x') + "署名"), std::string(62, 'x') + "...");
  EXPECT_EQ(shown("\\u001b[31m"), "?[31m");
}

TEST(JsonReader, ValuesOutOfTheirBoundsAreRefused) {
  ASSERT_OK_AND_ASSIGN(const Document document,
                       parse(R"({"t":"abc","e":"","c":"a\u0000b","n":5,"big":9223372036854775808,"none":[]})"));
  Members root = document.root();
  EXPECT_THAT(root.text("t", 2), FailsWith(kCode));
  EXPECT_THAT(root.text("e", 9), FailsWith(kCode));
  EXPECT_THAT(root.text("c", 9), FailsWith(kCode));
  EXPECT_THAT(root.text("n", 9), FailsWith(kCode));
  EXPECT_THAT(root.integer("n", 6, 9), FailsWith(kCode));
  EXPECT_THAT(root.integer("big", 0, INT64_MAX), FailsWith(kCode));
  EXPECT_THAT(root.flag("n"), FailsWith(kCode));
  EXPECT_THAT(root.object("t"), FailsWith(kCode));
  EXPECT_THAT(root.texts("none", 9, 9), FailsWith(kCode));
  EXPECT_THAT(root.optional_text("n", 9), FailsWith(kCode));
}

TEST(JsonReader, AnObjectGoesBackToText) {
  ASSERT_OK_AND_ASSIGN(const Document document, parse(R"( { "b" : "\u7f72" , "a" : [1, 2] } )"));
  EXPECT_EQ(document.root().to_json(), R"({"b":"署","a":[1,2]})");
}

}  // namespace
}  // namespace rakkan::json
