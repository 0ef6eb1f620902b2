#include "pki/signed_object.hpp"

#include <algorithm>

#include "pki/object_identifiers.hpp"

namespace rakkan::pki {

Result<Bytes> sign_object(ByteView to_be_signed, const crypto::AlgorithmSuite& suite, crypto::Signer& signer,
                          ByteView more) {
  const crypto::Digest digest = crypto::digest(suite.digest, to_be_signed);
  RAKKAN_TRY(const Bytes signature, signer.sign(suite, digest));
  auto verified = signer.public_key().verify(suite, digest, signature);
  if (!verified) {
    return fail(
        Error{ErrorCode::self_check_failed, "the new signature does not verify with the signer's key", {}, {}, {}}
            .because(std::move(verified).error()));
  }
  der::Writer writer(to_be_signed.size() + signature.size() + more.size() + 128);
  writer.sequence([&] {
    writer.raw(to_be_signed);
    writer.raw(suite.x509_signature_algorithm);
    writer.bit_string(signature);
    writer.raw(more);
  });
  return writer.take();
}

Result<void> verify_object(ByteView to_be_signed, ByteView signature_algorithm, ByteView signature,
                           const Certificate& signer) {
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, crypto::suite_from_identifier(signature_algorithm, std::nullopt));
  RAKKAN_TRY(const crypto::PublicKey key, signer.public_key());
  return key.verify_message(*suite, to_be_signed, signature);
}

void write_other_extensions(der::Writer& writer, const std::vector<ExtensionTemplate>& extensions) {
  for (const ExtensionTemplate& extension : extensions) {
    write_extension(writer, extension.id, extension.critical, [&] { writer.raw(extension.value); });
  }
}

void write_authority_key_identifier(der::Writer& writer, ByteView key_identifier) {
  write_extension(writer, kAuthorityKeyIdentifier, false,
                  [&] { writer.sequence([&] { writer.primitive(der::context(0), key_identifier); }); });
}

void write_distribution_point_name(der::Writer& writer, std::string_view url) {
  constexpr unsigned kUri = 6;  // GeneralName uniformResourceIdentifier [6] (RFC 5280 §4.2.1.6)
  writer.constructed(der::context_constructed(0), [&] {
    writer.constructed(der::context_constructed(0), [&] { writer.text(der::context(kUri), url); });
  });
}

Result<void> check_url(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0x80; })) {
    return fail(ErrorCode::invalid_argument, "a URL has ASCII characters only");
  }
  return {};
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
