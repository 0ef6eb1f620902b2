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

TEST(JsonReader, WhatIsNoJsonSaysHowFarItCouldBeRead) {
  const auto offset = [](std::string_view text) -> std::int64_t {
    const auto document = Document::parse(text, {ErrorCode::malformed_json, ErrorCode::invalid_request});
    if (document || document.error().code != ErrorCode::malformed_json || !document.error().offset) {
      return -1;
    }
    return static_cast<std::int64_t>(*document.error().offset);
  };
  EXPECT_EQ(offset(""), 0);
  EXPECT_EQ(offset("{"), 1);
  EXPECT_EQ(offset("x"), 0);
  EXPECT_EQ(offset("{}x"), 2);
  EXPECT_EQ(offset("{} {}"), 3);
  EXPECT_EQ(offset("{'a':1}"), 1);
  EXPECT_EQ(offset("{\"a\":1,}"), 7);
  EXPECT_EQ(offset("{\"署\":1,}"), 9) << "octets, not characters";
  EXPECT_EQ(offset("{\n \"a\": 1\n \"b\": 2}"), 11);
  EXPECT_EQ(offset("{\"a\":tru}"), 5) << "where the word begins that is none";
  EXPECT_EQ(offset("{\"a\":01}"), 6);
  EXPECT_EQ(offset("{\"a\":\"\xff\"}"), 6);
  EXPECT_EQ(offset("{\"a\":1"), 6);
}

TEST(JsonReader, JsonThatSaysSomethingElseIsAnotherErrorAtItsPlace) {
  const auto refused = [](std::string_view text) -> std::string {
    const auto document = Document::parse(text, {ErrorCode::malformed_json, ErrorCode::invalid_request});
    if (document || document.error().code != ErrorCode::invalid_request || document.error().offset) {
      return "(not refused for its value)";
    }
    return document.error().where + ": " + document.error().detail;
  };
  EXPECT_EQ(refused("[]"), ": must be a JSON object");
  EXPECT_EQ(refused("7"), ": must be a JSON object");
  EXPECT_EQ(refused(R"({"a":1,"b":2,"a":3})"), "a: occurs twice");
  EXPECT_EQ(refused(R"({"a":{"x":1},"b":[1,{"c":{"d":1,"\u0064":1}}]})"), "b[1].c.d: occurs twice");
  EXPECT_EQ(refused(R"({"a":{"x":1},"x":2,"b":[true,[null,1.5]]})"), "b[1][1]: must be an integer of at most 64 bits");
  EXPECT_EQ(refused(R"({"a":"b","c":1e3})"), "c: must be an integer of at most 64 bits");
  EXPECT_EQ(refused(R"({"a":18446744073709551616})"), "a: must be an integer of at most 64 bits");
  const std::string name(1'000, 'n');
  EXPECT_EQ(refused("{\"" + name + "\":1,\"" + name + "\":1}"), std::string(64, 'n') + "...: occurs twice");
}

TEST(JsonReader, AnErrorSaysWhatWouldDo) {
  ASSERT_OK_AND_ASSIGN(const Document document, parse(R"({"type":"seal","level":"B-B","colour":"red"})"));
  Members root = document.root();
  const auto wrong = root.not_among("type", {"witness", "party"});
  EXPECT_EQ(wrong.value().where, "type");
  EXPECT_EQ(wrong.value().detail, "must be witness or party");
  EXPECT_EQ(wrong.value().allowed, (std::vector<std::string>{"witness", "party"}));
  EXPECT_THAT(root.text("type", 9), IsOk());
  EXPECT_THAT(root.text("level", 9), IsOk());
  EXPECT_FALSE(root.has("pin"));
  const auto unknown = root.done();
  ASSERT_THAT(unknown, FailsWith(kCode));
  EXPECT_EQ(unknown.error().where, "colour");
  EXPECT_EQ(unknown.error().allowed, (std::vector<std::string>{"type", "level", "pin"}));
}

TEST(JsonReader, LinesMayEnd) {
  ASSERT_OK_AND_ASSIGN(const Document document, parse(R"({"note":"a\nb\n","tab":"a\tb"})"));
  Members root = document.root();
  EXPECT_EQ(*root.lines("note", 4), "a\nb\n");
  EXPECT_THAT(root.text("note", 4), FailsWith(kCode));
  EXPECT_THAT(root.lines("tab", 4), FailsWith(kCode));
  EXPECT_THAT(root.lines("note", 3), FailsWith(kCode));
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
