#include "pki/ocsp_extensions.hpp"

#include <algorithm>

#include "pki/object_identifiers.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {

using der::Reader;
using der::Tag;

std::optional<ByteView> find_ocsp_nonce(const std::vector<Extension>& extensions) noexcept {
  const auto found = std::find_if(extensions.begin(), extensions.end(),
                                  [](const Extension& extension) { return extension.id == kOcspNonce; });
  if (found == extensions.end()) {
    return std::nullopt;
  }
  // The two header octets of an OCTET STRING that fills the value; a nonce is shorter than 128 octets.
  const ByteView value = found->value;
  const bool wrapped = value.size() >= 2 && value[0] == static_cast<Byte>(Tag::octet_string) && value[1] < 0x80 &&
                       value[1] == value.size() - 2;
  return wrapped ? value.subspan(2) : value;
}

void write_ocsp_nonce(der::Writer& writer, ByteView nonce) {
  write_extension(writer, kOcspNonce, false, [&] { writer.octet_string(nonce); });
}

Result<Instant> parse_archive_cutoff(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(const Instant cutoff, top.generalized_time(false));
  RAKKAN_CHECK(top.end());
  return cutoff;
}

Result<OcspCertHash> parse_cert_hash(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader algorithm, fields.enter(Tag::sequence));
  OcspCertHash hash;
  RAKKAN_TRY(hash.algorithm, algorithm.oid());
  RAKKAN_TRY(hash.value, fields.octet_string());
  RAKKAN_CHECK(fields.end());
  return hash;
}

}  // namespace rakkan::pki
