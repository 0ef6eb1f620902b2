#include "pki/crl_entries.hpp"

#include <algorithm>

#include "pki/distribution_points.hpp"
#include "pki/extensions.hpp"
#include "pki/object_identifiers.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

constexpr std::size_t kMaxSerialOctets = 20;  // RFC 5280 §4.1.2.2, beside a sign octet

// True for the content of an INTEGER that der::Reader and Certificate accept as a serial number.
bool is_serial_number(ByteView content) noexcept {
  if (content.empty() || content.size() > kMaxSerialOctets + (content[0] == 0x00 ? 1U : 0U)) {
    return false;
  }
  return content.size() == 1 ||
         ((content[0] != 0x00 || content[1] >= 0x80) && (content[0] != 0xFF || content[1] < 0x80));
}

Result<void> parse_entry_extension(const Extension& extension, CrlEntryExtensions& known) {
  Reader value(extension.value);
  if (extension.id == kReasonCode) {
    RAKKAN_TRY(known.reason, parse_crl_reason(value));
  } else if (extension.id == kInvalidityDate) {
    RAKKAN_TRY(known.invalidity_date, value.generalized_time(false));
  } else if (extension.id == kCertificateIssuer) {
    RAKKAN_TRY(const Reader names, value.enter(Tag::sequence));
    RAKKAN_TRY(const auto parsed, parse_general_names(names));
    RAKKAN_TRY(known.certificate_issuer, directory_name(parsed));
    if (!known.certificate_issuer) {
      return value.malformed("certificateIssuer without a directoryName");
    }
  } else {
    if (extension.critical && !known.unknown_critical) {
      known.unknown_critical = extension.id;
    }
    return {};
  }
  return value.end();
}

}  // namespace

Result<RawCrlEntry> CrlEntryReader::next() {
  RawCrlEntry entry;
  if (read_common_form(entry)) {
    return entry;
  }
  return read_any_form();
}

// SEQUENCE { INTEGER, UTCTime of 13 octets, SEQUENCE OPTIONAL } within 127 octets.
bool CrlEntryReader::read_common_form(RawCrlEntry& entry) noexcept {
  constexpr std::size_t kUtcTime = 15;  // header and content
  if (rest_.size() < 4 || rest_[0] != static_cast<Byte>(Tag::sequence) || rest_[1] >= 0x80 ||
      rest_.size() - 2 < rest_[1]) {
    return false;
  }
  const ByteView fields = rest_.subspan(2, rest_[1]);
  if (fields.size() < 2 || fields[0] != static_cast<Byte>(Tag::integer) || fields.size() < 2U + fields[1] + kUtcTime) {
    return false;
  }
  const ByteView serial = fields.subspan(2, fields[1]);
  const ByteView time = fields.subspan(2 + serial.size(), kUtcTime);
  const ByteView extensions = fields.subspan(2 + serial.size() + kUtcTime);
  if (!is_serial_number(serial) || time[0] != static_cast<Byte>(Tag::utc_time) || time[1] != kUtcTime - 2) {
    return false;
  }
  if (!extensions.empty() && (extensions.size() < 2 || extensions[0] != static_cast<Byte>(Tag::sequence) ||
                              extensions[1] != extensions.size() - 2)) {
    return false;
  }
  entry = {serial, time, extensions};
  rest_ = rest_.subspan(2 + fields.size());
  return true;
}

Result<RawCrlEntry> CrlEntryReader::read_any_form() {
  Reader entries(rest_);
  RAKKAN_TRY(Reader fields, entries.enter(Tag::sequence));
  RawCrlEntry entry;
  RAKKAN_TRY(entry.serial_number, fields.integer());
  if (!is_serial_number(entry.serial_number)) {
    return fields.malformed("serial number is longer than 20 octets");
  }
  Reader after = fields;
  RAKKAN_CHECK(after.time());
  RAKKAN_TRY(const der::Element time, fields.any());
  entry.revocation_date = time.encoding;
  RAKKAN_TRY(const auto extensions, fields.element_if(Tag::sequence));
  entry.extensions = extensions ? extensions->encoding : ByteView();
  RAKKAN_CHECK(fields.end());
  rest_ = entries.rest();
  return entry;
}

Result<CrlEntryExtensions> parse_crl_entry_extensions(ByteView extensions) {
  CrlEntryExtensions known;
  // reasonCode alone is what most entries have: 30 0C 30 0A 06 03 55 1D 15 04 03 0A 01 nn.
  static constexpr Byte kReasonAlone[] = {0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01};
  if (extensions.size() == sizeof(kReasonAlone) + 1 &&
      std::equal(std::begin(kReasonAlone), std::end(kReasonAlone), extensions.begin())) {
    known.reason = crl_reason_from_value(extensions.back());
    if (known.reason) {
      return known;
    }
  }
  Reader top(extensions);
  RAKKAN_TRY(const std::vector<Extension> all, parse_extensions(top));
  RAKKAN_CHECK(top.end());
  for (const Extension& extension : all) {
    RAKKAN_CHECK(parse_entry_extension(extension, known));
  }
  return known;
}

Result<CrlReason> parse_crl_reason(Reader& reader) {
  const Reader at = reader;
  RAKKAN_TRY(const std::uint64_t value, reader.small_unsigned(Tag::enumerated));
  const auto reason = crl_reason_from_value(value);
  if (!reason) {
    return at.malformed("reason " + std::to_string(value) + " is not defined");
  }
  return *reason;
}

}  // namespace rakkan::pki
