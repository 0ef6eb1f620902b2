#include "rakkan/pki/name.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/der/writer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using der::Tag;
using test::FailsWith;
using test::IsOk;

constexpr der::Oid kCommonName{2, 5, 4, 3};

// A name of one common name in the string type.
Bytes common_name_in(Tag tag, ByteView content) {
  der::Writer writer;
  writer.sequence([&] {
    writer.set([&] {
      writer.sequence([&] {
        writer.oid(kCommonName);
        writer.primitive(tag, content);
      });
    });
  });
  return writer.take();
}
Bytes common_name_in(Tag tag, std::string_view hex_content) {
  return common_name_in(tag, ByteView(from_hex(hex_content).value()));
}

std::string round_trip(std::string_view text) {
  const auto name = Name::from_text(text);
  return name ? name->text() : to_string(name.error());
}

TEST(Name, WritesJapaneseTextAsUtf8) {
  ASSERT_OK_AND_ASSIGN(const Name name, Name::from_text("CN=山田 太郎,O=株式会社ラッカン,C=JP"));
  EXPECT_EQ(to_hex(name.der()),
            "3048310b300906035504061302"
            "4a50"
            "3121301f060355040a0c18e6a0aae5bc8fe4bc9ae7a4bee383a9e38383e382abe383b3"
            "3116301406035504030c0de5b1b1e794b020e5a4aae9838e");
}

TEST(Name, TextBeginsWithTheMostSpecific) {
  EXPECT_EQ(round_trip("CN=山田 太郎,O=株式会社ラッカン,C=JP"), "CN=山田 太郎,O=株式会社ラッカン,C=JP");
  EXPECT_EQ(round_trip("cn = a , o = b"), "CN=a,O=b");
  EXPECT_EQ(round_trip(""), "");
  EXPECT_EQ(Name::from_text("")->der().size(), 2U);
}

TEST(Name, EscapesAreUndoneAndDoneAgain) {
  EXPECT_EQ(round_trip(R"(O=Rakkan\, K.K.,CN=a\+b\=c)"), R"(O=Rakkan\, K.K.,CN=a\+b\=c)");
  EXPECT_EQ(round_trip(R"(CN=\ a \ )"), R"(CN=\ a \ )");
  EXPECT_EQ(round_trip(R"(CN=\#1)"), R"(CN=\#1)");
  EXPECT_EQ(round_trip(R"(CN=\E5\B1\B1)"), "CN=山");
  EXPECT_EQ(round_trip(R"(CN=a\0Db)"), R"(CN=a\0db)");
  EXPECT_EQ(round_trip(R"(CN=a\"b\\c\<d\>e\;f)"), R"(CN=a\"b\\c\<d\>e\;f)");
}

TEST(Name, RdnsMayHaveSeveralAttributes) {
  ASSERT_OK_AND_ASSIGN(const Name name, Name::from_text("CN=山田+serialNumber=7,C=JP"));
  EXPECT_EQ(name.text(), "serialNumber=7+CN=山田,C=JP") << "SET OF is sorted";
}

TEST(Name, TypesWithoutAShortNameAreHexadecimal) {
  EXPECT_EQ(round_trip("1.2.3.4=#0c0141"), "1.2.3.4=#0c0141");
  EXPECT_EQ(round_trip("1.2.3.4=A"), "1.2.3.4=#0c0141");
  EXPECT_EQ(round_trip("2.5.4.3=A"), "CN=A");
  EXPECT_EQ(round_trip("CN=#0c0141"), "CN=A");
}

TEST(Name, RefusesTextThatIsNoName) {
  for (const std::string_view text : {"CN",
                                      "CN=",
                                      "=a",
                                      "Nobody=a",
                                      "CN=a,",
                                      ",CN=a",
                                      "CN=a,,O=b",
                                      "CN=a\"b",
                                      "CN=a;O=b",
                                      "CN=a\\",
                                      "CN=a\\zz",
                                      "CN=a<b",
                                      "C=JPN",
                                      "C=J",
                                      "C=日本",
                                      "serialNumber=a_b",
                                      "emailAddress=山@example.jp",
                                      "CN=\\FF",
                                      "CN=#zz",
                                      "CN=#0c02aa",
                                      "CN=#0c0141ff",
                                      "1.2.3=",
                                      "CN=a+",
                                      "CN= "}) {
    EXPECT_THAT(Name::from_text(text), FailsWith(ErrorCode::invalid_argument)) << text;
  }
  EXPECT_THAT(Name::from_text(std::string_view("CN=a\0b", 6)), FailsWith(ErrorCode::invalid_argument));
}

// RFC 5280 appendix A: ub-common-name 64, counted in characters.
TEST(Name, BoundsAreCountedInCharacters) {
  std::string long_enough = "CN=";
  for (int i = 0; i < 64; ++i) {
    long_enough += "山";
  }
  EXPECT_THAT(Name::from_text(long_enough), IsOk());
  EXPECT_THAT(Name::from_text(long_enough + "山"), FailsWith(ErrorCode::invalid_argument));
}

