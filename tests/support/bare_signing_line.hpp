// The steps of a B-B signature one after the other, with any Signer and without authorisation, audit or thread: for
// tests of the steps and for benchmarks of their cost. Blocks on the signer.
#pragma once

#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::test {

[[nodiscard]] inline Result<service::SignedPdf> sign_pdf_line(const service::HashedDocument& document,
                                                              const credentials::SigningMaterial& key,
                                                              const pades::SignatureFieldSpec& field,
                                                              RandomSource& random, const pdf::Limits& limits = {}) {
  RAKKAN_TRY(service::PreparedPdf prepared, service::prepare_pdf(document, key, field, 0, random, limits));
  RAKKAN_TRY(const Bytes signature, service::use_key(key, prepared.attributes));
  RAKKAN_CHECK(service::check_own_signature(key, prepared.attributes, signature));
  const Bytes cms = service::assemble(key, prepared.attributes, signature, std::nullopt);
  return service::embed(std::move(prepared), document, cms, std::nullopt);
}

// The same for a base that was not hashed yet.
[[nodiscard]] inline Result<service::SignedPdf> sign_pdf_line(ByteView base, const credentials::SigningMaterial& key,
                                                              const pades::SignatureFieldSpec& field,
                                                              RandomSource& random, const pdf::Limits& limits = {}) {
  const auto document = service::HashedDocument::hash(base, key.suite().digest);
  return sign_pdf_line(document, key, field, random, limits);
}

[[nodiscard]] inline Result<Bytes> sign_digest_line(const crypto::Digest& digest,
                                                    const credentials::SigningMaterial& key) {
  RAKKAN_TRY(const cms::SignedAttributes attributes, service::prepare_digest(digest, key));
  RAKKAN_TRY(const Bytes signature, service::use_key(key, attributes));
  RAKKAN_CHECK(service::check_own_signature(key, attributes, signature));
  return service::assemble(key, attributes, signature, std::nullopt);
}

}  // namespace rakkan::test
