#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rakkan/der/writer.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::pki {
namespace {

// All values alike from the first case on, unlike rapidcheck by itself.
int any_in(int first, int end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(first, end)); }

constexpr std::string_view kPieces[] = {"山", "田", "𠮷", "é", "a", "Z", "9",  " ",  ",", "+", "\"",
                                        "\\", "<",  ">",  ";", "=", "#", "\t", "\n", "/", "."};

std::string any_text() {
  std::string text;
  const int count = any_in(1, 12);
  for (int i = 0; i < count; ++i) {
    text += *rc::gen::elementOf(std::vector<std::string_view>(std::begin(kPieces), std::end(kPieces)));
  }
  return text;
}

// A name in the encoding that from_text makes.
Bytes any_name() {
  der::Writer writer;
  writer.sequence([&] {
    const int rdns = any_in(0, 5);
    for (int i = 0; i < rdns; ++i) {
      std::vector<Bytes> attributes;
      const int count = any_in(1, 3);
      for (int j = 0; j < count; ++j) {
        der::Writer attribute;
        attribute.sequence([&] {
          attribute.oid(*rc::gen::element(der::Oid{2, 5, 4, 3}, der::Oid{2, 5, 4, 10}, der::Oid{2, 5, 4, 97}));
          attribute.text(der::Tag::utf8_string, any_text());
        });
        attributes.push_back(attribute.take());
      }
      writer.set_of(der::Tag::set, std::move(attributes));
    }
  });
  return writer.take();
}

RC_GTEST_PROP(Name, TextIsReadBackAsTheSameName, ()) {
  const Name name = Name::parse(any_name()).value();
  const auto again = Name::from_text(name.text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == name);
}

RC_GTEST_PROP(Name, AnyTextIsANameOrRefused, (const std::string& text)) {
  if (const auto name = Name::from_text(text)) {
    RC_ASSERT(Name::parse(name->der()) == *name);
    RC_ASSERT(Name::from_text(name->text()) == *name);
  }
}

RC_GTEST_PROP(Name, MatchingIsReflexiveAndSymmetric, ()) {
  const Name a = Name::parse(any_name()).value();
  const Name b = Name::parse(any_name()).value();
  RC_ASSERT(a.matches(a));
  RC_ASSERT(a.matches(b) == b.matches(a));
}

}  // namespace
}  // namespace rakkan::pki
