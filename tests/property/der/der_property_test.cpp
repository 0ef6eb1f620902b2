#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "rakkan/base/hex.hpp"
#include "rakkan/der/ber.hpp"
#include "support/ber.hpp"
#include "support/der_transcode.hpp"

namespace rakkan::der {
namespace {

// From `first` to below `end`, all alike: by itself rapidcheck keeps to the lower end in a property's first cases.
template <class T>
T any_in(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

constexpr std::int64_t kYear1{-62135596800000};
constexpr std::int64_t kYear9999{253402300799999};

Instant any_instant() { return Instant{std::chrono::milliseconds{any_in<std::int64_t>(kYear1, kYear9999 + 1)}}; }
Instant any_second() { return std::chrono::floor<std::chrono::seconds>(any_instant()); }

std::string any_dotted() {
  const auto first = any_in(0, 3);
  std::string text = std::to_string(first) + '.' + std::to_string(any_in(0, first == 2 ? 5000 : 40));
  for (const std::uint64_t arc : *rc::gen::resize(6, rc::gen::arbitrary<std::vector<std::uint32_t>>())) {
    text += '.' + std::to_string(arc);
  }
  return text;
}

// Writes an arbitrary tree of values.
void write_any(Writer& writer, int depth) {
  switch (any_in(0, depth > 0 ? 12 : 10)) {
    case 0:
      return writer.boolean(*rc::gen::arbitrary<bool>());
    case 1:
      return writer.small_unsigned(*rc::gen::arbitrary<std::uint64_t>());
    case 2:
      return writer.unsigned_integer(*rc::gen::arbitrary<Bytes>());
    case 3:
      return writer.octet_string(*rc::gen::scale(4, rc::gen::arbitrary<Bytes>()));
    case 4:
      return writer.bit_string(*rc::gen::arbitrary<Bytes>());
    case 5:
      return writer.named_bits(any_in(0U, 512U), 9);
    case 6:
      return writer.oid(Oid::from_dotted(any_dotted()).value());
    case 7:
      return writer.time(any_second());
    case 8:
      return writer.generalized_time(any_second());
    case 9:
      return writer.null();
    default:
      break;
  }
  const Tag tag = *rc::gen::element(Tag::sequence, Tag::set, context_constructed(0), context_constructed(30));
  const int count = any_in(0, 5);
  writer.constructed(tag, [&] {
    for (int i = 0; i < count; ++i) {
      write_any(writer, depth - 1);
    }
  });
}

Bytes any_der() {
  Writer writer;
  write_any(writer, 5);
  return writer.take();
}

// Chooses among the ways in which BER may encode a value.
struct AnyBer {
  static bool indefinite() { return *rc::gen::arbitrary<bool>(); }
  static bool in_pieces(std::size_t /*size*/) { return *rc::gen::arbitrary<bool>(); }
  static std::size_t next_piece(std::size_t left) { return any_in<std::size_t>(1, left + 1); }
  static bool nested() { return any_in(0, 4) == 0; }
};

RC_GTEST_PROP(Ber, HoweverDerIsWrittenInBerItBecomesTheSameDer, ()) {
  const Bytes der = any_der();
  AnyBer how;
  const auto again = from_ber(test::in_ber(der, how));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == der);
}

RC_GTEST_PROP(Der, WhatIsWrittenIsReadAndWrittenTheSame, ()) {
  const Bytes der = any_der();
  const auto again = test::transcode(der);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == der);
}

RC_GTEST_PROP(Der, WhatIsAcceptedIsWrittenTheSame, ()) {
  Bytes der = any_der();
  const int changes = any_in(1, 4);
  for (int i = 0; i < changes; ++i) {
    // Octets that strict reading is about: lengths that are longer than needed, padded numbers, other truths.
    const Byte octet =
        any_in(0, 2) == 0 ? any_in<Byte>(0, 0xFF) : *rc::gen::element<Byte>(0x00, 0x01, 0x80, 0x81, 0xFF);
    const auto at = static_cast<std::ptrdiff_t>(any_in<std::size_t>(0, std::min<std::size_t>(der.size(), 8)));
    if (any_in(0, 2) == 0) {
      der.insert(der.begin() + at, octet);
    } else {
      der[static_cast<std::size_t>(at)] = octet;
    }
  }
  if (const auto again = test::transcode(der)) {
    RC_ASSERT(*again == der);
  }
}

RC_GTEST_PROP(Der, ALengthLongerThanNeededIsRefused, ()) {
  Bytes der = any_der();
  const bool long_form = der[1] >= 0x80;
  const Bytes padding = long_form ? Bytes{static_cast<Byte>(der[1] + 1), 0x00} : Bytes{0x81, der[1]};
  der.erase(der.begin() + 1);
  der.insert(der.begin() + 1, padding.begin(), padding.end());
  RC_ASSERT(!test::transcode(der).has_value());
}

RC_GTEST_PROP(Der, APrefixIsRefused, ()) {
  const Bytes der = any_der();
  const auto size = any_in<std::size_t>(1, der.size());
  RC_ASSERT(!test::transcode(ByteView(der).first(size)).has_value());
}

RC_GTEST_PROP(Der, ErrorsPointIntoTheInput, ()) {
  Bytes der = any_der();
  der[any_in<std::size_t>(0, der.size())] = *rc::gen::arbitrary<Byte>();
  if (const auto again = test::transcode(der); !again) {
    RC_ASSERT(again.error().where.starts_with("offset "));
    RC_ASSERT(std::stoul(again.error().where.substr(7)) <= der.size());
  }
}

RC_GTEST_PROP(Der, ValuesComeBack, (std::uint64_t number, Bytes octets)) {
  const Instant instant = any_instant();
  Writer writer;
  writer.small_unsigned(number);
  writer.octet_string(octets);
  writer.generalized_time(instant);
  writer.time(instant);
  Reader reader(writer.view());
  RC_ASSERT(reader.small_unsigned() == number);
  RC_ASSERT(equal(reader.octet_string().value(), octets));
  RC_ASSERT(reader.generalized_time(true) == instant);
  RC_ASSERT(reader.time() == std::chrono::floor<std::chrono::seconds>(instant));
  RC_ASSERT(reader.at_end());
}

RC_GTEST_PROP(Der, SetsDoNotDependOnTheOrderOfTheirElements, (std::vector<Bytes> contents)) {
  std::vector<Bytes> encodings;
  for (const Bytes& content : contents) {
    Writer element;
    element.octet_string(content);
    encodings.push_back(element.take());
  }
  Writer one;
  one.set_of(Tag::set, encodings);
  std::vector<ByteView> reversed(encodings.rbegin(), encodings.rend());
  Writer other;
  other.set_of(Tag::set, std::span(reversed));
  RC_ASSERT(equal(one.view(), other.view()));
}

RC_GTEST_PROP(Oid, DottedTextIsReadBack, ()) {
  const std::string text = any_dotted();
  const auto oid = Oid::from_dotted(text);
  RC_ASSERT(oid.has_value());
  RC_ASSERT(oid->dotted() == text);
  RC_ASSERT(Oid::from_content(oid->content()) == oid);
}

RC_GTEST_PROP(Oid, ContentThatIsAcceptedIsReadBackFromItsText, ()) {
  Bytes content;
  const auto size = any_in<std::size_t>(1, Oid::kMaxContentSize + 1);
  while (content.size() < size) {
    content.push_back(any_in<Byte>(0, 0xFF));
  }
  content.back() &= 0x7F;
  if (const auto oid = Oid::from_content(content)) {
    RC_ASSERT(Oid::from_dotted(oid->dotted()) == oid);
  }
}

}  // namespace
}  // namespace rakkan::der
