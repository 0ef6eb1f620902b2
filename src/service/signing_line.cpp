#include "rakkan/service/signing_line.hpp"

#include "rakkan/cms/signed_data_builder.hpp"

namespace rakkan::service {

Result<PreparedPdf> prepare_pdf(const HashedDocument& document, const credentials::SigningMaterial& key,
                                const pades::SignatureFieldSpec& field, std::size_t token_room, RandomSource& random,
                                const pdf::Limits& limits, pdf::MemoryBudget* memory) {
  RAKKAN_TRY(const pdf::Document pdf, pdf::Document::open(document.bytes(), limits, memory));
  RAKKAN_TRY(auto revision, pades::prepare(pdf, field, key.cms_size(token_room), random));  // 2
  const crypto::Digest digest = document.byte_range_digest(revision);                       // 3
  RAKKAN_TRY(auto attributes, prepare_digest(digest, key));                                 // 4
  return PreparedPdf{std::move(revision), digest, std::move(attributes)};
}

Result<void> check_digest_algorithm(const crypto::Digest& digest, const crypto::AlgorithmSuite& suite) {
  if (digest.algorithm() != suite.digest) {
    return fail(ErrorCode::digest_algorithm_mismatch,
                "the credential signs digests of " + std::string(crypto::info(suite.digest).name), "digest.alg");
  }
  return {};
}

Result<cms::SignedAttributes> prepare_digest(const crypto::Digest& digest, const credentials::SigningMaterial& key) {
  RAKKAN_CHECK(check_digest_algorithm(digest, key.suite()));
  return cms::SignedAttributes::make(cms::kIdData, digest, key.certificate(), key.suite());
}

Result<Bytes> use_key(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes) {
  return key.signer().sign(key.suite(), attributes.digest());
}

Result<void> check_own_signature(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                                 ByteView signature) {
  if (Result<void> verified = key.self_check()->verify(key.suite(), attributes.digest(), signature); !verified) {
    return fail(
        Error{ErrorCode::self_check_failed, "the certificate's key does not verify the new signature", {}, {}, {}}
            .because(std::move(verified).error()));
  }
  return {};
}

crypto::Digest imprint_of(const credentials::SigningMaterial& key, ByteView signature) {
  return crypto::digest(key.suite().digest, signature);
}

Bytes assemble(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes, ByteView signature,
               const std::optional<tsp::TimestampToken>& token) {
  return cms::assemble_signed_data({
      .attributes = attributes,
      .signer = key.certificate(),
      .signature = signature,
      .certificates = key.chain(),
      .embed_signer = true,
      .content = std::nullopt,
      .content_type = cms::kIdData,
      .signature_timestamp = token ? std::optional(token->der()) : std::nullopt,
  });
}

Result<SignedPdf> embed(PreparedPdf prepared, const HashedDocument& document, ByteView cms,
                        const std::optional<tsp::TimestampToken>& token) {
  SignedPdf result{
      .tail = {},
      .field_name = prepared.revision.field_name(),
      .byte_range = prepared.revision.byte_range(),
      .document_digest = document.document_digest(),
      .byte_range_digest = prepared.byte_range_digest,
      .cms_size = cms.size(),
      .reserve = prepared.revision.reserve(),
      .timestamp = facts_of(token),
  };
  RAKKAN_TRY(auto revision, pades::SignedRevision::embed(std::move(prepared.revision), cms));
  result.tail = std::move(revision).take_tail();
  return result;
}

std::optional<TokenFacts> facts_of(const std::optional<tsp::TimestampToken>& token) {
  if (!token) {
    return std::nullopt;
  }
  return TokenFacts{token->info().generation_time, token->info().serial_number, token->info().policy};
}

}  // namespace rakkan::service
