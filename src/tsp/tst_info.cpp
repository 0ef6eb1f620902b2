// Reading and writing TSTInfo (RFC 3161 §2.4.2).
//
//   TSTInfo ::= SEQUENCE { version INTEGER { v1(1) }, policy TSAPolicyId, messageImprint MessageImprint,
//        serialNumber INTEGER, genTime GeneralizedTime, accuracy Accuracy OPTIONAL, ordering BOOLEAN DEFAULT FALSE,
//        nonce INTEGER OPTIONAL, tsa [0] EXPLICIT GeneralName OPTIONAL, extensions [1] IMPLICIT Extensions OPTIONAL }
#include <array>

#include "rakkan/tsp/timestamp_token.hpp"
#include "tsp/encodings.hpp"
#include "tsp/malformed.hpp"

namespace rakkan::tsp {
namespace {

using der::Reader;
using der::Tag;

// "TSA users MUST be ready to accommodate integers up to 160 bits"; a nonce is as long as the request's, at most 64.
constexpr std::size_t kMaxSerialSize = 64;
constexpr std::size_t kMaxNonceSize = 64;
constexpr Tag kMillis = der::context(0);
constexpr Tag kMicros = der::context(1);
constexpr Tag kTsa = der::context_constructed(0);
constexpr Tag kExtensions = der::context_constructed(1);

// Reads INTEGER (1..999), implicitly tagged: one or two minimal content octets.
Result<std::uint16_t> read_fraction(Reader& fields, Tag tag) {
  RAKKAN_TRY(const auto element, fields.element_if(tag));
  if (!element) {
    return std::uint16_t{0};
  }
  const ByteView content = element->content;
  const bool one = content.size() == 1 && content[0] < 0x80;
  const bool two = content.size() == 2 && content[0] < 0x80 && (content[0] != 0 || content[1] >= 0x80);
  const unsigned value = one ? content[0] : two ? content[0] * 256U + content[1] : 0U;
  if (value < 1 || value > 999) {
    return fields.malformed("accuracy fraction is not from 1 to 999");
  }
  return static_cast<std::uint16_t>(value);
}

void write_fraction(der::Writer& writer, Tag tag, std::uint16_t value) {
  if (value == 0) {
    return;
  }
  const std::array<Byte, 2> octets{static_cast<Byte>(value >> 8U), static_cast<Byte>(value & 0xFFU)};
  writer.primitive(tag, value < 0x80 ? ByteView(octets).last(1) : ByteView(octets));
}

// Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] IMPLICIT INTEGER (1..999) OPTIONAL,
//                         micros [1] IMPLICIT INTEGER (1..999) OPTIONAL }
Result<Accuracy> read_accuracy(Reader fields) {
  Accuracy accuracy;
  if (fields.peek() == Tag::integer) {
    RAKKAN_TRY(const std::uint64_t seconds, fields.small_unsigned());
    const auto fitting = checked_cast<std::uint32_t>(seconds);
    if (!fitting) {
      return fields.malformed("accuracy of more than a century");
    }
    accuracy.seconds = *fitting;
  }
  RAKKAN_TRY(accuracy.milliseconds, read_fraction(fields, kMillis));
  RAKKAN_TRY(accuracy.microseconds, read_fraction(fields, kMicros));
  RAKKAN_CHECK(fields.end());
  return accuracy;
}

void write_accuracy(der::Writer& writer, const Accuracy& accuracy) {
  writer.sequence([&] {
    if (accuracy.seconds != 0) {
      writer.small_unsigned(accuracy.seconds);
    }
    write_fraction(writer, kMillis, accuracy.milliseconds);
    write_fraction(writer, kMicros, accuracy.microseconds);
  });
}

Result<std::vector<der::Oid>> read_extensions(Reader extensions) {
  std::vector<der::Oid> ids;
  do {
    RAKKAN_TRY(Reader extension, extensions.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid id, extension.oid());
    RAKKAN_TRY(const bool critical, read_flag(extension));
    RAKKAN_CHECK(extension.octet_string());
    RAKKAN_CHECK(extension.end());
    if (critical) {
      return extension.malformed("unknown critical extension " + id.dotted());
    }
    ids.push_back(id);
  } while (!extensions.at_end());
  return ids;
}

Result<Bytes> read_integer(Reader& fields, std::size_t limit) {
  RAKKAN_TRY(const ByteView content, fields.integer());
  if (content.size() > limit) {
    return fields.malformed("INTEGER longer than " + std::to_string(limit) + " octets");
  }
  return copy_of(content);
}

Result<TstInfo> read(ByteView der) {
  Reader top(der);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(const std::uint64_t version, fields.small_unsigned());
  if (version != 1) {
    return fields.malformed("TSTInfo is not version 1");
  }
  TstInfo info;
  RAKKAN_TRY(info.policy, fields.oid());
  RAKKAN_TRY(info.message_imprint, MessageImprint::read(fields));
  RAKKAN_TRY(info.serial_number, read_integer(fields, kMaxSerialSize));
  RAKKAN_TRY(info.generation_time, fields.generalized_time(true));
  RAKKAN_TRY(const auto accuracy, fields.enter_if(Tag::sequence));
  if (accuracy) {
    RAKKAN_TRY(info.accuracy, read_accuracy(*accuracy));
  }
  RAKKAN_TRY(info.ordering, read_flag(fields));
  if (fields.peek() == Tag::integer) {
    RAKKAN_TRY(info.nonce, read_integer(fields, kMaxNonceSize));
  }
  RAKKAN_TRY(auto tsa, fields.enter_if(kTsa));
  if (tsa) {
    RAKKAN_TRY(const der::Element name, tsa->any());
    RAKKAN_CHECK(tsa->end());
    info.tsa_name = copy_of(name.encoding);
  }
  RAKKAN_TRY(const auto extensions, fields.enter_if(kExtensions));
  if (extensions) {
    RAKKAN_TRY(info.extensions, read_extensions(*extensions));
  }
  RAKKAN_CHECK(fields.end());
  return info;
}

}  // namespace

Result<TstInfo> TstInfo::parse(ByteView der) {
  auto info = read(der);
  if (!info) {
    return malformed_as(ErrorCode::malformed_timestamp_response, std::move(info).error());
  }
  return info;
}

Bytes TstInfo::encode() const {
  der::Writer writer(160 + message_imprint.hashed_message.size() + tsa_name.size() + (nonce ? nonce->size() : 0));
  writer.sequence([&] {
    writer.small_unsigned(1);
    writer.oid(policy);
    message_imprint.write(writer);
    writer.integer(serial_number);
    writer.generalized_time(generation_time);
    if (accuracy) {
      write_accuracy(writer, *accuracy);
    }
    if (ordering) {
      writer.boolean(true);
    }
    if (nonce) {
      writer.integer(*nonce);
    }
    if (!tsa_name.empty()) {
      writer.constructed(kTsa, [&] { writer.raw(tsa_name); });
    }
  });
  return writer.take();
}

}  // namespace rakkan::tsp
