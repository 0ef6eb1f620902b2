// A document timestamp (ISO 32000-2 §12.8.5, EN 319 142-1 §5.4.3): a TimeStampToken over everything before it, in an
// invisible field of its own. In two phases, since an authority has to be asked in between: prepare_timestamp gives the
// digest, embed_token takes the token.
#pragma once

#include <string>

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::pades {

struct DocumentTimestampSpec {
  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::sha256;  // of the imprint
  std::size_t largest_token = 0;  // bytes in DER: the largest token that any authority to be asked may give
  std::string field_name = {};    // as SignatureFieldSpec::field_name
  bool iso_docmdp = false;        // as SignatureFieldSpec::iso_docmdp
};

struct PreparedTimestamp {
  PreparedRevision revision;
  crypto::Digest digest;  // over the ByteRange: the imprint to ask for
};

// Makes the revision on top of `document`, whose bytes `hashed` has read with that algorithm. Errors as of prepare, and
// internal when `hashed` is of other bytes or without the algorithm.
[[nodiscard]] Result<PreparedTimestamp> prepare_timestamp(const pdf::Document& document, const HashedDocument& hashed,
                                                          const DocumentTimestampSpec& spec, RandomSource& random);

// Fills /Contents with the token in DER. Its signature is not verified: the caller has done so when it received it.
// Fails with tsa_response_mismatch when the token is over another digest, or with cms_larger_than_reserved.
[[nodiscard]] Result<SignedRevision> embed_token(PreparedTimestamp prepared, const tsp::TimestampToken& token);

}  // namespace rakkan::pades
