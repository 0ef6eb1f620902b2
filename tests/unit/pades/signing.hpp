// Signs a document of a test's own with a CMS that is none.
#pragma once

#include <string>

#include "rakkan/pades/prepared_revision.hpp"
#include "support/fixed_random.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/sign_round_trip.hpp"

namespace rakkan::test {

inline Result<pades::PreparedRevision> prepared(ByteView base, const pades::SignatureFieldSpec& spec = {}) {
  RAKKAN_TRY(const pdf::Document document, pdf::Document::open(base));
  FixedRandom random;
  return pades::prepare(document, spec, 64, random);
}

inline std::string tail_of(ByteView base, const pades::SignatureFieldSpec& spec = {}) {
  const auto revision = prepared(base, spec);
  EXPECT_THAT(revision, IsOk());
  return revision ? std::string(text_of(revision->tail())) : std::string();
}

// The signed document; a failure when the round trip does not hold.
inline Bytes signed_document(ByteView base, const pades::SignatureFieldSpec& spec = {}) {
  RoundTrip trip = sign_round_trip(base, spec);
  EXPECT_FALSE(trip.refused.has_value()) << (trip.refused ? to_string(*trip.refused) : "");
  EXPECT_EQ(trip.violation, "");
  return std::move(trip.document);
}

}  // namespace rakkan::test
