// Answers of servers of evidence, read and verified for the question that they answer: what EvidenceGatherer takes.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::service {

// The contents of an answer, once it is verified.
struct EvidenceAnswer {
  std::optional<pki::OcspResponse> response = {};
  std::optional<pki::CertificateList> list = {};
  std::vector<pki::Certificate> certificates = {};
  fetch::Freshness freshness{};
  bool is_enough = false;               // nothing newer or better is to be asked for
  std::optional<Error> complaint = {};  // an answer that verifies and says nothing: the certificate is not known
};

// The question of which an answer has to be the answer. Immutable; shared with the pool's threads.
struct EvidenceQuestion {
  pki::EvidenceNeed need;
  std::vector<pki::Certificate> candidates = {};  // for the responder or CRL issuer
  std::optional<Bytes> nonce = {};
  const Clock* clock = nullptr;
  std::chrono::milliseconds clock_tolerance{};
  std::chrono::milliseconds certificate_lifetime{};
};

// Each fails with the error of the reader, of the verification (revocation_mismatch, signature_invalid, …), with
// ocsp_nonce_mismatch, or with revocation_out_of_date for an answer that is of no use for the question's time.
[[nodiscard]] Result<EvidenceAnswer> read_ocsp_answer(ByteView answer, const EvidenceQuestion& question);
[[nodiscard]] Result<EvidenceAnswer> read_crl_answer(ByteView answer, const EvidenceQuestion& question);
// The certificates of the issuer in question, and of those above it that came with them; signature_invalid when none of
// them issued the certificate.
[[nodiscard]] Result<EvidenceAnswer> read_issuer_answer(ByteView answer, const EvidenceQuestion& question);

}  // namespace rakkan::service
