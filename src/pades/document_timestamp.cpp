#include "rakkan/pades/document_timestamp.hpp"

#include <utility>

namespace rakkan::pades {

Result<PreparedTimestamp> prepare_timestamp(const pdf::Document& document, const HashedDocument& hashed,
                                            const DocumentTimestampSpec& spec, RandomSource& random) {
  SignatureFieldSpec field{.kind = FieldKind::document_timestamp, .field_name = spec.field_name};
  field.iso_docmdp = spec.iso_docmdp;
  RAKKAN_TRY(PreparedRevision revision, prepare(document, field, spec.largest_token, random));
  RAKKAN_TRY(const crypto::Digest digest, hashed.byte_range_digest(revision, spec.algorithm));
  return PreparedTimestamp{std::move(revision), digest};
}

Result<SignedRevision> embed_token(PreparedTimestamp prepared, const tsp::TimestampToken& token) {
  const auto imprint = token.info().message_imprint.digest();
  if (!imprint || *imprint != prepared.digest) {
    return fail(ErrorCode::tsa_response_mismatch, "the token is over another digest than the document's");
  }
  return SignedRevision::embed(std::move(prepared.revision), token.der());
}

}  // namespace rakkan::pades
