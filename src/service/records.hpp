// The records of the use cases: JSON to which the trail's entries commit, and which says who asked for a signature, an
// activation or a token, and what came of it, without PINs, activation tokens and documents. The record of an outcome
// names the intent that it closes, so that intents without an outcome are found after a crash. The answers to signing
// requests are written here too, from the same facts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/error_code.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::json {
class ObjectWriter;
}
namespace rakkan::service {
struct RaisedLevel;
}

namespace rakkan::service::records {

// SigningFacts is everything that is known of one signature on its way: it grows from step to step, and intent, outcome
// and answer are written from it.
struct SigningFacts {
  std::string_view action;                             // "sign_pdf", "sign_hash"
  pades::BaselineLevel level{};                        // asked for
  crypto::Digest document_digest;                      // SHA-256 of the document, or the digest that was handed in
  std::optional<Authorization> grant = {};             // step 1
  SignatureId signature = {};                          // made in step 1; the document and both entries carry it
  std::optional<crypto::Digest> message_digest = {};   // step 4: the value of the attribute messageDigest
  std::optional<crypto::Digest> to_be_signed = {};     // step 4: the digest of the signed attributes
  std::uint64_t intent = 0;                            // step 5: its entry's index in the trail
  std::optional<crypto::Digest> signature_value = {};  // step 6: SHA-256 of it
  std::optional<TokenFacts> timestamp = {};            // step 9
};

// {"alg":"SHA-256","value":"…"}, the form of every digest in records and answers.
[[nodiscard]] std::string digest_json(const crypto::Digest& digest);
// {"time":"…","serial_number":"…","policy":"…"}
[[nodiscard]] std::string timestamp_json(const TokenFacts& facts);
// The id of the person whom a signature's record is about: the party, or the giver of the instruction.
[[nodiscard]] std::string subject(const Authorization& grant);

[[nodiscard]] std::string intent(const SigningFacts& facts);
[[nodiscard]] std::string made(std::uint64_t intent, const SignatureId& signature, const crypto::Digest& value,
                               const std::optional<TokenFacts>& timestamp);
[[nodiscard]] std::string made(const SigningFacts& facts);
[[nodiscard]] std::string failed(const SigningFacts& facts, ErrorCode why);
[[nodiscard]] std::string interrupted(std::uint64_t intent, const SignatureId& signature);

// Why a signature whose value was made is not completed any more.
enum class GivenUp : std::uint8_t {
  window,       // signing.resume_window is over
  certificate,  // its certificate has expired
  reserve,      // the token is larger than the room in /Contents
  evidence,  // B-LT can never be reached: its certificate or a unit's was revoked, or the document takes no more data
  asked,     // somebody wanted it so
  erased,    // its records are erased
  broken,    // what was kept cannot be completed
};
// `by`: the asker. `why_missing`: the slug of the error that was last in the way.
[[nodiscard]] std::string abandoned(std::uint64_t intent, const SignatureId& signature, GivenUp why,
                                    std::string_view why_missing, const access::Principal* by);

// The members of the answer beside the bytes, in the order in which they become known: begun before the timestamp,
// then with it, then with the revision.
[[nodiscard]] std::string answer_begun(const SigningFacts& facts);
[[nodiscard]] std::string answer(std::string begun, const std::optional<TokenFacts>& timestamp);
struct RevisionFacts {
  std::string_view field_name;
  pades::PreparedRevision::ByteRange byte_range;
  crypto::Digest byte_range_digest;
  std::uint64_t base_size = 0;
  std::size_t bytes_added = 0;  // by steps 2 to 11
  std::size_t cms_size = 0;
  std::size_t reserve = 0;
  const RaisedLevel* raised = nullptr;  // at B-LT and B-LTA
};
[[nodiscard]] std::string answer(std::string begun, const std::optional<TokenFacts>& timestamp,
                                 const RevisionFacts& revision);
[[nodiscard]] std::string answer(const SigningFacts& facts);
// `pdf` has the tail of steps 2 to 11, `raised` is what step 11 did: null at B-B and B-T.
[[nodiscard]] std::string answer(const SigningFacts& facts, const SignedPdf& pdf, std::uint64_t base_size,
                                 const RaisedLevel* raised = nullptr);

// Adds what step 11 did: "timestamps", "evidence", "ltv", "renewal".
void add_raised(json::ObjectWriter& to, const RaisedLevel& raised);
// Trace is the part of a record that matters for finding open intents.
struct Trace {
  bool is_intent = false;
  std::optional<std::uint64_t> closes;  // an intent's index
  SignatureId signature;
};
[[nodiscard]] Trace trace(std::string_view body);

[[nodiscard]] std::string activation(const access::Principal& principal, const credentials::Credential& credential,
                                     ByteView id, const std::vector<std::string>& digests, Instant expires);
[[nodiscard]] std::string withdrawal(const access::Principal& principal, const CredentialId& credential, ByteView id);
[[nodiscard]] std::string token(const tsp::TstInfo& info, const access::Principal& caller);

}  // namespace rakkan::service::records
