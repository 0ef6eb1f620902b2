// DER written again in BER (X.690 §8), as writers do that do not know lengths in advance. der::from_ber must make the
// same DER of it.
#pragma once

#include <algorithm>

#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::test {

// The way in which the next element is written. By default as most writers of CMS do: every constructed element with an
// indefinite length, every OCTET STRING in pieces of that size.
struct BerWriter {
  std::size_t piece = 1'000;

  [[nodiscard]] static bool indefinite() { return true; }
  [[nodiscard]] static bool in_pieces(std::size_t /*size*/) { return true; }
  [[nodiscard]] std::size_t next_piece(std::size_t left) const { return std::min(piece, left); }
  [[nodiscard]] static bool nested() { return false; }
};

template <class How>
void append_constructed(Bytes& out, Byte identifier, ByteView content, How& how) {
  if (how.indefinite()) {
    append(out, Bytes{identifier, 0x80});
    append(out, content);
    append(out, Bytes{0x00, 0x00});
  } else {
    der::append_header(out, static_cast<der::Tag>(identifier), content.size());
    append(out, content);
  }
}

template <class How>
void append_in_pieces(Bytes& out, ByteView octets, How& how, unsigned depth = 0) {
  Bytes pieces;
  while (!octets.empty()) {
    const ByteView piece = octets.first(std::max<std::size_t>(how.next_piece(octets.size()), 1));
    octets = octets.subspan(piece.size());
    if (depth < 3 && how.nested()) {
      append_in_pieces(pieces, piece, how, depth + 1);
    } else {
      der::append_header(pieces, der::Tag::octet_string, piece.size());
      append(pieces, piece);
    }
  }
  append_constructed(out, 0x24, pieces, how);
}

// The elements of `der`, which is DER, as `how` writes them.
template <class How>
[[nodiscard]] Bytes in_ber(ByteView der, How& how) {
  Bytes out;
  der::Reader reader(der);
  while (!reader.at_end()) {
    const der::Element element = *reader.any();
    const Byte identifier = static_cast<Byte>(element.tag);
    if ((identifier & 0x20U) != 0) {
      append_constructed(out, identifier, in_ber(element.content, how), how);
    } else if (element.tag == der::Tag::octet_string && how.in_pieces(element.content.size())) {
      append_in_pieces(out, element.content, how);
    } else {
      append(out, element.encoding);
    }
  }
  return out;
}

[[nodiscard]] inline Bytes in_ber(ByteView der) {
  BerWriter how;
  return in_ber(der, how);
}

// A CMS SignedData with its content in DER, as a writer makes it that streams the content: the envelope has indefinite
// lengths and the content is in pieces; certificates and SignerInfos, which are made whole, are in DER.
[[nodiscard]] inline Bytes as_streamed(ByteView signed_data) {
  BerWriter how{64};
  der::Reader top(signed_data);
  der::Reader content_info = *top.enter(der::Tag::sequence);
  const der::Element type = *content_info.element(der::Tag::oid);
  der::Reader explicit_content = *content_info.enter(der::context_constructed(0));
  der::Reader fields = *explicit_content.enter(der::Tag::sequence);
  Bytes inner = copy_of(fields.any()->encoding);  // version
  append(inner, fields.any()->encoding);          // digestAlgorithms
  append(inner, in_ber(fields.any()->encoding, how));
  append(inner, fields.rest());
  Bytes sequence;
  append_constructed(sequence, 0x30, inner, how);
  Bytes whole = copy_of(type.encoding);
  append_constructed(whole, 0xA0, sequence, how);
  Bytes result;
  append_constructed(result, 0x30, whole, how);
  return result;
}

// A TimeStampResp, granted, whose token is streamed.
[[nodiscard]] inline Bytes with_streamed_token(ByteView response) {
  der::Reader top(response);
  der::Reader fields = *top.enter(der::Tag::sequence);
  Bytes content = copy_of(fields.any()->encoding);
  append(content, as_streamed(fields.rest()));
  Bytes result;
  der::append_header(result, der::Tag::sequence, content.size());
  append(result, content);
  return result;
}

}  // namespace rakkan::test
