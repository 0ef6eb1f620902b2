// CRLs and OCSP responses put together by hand, so that a test can make any part of them wrong. The defaults are right;
// the signatures are of no key. Each member is a complete encoding, or empty to leave the part out.
//
//   HandmadeCrl crl;
//   crl.version = hex("020102");
//   EXPECT_THAT(pki::CertificateList::parse(crl.encode()), FailsWith(ErrorCode::malformed_crl));
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/writer.hpp"
#include "support/pki_authority.hpp"

namespace rakkan::test {

inline Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

inline Bytes tagged(unsigned identifier, std::initializer_list<ByteView> parts) {
  Bytes content;
  for (const ByteView part : parts) {
    append(content, part);
  }
  Bytes result;
  der::append_header(result, static_cast<der::Tag>(identifier), content.size());
  append(result, content);
  return result;
}
inline Bytes sequence(std::initializer_list<ByteView> parts) { return tagged(0x30, parts); }

// An Extension with that content of extnValue.
inline Bytes extension(const der::Oid& id, ByteView value, bool critical = false) {
  return sequence({tagged(0x06, {id.content()}), critical ? hex("0101ff") : Bytes(), tagged(0x04, {value})});
}

inline Bytes utc_time(std::string_view text) { return tagged(0x17, {bytes_of(text)}); }
inline Bytes generalized_time(std::string_view text) { return tagged(0x18, {bytes_of(text)}); }

inline constexpr std::string_view kEcdsaSha256 = "300a06082a8648ce3d040302";

struct HandmadeCrl {
  Bytes version = hex("020101");
  Bytes algorithm = hex(kEcdsaSha256);
  Bytes issuer = copy_of(pki::name_of("Issuer").der());
  Bytes this_update = utc_time("260101000000Z");
  Bytes next_update = utc_time("260108000000Z");
  std::vector<Bytes> entries;     // revokedCertificates is left out when there is none
  Bytes more_entries;             // behind those, for a test that has too many for a vector
  bool empty_list = false;        // and written all the same with this
  std::vector<Bytes> extensions;  // crlExtensions likewise
  Bytes trailing_in_tbs;
  Bytes outer_algorithm = hex(kEcdsaSha256);
  Bytes signature = hex("03020000");
  Bytes trailing_in_list;
  Bytes trailing;

  static Bytes entry(ByteView serial_content, ByteView time, ByteView extensions = {}) {
    return sequence({tagged(0x02, {serial_content}), time, extensions});
  }

  [[nodiscard]] Bytes encode() const {
    Bytes revoked;
    for (const Bytes& one : entries) {
      append(revoked, one);
    }
    append(revoked, more_entries);
    Bytes of_list;
    for (const Bytes& one : extensions) {
      append(of_list, one);
    }
    const Bytes list = revoked.empty() && !empty_list ? Bytes() : sequence({revoked});
    const Bytes extra = extensions.empty() ? Bytes() : tagged(0xA0, {sequence({of_list})});
    const Bytes tbs = sequence({version, algorithm, issuer, this_update, next_update, list, extra, trailing_in_tbs});
    Bytes result = sequence({tbs, outer_algorithm, signature, trailing_in_list});
    append(result, trailing);
    return result;
  }
};

// A list of so many entries of 35 octets with increasing serial numbers, every third with a reason (49 octets):
// 1,600,000 make 63 MB.
inline Bytes large_crl(std::uint32_t count) {
  HandmadeCrl crl;
  const Bytes plain = HandmadeCrl::entry(Bytes(16, 0x10), utc_time("260101000000Z"));
  const Bytes with_reason = HandmadeCrl::entry(Bytes(16, 0x10), utc_time("260101000000Z"),
                                               sequence({extension(der::Oid{2, 5, 29, 21}, hex("0a0104"))}));
  crl.more_entries.reserve(std::size_t{count} * 40);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t at = crl.more_entries.size();
    append(crl.more_entries, i % 3 == 0 ? with_reason : plain);
    for (unsigned octet = 0; octet < 4; ++octet) {
      crl.more_entries[at + 4 + 12 + octet] = static_cast<Byte>(i >> (24 - 8 * octet));
    }
  }
  return crl.encode();
}
// The serial number of its entry with that index, as INTEGER content octets.
inline Bytes serial_in_large_crl(std::uint32_t index) {
  Bytes serial(16, 0x10);
  for (unsigned octet = 0; octet < 4; ++octet) {
    serial[12 + octet] = static_cast<Byte>(index >> (24 - 8 * octet));
  }
  return serial;
}

struct HandmadeOcsp {
  Bytes status = hex("0a0100");
  Bytes type = hex("06092b0601050507300101");
  Bytes version;
  Bytes responder_id = tagged(0xA2, {tagged(0x04, {Bytes(20, 0x11)})});
  Bytes produced_at = generalized_time("20260101000000Z");

  Bytes hash_algorithm = hex("300906052b0e03021a0500");
  Bytes issuer_name_hash = tagged(0x04, {Bytes(20, 0x22)});
  Bytes issuer_key_hash = tagged(0x04, {Bytes(20, 0x33)});
  Bytes serial_number = hex("02025a01");
  Bytes certificate_status = hex("8000");
  Bytes this_update = generalized_time("20260101000000Z");
  Bytes next_update = tagged(0xA0, {generalized_time("20260108000000Z")});
  std::vector<Bytes> single_extensions;
  Bytes trailing_in_single;
  bool no_responses = false;

  std::vector<Bytes> response_extensions;
  Bytes trailing_in_tbs;
  Bytes algorithm = hex(kEcdsaSha256);
  Bytes signature = hex("03020000");
  std::vector<Bytes> certificates;
  Bytes trailing_in_basic;
  Bytes trailing;

  [[nodiscard]] Bytes certificate_id() const {
    return sequence({hash_algorithm, issuer_name_hash, issuer_key_hash, serial_number});
  }
  [[nodiscard]] Bytes basic() const {
    const auto joined = [](const std::vector<Bytes>& all, unsigned tag) {
      Bytes content;
      for (const Bytes& one : all) {
        append(content, one);
      }
      return all.empty() ? Bytes() : tagged(tag, {sequence({content})});
    };
    const Bytes single = sequence({certificate_id(), certificate_status, this_update, next_update,
                                   joined(single_extensions, 0xA1), trailing_in_single});
    const Bytes responses = sequence({no_responses ? Bytes() : single});
    const Bytes data =
        sequence({version, responder_id, produced_at, responses, joined(response_extensions, 0xA1), trailing_in_tbs});
    return sequence({data, algorithm, signature, joined(certificates, 0xA0), trailing_in_basic});
  }
  [[nodiscard]] Bytes encode() const {
    Bytes result = sequence({status, tagged(0xA0, {sequence({type, tagged(0x04, {basic()})})})});
    append(result, trailing);
    return result;
  }
};

}  // namespace rakkan::test
