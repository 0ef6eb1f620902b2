// Reads DER by its types and writes it again: what the reader accepts must come out of the writer the same.
#pragma once

#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::test {

[[nodiscard]] inline Result<void> transcode_all(der::Reader reader, der::Writer& writer);

// The next element: universal types that the reader knows are taken apart, all others are copied.
[[nodiscard]] inline Result<void> transcode_next(der::Reader& reader, der::Writer& writer) {
  using der::Tag;
  const Tag tag = *reader.peek();
  if ((static_cast<Byte>(tag) & 0x20) != 0) {
    RAKKAN_TRY(const der::Reader inner, reader.enter(tag));
    Result<void> transcoded;
    writer.constructed(tag, [&] { transcoded = transcode_all(inner, writer); });
    return transcoded;
  }
  if (tag == Tag::boolean) {
    RAKKAN_TRY(const bool value, reader.boolean());
    writer.boolean(value);
  } else if (tag == Tag::integer) {
    der::Reader again = reader;
    RAKKAN_TRY(const ByteView content, reader.integer());
    if (const auto small = again.small_unsigned()) {
      writer.small_unsigned(*small);
    } else {
      writer.integer(content);
    }
  } else if (tag == Tag::bit_string) {
    RAKKAN_TRY(const der::BitString bits, reader.bits());
    Bytes content{static_cast<Byte>(bits.unused_bits)};
    append(content, bits.octets);
    writer.primitive(tag, content);
  } else if (tag == Tag::null) {
    RAKKAN_CHECK(reader.null());
    writer.null();
  } else if (tag == Tag::oid) {
    RAKKAN_TRY(const der::Oid oid, reader.oid());
    writer.oid(oid);
  } else if (tag == Tag::utc_time) {
    RAKKAN_TRY(const Instant instant, reader.time());
    writer.time(instant);
  } else if (tag == Tag::generalized_time) {
    RAKKAN_TRY(const Instant instant, reader.generalized_time(false));
    writer.generalized_time(instant);
  } else {
    RAKKAN_TRY(const der::Element element, reader.any());
    writer.primitive(tag, element.content);
  }
  return {};
}

[[nodiscard]] inline Result<void> transcode_all(der::Reader reader, der::Writer& writer) {
  while (!reader.at_end()) {
    RAKKAN_CHECK(transcode_next(reader, writer));
  }
  return {};
}

// All elements of the input, written again; fails with what the reader refuses.
[[nodiscard]] inline Result<Bytes> transcode(ByteView input) {
  der::Writer writer;
  RAKKAN_CHECK(transcode_all(der::Reader(input), writer));
  return writer.take();
}

}  // namespace rakkan::test