TEST(Name, ReadsEveryStringTypeAsUtf8) {
  const auto common_name = [](const Bytes& der) { return Name::parse(der)->common_name(); };
  EXPECT_EQ(common_name(common_name_in(Tag::printable_string, "61")), "a");
  EXPECT_EQ(common_name(common_name_in(Tag::ia5_string, "6140")), "a@");
  EXPECT_EQ(common_name(common_name_in(Tag::teletex_string, "fc")), "ü");
  EXPECT_EQ(common_name(common_name_in(Tag::bmp_string, "5c71")), "山");
  EXPECT_EQ(common_name(common_name_in(Tag::bmp_string, "d842dfb7")), "𠮷");
  EXPECT_EQ(common_name(common_name_in(Tag::universal_string, "00020bb7")), "𠮷");
  EXPECT_EQ(common_name(common_name_in(Tag::utf8_string, "f0a0aeb7")), "𠮷");
}

TEST(Name, RefusesStringsThatAreNotOfTheirType) {
  for (const auto& [tag, content] : {std::pair{Tag::utf8_string, "ff"},
                                     {Tag::utf8_string, "c080"},
                                     {Tag::utf8_string, "eda080"},
                                     {Tag::utf8_string, "e5b1"},
                                     {Tag::utf8_string, "f4908080"},
                                     {Tag::utf8_string, "e08080"},
                                     {Tag::printable_string, "ff"},
                                     {Tag::ia5_string, "80"},
                                     {Tag::bmp_string, "5c"},
                                     {Tag::bmp_string, "d842"},
                                     {Tag::bmp_string, "dfb7d842"},
                                     {Tag::bmp_string, "d842d842"},
                                     {Tag::universal_string, "020bb7"},
                                     {Tag::universal_string, "00110000"},
                                     {Tag::universal_string, "0000d800"}}) {
    EXPECT_THAT(Name::parse(common_name_in(tag, content)), FailsWith(ErrorCode::malformed_der)) << content;
  }
}

TEST(Name, RefusesWhatIsNoName) {
  EXPECT_THAT(Name::parse({}), FailsWith(ErrorCode::malformed_der));
  for (const std::string_view hex : {"3100", "30023100", "300431023000",
                                     "3000"
                                     "00",
                                     "300b31093007060355040313"
                                     "00"
                                     "00"}) {
    EXPECT_THAT(Name::parse(from_hex(hex).value()), FailsWith(ErrorCode::malformed_der)) << hex;
  }
  EXPECT_THAT(Name::parse(from_hex("3000").value()), IsOk());
}

TEST(Name, TheLastCommonNameIsTheOne) {
  EXPECT_EQ(Name::from_text("CN=leaf,O=x,CN=outer")->common_name(), "leaf");
  EXPECT_EQ(Name::from_text("O=x")->common_name(), std::nullopt);
  EXPECT_EQ(Name().common_name(), std::nullopt);
}

// RFC 5280 §7.1; PKITS 4.3 has such chains.
TEST(Name, MatchesWithoutRegardToCaseSpaceAndStringType) {
  const Name name = Name::from_text("CN=Rakkan CA,C=JP").value();
  EXPECT_TRUE(name.matches(Name::from_text("CN=RAKKAN   ca,C=jp").value()));
  EXPECT_TRUE(name.matches(Name::from_text(R"(CN=\ Rakkan CA\ ,C=JP)").value()));
  EXPECT_FALSE(name == Name::from_text("CN=RAKKAN CA,C=JP").value());
  EXPECT_FALSE(name.matches(Name::from_text("CN=RakkanCA,C=JP").value()));
  EXPECT_FALSE(name.matches(Name::from_text("C=JP,CN=Rakkan CA").value()));
  EXPECT_FALSE(name.matches(Name::from_text("CN=Rakkan CA+C=JP").value()));
  EXPECT_FALSE(name.matches(Name()));
  EXPECT_TRUE(Name::parse(common_name_in(Tag::bmp_string, "0041"))
                  ->matches(Name::parse(common_name_in(Tag::printable_string, "61")).value()));
}

TEST(Name, AComparisonKeyBeginsWithThatOfASubtree) {
  const auto key = [](std::string_view text) { return Name::from_text(text).value().comparison_key(); };
  EXPECT_EQ(Name().comparison_key(), "");
  EXPECT_TRUE(key("CN=a,O=B  c,C=JP").starts_with(key("O=b C,C=jp")));
  EXPECT_FALSE(key("CN=a,O=Bc2,C=JP").starts_with(key("O=Bc,C=JP")));
  EXPECT_FALSE(key("CN=a,OU=x+O=Bc,C=JP").starts_with(key("O=Bc,C=JP")));
  EXPECT_FALSE(key("C=JP").starts_with(key("O=Bc,C=JP")));
}

TEST(Name, TheAttributesOfAnRdnHaveNoOrder) {
  const auto rdn = [](std::string_view first, std::string_view second) {
    der::Writer writer;
    writer.sequence([&] {
      writer.set([&] {
        writer.raw(from_hex(first).value());
        writer.raw(from_hex(second).value());
      });
    });
    return Name::parse(writer.view()).value();
  };
  const std::string cn = "30080603550403130161";
  const std::string ou = "3008060355040b130162";
  EXPECT_TRUE(rdn(cn, ou).matches(rdn(ou, cn)));
  EXPECT_FALSE(rdn(cn, ou).matches(rdn(cn, cn)));
}

}  // namespace
}  // namespace rakkan::pki
