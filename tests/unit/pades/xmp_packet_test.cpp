#include "pades/xmp_packet.hpp"

#include <gmock/gmock.h>

#include <string>

namespace rakkan::pades {
namespace {

bool plain(std::string_view text) { return is_plain_xmp(bytes_of(text)); }

TEST(XmpPacket, IsPlainXml) {
  for (const std::string_view text :
       {"<x:xmpmeta/>",
        "\xEF\xBB\xBF<?xpacket begin='x'?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"></x:xmpmeta>\n<?xpacket?>  ",
        "<x:xmpmeta><a b='1' c=\"&amp;&#65;&#x41;\"><!-- <no> --><![CDATA[<no>]]>text &lt; &apos;</a></x:xmpmeta>",
        "<x:xmpmeta><a></a ><b/></x:xmpmeta>"}) {
    EXPECT_TRUE(plain(text)) << text;
  }
}

TEST(XmpPacket, IsNothingElse) {
  for (const std::string_view text : {"",
                                      "text",
                                      "<x/>",
                                      "<x:xmpmeta>",
                                      "<x:xmpmeta></x:xmp>",
                                      "<x:xmpmeta/><more/>",
                                      "<x:xmpmeta/>text",
                                      "<!DOCTYPE x><x:xmpmeta/>",
                                      "<x:xmpmeta><!ENTITY a 'b'></x:xmpmeta>",
                                      "<x:xmpmeta>&evil;</x:xmpmeta>",
                                      "<x:xmpmeta>&#;</x:xmpmeta>",
                                      "<x:xmpmeta>& </x:xmpmeta>",
                                      "<x:xmpmeta a=1/>",
                                      "<x:xmpmeta a='<'/>",
                                      "<x:xmpmeta a='&b;'/>",
                                      "<x:xmpmeta a='1' a='2'/>",
                                      "<x:xmpmeta a='1/>",
                                      "<x:xmpmeta><a></x:xmpmeta></a>",
                                      "<x:xmpmeta><!-- </x:xmpmeta>",
                                      "<x:xmpmeta><? </x:xmpmeta>",
                                      "< x:xmpmeta/>"}) {
    EXPECT_FALSE(plain(text)) << text;
  }
}

TEST(XmpPacket, IsNotDeep) {
  std::string deep = "<x:xmpmeta>";
  std::string end = "</x:xmpmeta>";
  for (int i = 0; i < 99; ++i) {
    deep += "<a>";
    end.insert(0, "</a>");
  }
  EXPECT_TRUE(plain(deep + end));
  EXPECT_FALSE(plain(deep + "<a></a>" + end));
}

}  // namespace
}  // namespace rakkan::pades
