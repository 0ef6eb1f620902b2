#include "rakkan/service/signing_line.hpp"

#include <algorithm>

#include "rakkan/cms/signed_data_builder.hpp"

namespace rakkan::service {
namespace {

// A token that is larger than its reserve needs a second signature, as the reserve is part of what is signed. An
// authority whose tokens grow by more than the margin each time is not followed further.
constexpr unsigned kMaxSignatures = 3;

// Steps 6 and 7: a wrong key or a fault in the HSM stops here.
Result<Bytes> sign_and_check(const cms::SignedAttributes& attributes, const SigningMaterial& key) {
  const crypto::Digest to_be_signed = attributes.digest();
  RAKKAN_TRY(Bytes signature, key.signer().sign(key.suite(), to_be_signed));
  if (Result<void> verified = key.public_key().verify(key.suite(), to_be_signed, signature); !verified) {
    return fail(
        Error{ErrorCode::self_check_failed, "the certificate's key does not verify the new signature", {}, {}, {}}
            .because(std::move(verified).error()));
  }
  return signature;
}

// Step 9: the imprint is the digest of the signature value (RFC 5126 §6.1.1, EN 319 122-1 §5.3).
Result<std::optional<tsp::TimestampToken>> timestamp_signature(ByteView signature, const SigningMaterial& key,
                                                               Timestamper* timestamper) {
  if (timestamper == nullptr) {
    return std::nullopt;
  }
  RAKKAN_TRY(tsp::TimestampToken token, timestamper->timestamp(crypto::digest(key.suite().digest, signature)));
  return token;
}

// Step 8, with what step 9 brought.
Bytes assemble(const cms::SignedAttributes& attributes, ByteView signature, const SigningMaterial& key,
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

std::optional<TokenFacts> facts_of(const std::optional<tsp::TimestampToken>& token) {
  if (!token) {
    return std::nullopt;
  }
  return TokenFacts{token->info().generation_time, token->info().serial_number, token->info().policy};
}

}  // namespace

DocumentHasher::DocumentHasher(crypto::DigestAlgorithm byte_range_algorithm) {
  if (byte_range_algorithm != crypto::DigestAlgorithm::sha256) {
    byte_range_.emplace(byte_range_algorithm);
  }
}

// Two algorithms share one reading, block by block while a block is in the cache.
void DocumentHasher::update(ByteView piece) {
  constexpr std::size_t kBlock = 64 * 1024;
  size_ += piece.size();
  if (!byte_range_) {
    document_.update(piece);
    return;
  }
  while (!piece.empty()) {
    const ByteView block = piece.first(std::min(kBlock, piece.size()));
    document_.update(block);
    byte_range_->update(block);
    piece = piece.subspan(block.size());
  }
}

Result<HashedDocument> DocumentHasher::finish(ByteView base) && {
  if (base.size() != size_) {
    return fail(ErrorCode::internal, "the document is not what was hashed");
  }
  crypto::Hasher state = byte_range_ ? *std::move(byte_range_) : document_.clone();
  return HashedDocument(base, document_.finish(), std::move(state));
}

HashedDocument HashedDocument::hash(ByteView base, crypto::DigestAlgorithm byte_range_algorithm) {
  DocumentHasher hasher(byte_range_algorithm);
  hasher.update(base);
  return *std::move(hasher).finish(base);
}

crypto::Digest HashedDocument::byte_range_digest(const pades::PreparedRevision& prepared) const {
  return pades::digest_byte_range(state_, prepared);
}

Result<SignedPdf> sign_pdf_line(const HashedDocument& document, const SigningMaterial& key,
                                const pades::SignatureFieldSpec& field, Timestamper* timestamper, RandomSource& random,
                                const pdf::Limits& limits) {
  RAKKAN_TRY(const pdf::Document pdf, pdf::Document::open(document.base(), limits));
  std::size_t token_room = timestamper != nullptr ? timestamper->expected_token_size() : 0;
  for (unsigned signatures = 1;; ++signatures) {
    RAKKAN_TRY(auto prepared, pades::prepare(pdf, field, key.cms_size(token_room), random));  //  2
    const crypto::Digest byte_range_digest = document.byte_range_digest(prepared);            //  3
    const auto attributes =
        cms::SignedAttributes::make(cms::kIdData, byte_range_digest, key.certificate(), key.suite());  //  4
    RAKKAN_TRY(const Bytes signature, sign_and_check(attributes, key));                                //  6, 7
    RAKKAN_TRY(const auto token, timestamp_signature(signature, key, timestamper));                    //  9
    const Bytes cms = assemble(attributes, signature, key, token);                                     //  8
    if (token && cms.size() > prepared.reserve() && signatures < kMaxSignatures) {
      token_room = with_margin(token->der().size());
      continue;
    }
    SignedPdf result{
        .tail = {},
        .field_name = prepared.field_name(),
        .byte_range = prepared.byte_range(),
        .document_digest = document.document_digest(),
        .byte_range_digest = byte_range_digest,
        .cms_size = cms.size(),
        .reserve = prepared.reserve(),
        .timestamp = facts_of(token),
        .signatures_made = signatures,
    };
    RAKKAN_TRY(auto revision, pades::SignedRevision::embed(std::move(prepared), cms));  // 10
    result.tail = std::move(revision).take_tail();
    return result;
  }
}

Result<SignedPdf> sign_pdf_line(ByteView base, const SigningMaterial& key, const pades::SignatureFieldSpec& field,
                                Timestamper* timestamper, RandomSource& random, const pdf::Limits& limits) {
  return sign_pdf_line(HashedDocument::hash(base, key.suite().digest), key, field, timestamper, random, limits);
}

Result<DetachedCms> sign_digest_line(const crypto::Digest& digest, const SigningMaterial& key,
                                     Timestamper* timestamper) {
  if (digest.algorithm() != key.suite().digest) {
    return fail(ErrorCode::unsupported_algorithm, "the digest is of another algorithm than the signature's");
  }
  const auto attributes = cms::SignedAttributes::make(cms::kIdData, digest, key.certificate(), key.suite());  // 4
  RAKKAN_TRY(const Bytes signature, sign_and_check(attributes, key));                                         // 6, 7
  RAKKAN_TRY(const auto token, timestamp_signature(signature, key, timestamper));                             // 9
  return DetachedCms{assemble(attributes, signature, key, token), facts_of(token)};                           // 8
}

}  // namespace rakkan::service
