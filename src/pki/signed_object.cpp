#include "pki/signed_object.hpp"

#include <algorithm>

#include "pki/object_identifiers.hpp"

namespace rakkan::pki {

Result<Bytes> sign_object(ByteView to_be_signed, const crypto::AlgorithmSuite& suite, crypto::Signer& signer) {
  const crypto::Digest digest = crypto::digest(suite.digest, to_be_signed);
  RAKKAN_TRY(const Bytes signature, signer.sign(suite, digest));
  auto verified = signer.public_key().verify(suite, digest, signature);
  if (!verified) {
    return fail(
        Error{ErrorCode::self_check_failed, "the new signature does not verify with the signer's key", {}, {}, {}}
            .because(std::move(verified).error()));
  }
  der::Writer writer(to_be_signed.size() + signature.size() + 128);
  writer.sequence([&] {
    writer.raw(to_be_signed);
    writer.raw(suite.x509_signature_algorithm);
    writer.bit_string(signature);
  });
  return writer.take();
}

void write_authority_key_identifier(der::Writer& writer, ByteView key_identifier) {
  write_extension(writer, kAuthorityKeyIdentifier, false,
                  [&] { writer.sequence([&] { writer.primitive(der::context(0), key_identifier); }); });
}

Result<void> check_serial_number(ByteView magnitude) {
  const auto significant = static_cast<std::size_t>(
      magnitude.end() - std::find_if(magnitude.begin(), magnitude.end(), [](Byte octet) { return octet != 0; }));
  const bool sign_octet = significant != 0 && magnitude[magnitude.size() - significant] >= 0x80;
  if (significant == 0 || significant + (sign_octet ? 1 : 0) > 20) {
    return fail(ErrorCode::invalid_argument, "a serial number is positive and has at most 20 octets");
  }
  return {};
}

}  // namespace rakkan::pki
