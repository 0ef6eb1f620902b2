#include "cms/signer_rules.hpp"

#include "cms/encoding.hpp"
#include "cms/signing_certificate.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {

using der::Reader;
using der::Tag;

bool SignerName::names(const pki::Certificate& certificate) const {
  if (!subject_key_identifier.empty()) {
    const auto key_identifier = certificate.subject_key_identifier();
    return key_identifier && equal(*key_identifier, subject_key_identifier);
  }
  return same_serial_number(serial_number, certificate.serial_number()) && is_issuer_of(issuer, certificate);
}

Result<der::Oid> read_content_type(ByteView value) {
  Reader reader(value);
  RAKKAN_TRY(const der::Oid type, reader.oid());
  RAKKAN_CHECK(reader.end());
  return type;
}

Result<ByteView> read_message_digest(ByteView value) {
  Reader reader(value);
  RAKKAN_TRY(const ByteView digest, reader.octet_string());
  RAKKAN_CHECK(reader.end());
  return digest;
}

Result<bool> protects_algorithms(ByteView value, const der::Oid& digest, ByteView signature_algorithm) {
  Reader top(value);
  RAKKAN_TRY(Reader protection, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader digest_identifier, protection.enter(Tag::sequence));
  RAKKAN_TRY(const der::Oid digest_oid, digest_identifier.oid());
  RAKKAN_TRY(const ByteView signature_identifier, protection.content(der::context_constructed(1)));
  RAKKAN_CHECK(protection.end());
  Reader declared(signature_algorithm);
  RAKKAN_TRY(const ByteView declared_identifier, declared.content(Tag::sequence));
  return digest_oid == digest && equal(signature_identifier, declared_identifier);
}

Bytes signed_attributes_header(std::size_t content_size) {
  Bytes header;
  append_header(header, Tag::set, content_size);
  return header;
}

Result<void> spend(crypto::VerificationBudget* budget, std::size_t cost) {
  if (budget != nullptr && !budget->take(cost)) {
    return fail(ErrorCode::unsupported_algorithm, "more work for signature values than is done for one file");
  }
  return {};
}

}  // namespace rakkan::cms
