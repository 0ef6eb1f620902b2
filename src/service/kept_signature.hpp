// KeptSignature is everything that is needed to complete a signature whose value exists, without its key, its document
// and the request: it is durable before an authority is asked for the timestamp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/pades/kept_revision.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/store/row_change.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "service/certificate_stretches.hpp"
#include "service/records.hpp"

namespace rakkan::service {

// A signature after step 7 (docs/architecture.md), as its row in the store. `revision`: of a document; null: a detached
// CMS.
[[nodiscard]] store::KeptSignatureRow row_of(const records::SigningFacts& facts, const SigningRequest& request,
                                             const credentials::SigningMaterial& key,
                                             const cms::SignedAttributes& attributes, ByteView value,
                                             const pades::PreparedRevision* revision, Instant now);

struct KeptSignature {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;
  Instant created;
  access::Principal by;  // the caller's id and tenant, without the standing of its key
  std::string subject;   // of its records
  std::string answer;    // records::answer_begun
  std::string tsa;       // profile; empty: the default
  pades::BaselineLevel level{};
  crypto::Digest document_digest;
  crypto::Digest message_digest;
  cms::SignedAttributes attributes;
  Bytes value;
  std::optional<pades::KeptRevision> revision;
  std::vector<pki::Certificate> certificates;  // the signer's first
  SharedCertificates shared;                   // the same
  Bytes token;                                 // DER of its timestamp; empty: it has none yet

  // store_corrupt for a row that row_of did not make.
  [[nodiscard]] static Result<KeptSignature> read(const store::KeptSignatureRow& row);

  // Fails when the value is not one over the attributes by the certificate's key. self_check_failed.
  [[nodiscard]] Result<void> check() const;
  // Step 9's imprint.
  [[nodiscard]] crypto::Digest imprint() const;
};

// Changes by which the row is kept with the timestamp that the signature has meanwhile, in place of the row without it:
// data that it waits for have to be newer than that. When they are not committed, another timestamp is asked for later.
[[nodiscard]] std::vector<store::RowChange> changes_to_keep_token(store::KeptSignatureRow row, ByteView token);

// Steps 8 and 10 over what was kept.
struct CompletedSignature {
  Bytes tail;
  CertificateStretches certificates;
  TokenFacts timestamp;
  std::size_t cms_size = 0;
};
// cms_larger_than_reserved
[[nodiscard]] Result<CompletedSignature> complete(const KeptSignature& kept, const tsp::TimestampToken& token);
// The answer about it; `raised` is what step 11 did, null at B-T.
[[nodiscard]] std::string answer_about(const KeptSignature& kept, const CompletedSignature& done,
                                       const RaisedLevel* raised);

}  // namespace rakkan::service
