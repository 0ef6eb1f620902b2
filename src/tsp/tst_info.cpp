// Reading and writing TSTInfo (RFC 3161 §2.4.2).
//
//   TSTInfo ::= SEQUENCE { version INTEGER { v1(1) }, policy TSAPolicyId, messageImprint MessageImprint,
//        serialNumber INTEGER, genTime GeneralizedTime, accuracy Accuracy OPTIONAL, ordering BOOLEAN DEFAULT FALSE,
//        nonce INTEGER OPTIONAL, tsa [0] EXPLICIT GeneralName OPTIONAL, extensions [1] IMPLICIT Extensions OPTIONAL }
#include <array>
#include <string>

#include "rakkan/der/ber.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "tsp/encodings.hpp"
#include "tsp/malformed.hpp"
#include "tsp/tst_info_fields.hpp"

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

// Reads INTEGER (1..999), implicitly tagged: one or two minimal content octets. Some authorities write 0, too.
Result<std::uint16_t> read_fraction(Reader& fields, Tag tag, TstInfoReading reading) {
  RAKKAN_TRY(const auto element, fields.element_if(tag));
  if (!element) {
    return std::uint16_t{0};
  }
  const ByteView content = element->content;
  const bool one = content.size() == 1 && content[0] < 0x80;
  const bool two = content.size() == 2 && content[0] < 0x80 && (content[0] != 0 || content[1] >= 0x80);
  const unsigned value = one ? content[0] : two ? content[0] * 256U + content[1] : 0U;
  const bool zero = reading == TstInfoReading::lenient && one && value == 0;
  if ((value < 1 && !zero) || value > 999) {
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
Result<Accuracy> read_accuracy(Reader fields, TstInfoReading reading) {
  Accuracy accuracy;
  if (fields.peek() == Tag::integer) {
    RAKKAN_TRY(const std::uint64_t seconds, fields.small_unsigned());
    const auto fitting = checked_cast<std::uint32_t>(seconds);
    if (!fitting) {
      return fields.malformed("accuracy of more than a century");
    }
    accuracy.seconds = *fitting;
  }
  RAKKAN_TRY(accuracy.milliseconds, read_fraction(fields, kMillis, reading));
  RAKKAN_TRY(accuracy.microseconds, read_fraction(fields, kMicros, reading));
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

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
Result<void> read_extensions(Reader extensions, TstInfoReading reading, TstInfoFacts& info) {
  do {
    RAKKAN_TRY(Reader extension, extensions.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid id, extension.oid());
    RAKKAN_TRY(const bool critical, read_flag(extension));
    RAKKAN_CHECK(extension.octet_string());
    RAKKAN_CHECK(extension.end());
    if (critical && reading == TstInfoReading::strict) {
      return extension.malformed("unknown critical extension " + id.dotted());
    }
    info.extensions.push_back(id);
    if (critical) {
      info.critical_extensions.push_back(id);
    }
  } while (!extensions.at_end());
  return {};
}

// A GeneralizedTime in UTC in the forms that X.690 §8 and X.680 §46 allow beside that of RFC 3161 §2.4.2, in that form:
// without seconds, with trailing zeros of the fraction, or with a comma. Others come back as they are.
std::string usual_form(std::string_view text) {
  std::string time(text.substr(0, text.empty() ? 0 : text.size() - 1));
  if (!text.ends_with('Z')) {
    return std::string(text);
  }
  if (time.size() == 12) {  // YYYYMMDDHHMM
    time += "00";
  }
  if (const std::size_t point = time.find_first_of(".,"); point != std::string::npos) {
    time[point] = '.';
    time.erase(time.find_last_not_of('0') + 1);
    if (time.back() == '.') {
      time.pop_back();
    }
  }
  return time + 'Z';
}

Result<Instant> read_generation_time(Reader& fields, TstInfoReading reading, bool& is_der) {
  Reader again = fields;
  auto strict = fields.generalized_time(true);
  if (strict || reading == TstInfoReading::strict) {
    return strict;
  }
  fields = again;
  RAKKAN_TRY(const ByteView text, fields.content(Tag::generalized_time));
  der::Writer writer;
  writer.text(Tag::generalized_time, usual_form(text_of(text)));
  is_der = false;
  Reader usual(writer.view());
  return usual.generalized_time(true);
}

Result<Bytes> read_integer(Reader& fields, std::size_t limit) {
  RAKKAN_TRY(const ByteView content, fields.integer());
  if (content.size() > limit) {
    return fields.malformed("INTEGER longer than " + std::to_string(limit) + " octets");
  }
  return copy_of(content);
}

Result<TstInfoFacts> read(ByteView der, TstInfoReading reading) {
  const bool strict = reading == TstInfoReading::strict;
  Reader top(der);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  TstInfoFacts info;
  RAKKAN_TRY(info.version, fields.small_unsigned());
  if (strict && info.version != 1) {
    return fields.malformed("TSTInfo is not version 1");
  }
  RAKKAN_TRY(info.policy, fields.oid());
  RAKKAN_TRY(info.message_imprint, MessageImprint::read(fields));
  info.imprint_algorithm = crypto::hash_algorithm_from_oid(info.message_imprint.hash_algorithm);
  RAKKAN_TRY(info.serial_number, read_integer(fields, kMaxSerialSize));
  RAKKAN_TRY(info.generation_time, read_generation_time(fields, reading, info.is_der));
  RAKKAN_TRY(const auto accuracy, fields.enter_if(Tag::sequence));
  if (accuracy) {
    RAKKAN_TRY(info.accuracy, read_accuracy(*accuracy, reading));
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
    RAKKAN_CHECK(read_extensions(*extensions, reading, info));
  }
  RAKKAN_CHECK(fields.end());
  return info;
}

}  // namespace

Result<TstInfoFacts> read_tst_info(ByteView encoding, TstInfoReading reading) {
  auto info = read(encoding, reading);
  if (!info && reading == TstInfoReading::lenient) {
    const auto der = der::from_ber_prefix(encoding, {encoding.size(), true});
    if (der && der->size == encoding.size() && !equal(der->der, encoding)) {
      info = read(der->der, reading);
      if (info) {
        info->is_der = false;
      }
    }
  }
  if (!info) {
    return malformed_as(ErrorCode::malformed_timestamp_response, std::move(info).error());
  }
  return info;
}

Result<TstInfo> TstInfo::parse(ByteView der) {
  RAKKAN_TRY(TstInfoFacts read, read_tst_info(der, TstInfoReading::strict));
  return TstInfo{.policy = read.policy,
                 .message_imprint = std::move(read.message_imprint),
                 .serial_number = std::move(read.serial_number),
                 .generation_time = read.generation_time,
                 .accuracy = read.accuracy,
                 .ordering = read.ordering,
                 .nonce = std::move(read.nonce),
                 .tsa_name = std::move(read.tsa_name),
                 .extensions = std::move(read.extensions)};
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
