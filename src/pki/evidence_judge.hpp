// EvidenceJudge decides for one certificate of a path whether it is proven to have been good at a time, and by what.
// The rules stand in rakkan/pki/evidence_table.hpp; the table is made of judgements. Of one table and one thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::pki {

struct CertificateJudgement;
using Judgement = std::shared_ptr<const CertificateJudgement>;

// The signer of a CRL or response that is not the issuer of the certificate in question, judged when it signed.
struct SignerJudgement {
  EvidencePlace place{};
  Certificate certificate;
  Instant time;
  std::optional<CertificationPath> path;  // nothing: none was found
  std::vector<Judgement> judgements;      // of the path's certificates, null where they were not judged
  bool is_proven = false;
  // Its path is valid, but for revocation data that are missing: its word that a certificate is revoked counts.
  bool is_authorized = false;
  std::optional<EvidenceGap> gap;  // exactly when not proven
  std::string detail;
};

// A statement of one CRL or response about a certificate, by a signer with the right to make it.
struct Statement {
  EvidenceObject object;
  RevocationStatus status;
  EvidenceRight right{};
  std::shared_ptr<const SignerJudgement> signer = nullptr;  // once it was judged; null for the issuer itself
};

struct CertificateJudgement {
  EvidenceVerdict verdict = EvidenceVerdict::not_proven;
  std::optional<EvidenceGap> gap = {};
  std::optional<EvidenceExemption> exemption = {};
  std::string detail = {};
  std::optional<Statement> statement = {};
  std::vector<RejectedEvidence> rejected = {};
  std::optional<Instant> ask_again = {};

  [[nodiscard]] bool is_settled() const noexcept {
    return verdict == EvidenceVerdict::proven || verdict == EvidenceVerdict::exempt;
  }
};

// The place and the time for which a certificate of a path is judged.
struct JudgedFor {
  EvidencePlace place{};
  Instant time;                                // T
  std::optional<FreshnessDemand> demand = {};  // of a subject's own certificate alone
  std::optional<Instant> covered_at = {};      // of the certificates of a timestamp that another one covers

  // The certificate has to be good until then.
  [[nodiscard]] Instant end() const { return std::max(time, covered_at.value_or(time)); }
  [[nodiscard]] JudgedFor of_authority() const { return {EvidencePlace::authority, time, std::nullopt, covered_at}; }
};

// The time at which a CRL or response was signed.
[[nodiscard]] inline Instant signed_at(const RevocationTimes& times) noexcept {
  return times.produced_at.value_or(times.this_update);
}

// Notes why the object is not used; of one certificate the first few alone are kept.
void reject(std::vector<RejectedEvidence>& rejected, const EvidenceObject& object, const crypto::Digest& fingerprint,
            Error why);

class EvidenceJudge {
 public:
  explicit EvidenceJudge(const EvidenceInputs& inputs);

  [[nodiscard]] const CertificatePool& pool() const noexcept { return pool_; }
  [[nodiscard]] Provenance provenance_of(const Certificate& certificate) const;

  // Of path.certificates[index]; those above it belong to the path's anchor. Fails with certificate_path_limit when the
  // judge has done more than it may, then and ever after.
  [[nodiscard]] Result<Judgement> judge(const CertificationPath& path, std::size_t index, const JudgedFor& what);
  [[nodiscard]] bool is_exhausted() const noexcept { return steps_left_ == 0; }

  // The paths of a certificate at a time, with the judgements as their revocation: those of CAs as authorities, that of
  // the certificate itself for `what`.
  [[nodiscard]] Result<PathSearch> search(const Certificate& target, std::span<const TrustAnchor> anchors,
                                          const JudgedFor& what);

 private:
  struct Statements {
    std::vector<Statement> authorized;
    std::vector<RejectedEvidence> rejected;
  };
  using Key = std::string;

  // Fails with certificate_path_limit when there is none left.
  [[nodiscard]] Result<void> take_step();
  [[nodiscard]] PathInputs inputs_for(const JudgedFor& target);
  [[nodiscard]] CertificateJudgement decide(const CertificationPath& path, std::size_t index, const JudgedFor& what,
                                            Statements statements) const;
  [[nodiscard]] const Statements& statements_about(const CertificationPath& path, std::size_t index);
  void add_responses(Statements& to, const CertificationPath& path, std::size_t index);
  void add_lists(Statements& to, const CertificationPath& path, std::size_t index);
  void add(Statements& to, const CertificationPath& path, std::size_t index, Statement statement);
  [[nodiscard]] Result<void> check(const CertificationPath& path, std::size_t index, const Statement& statement);
  [[nodiscard]] std::optional<Instant> known_revocation(const CertificationPath& path, std::size_t index);
  [[nodiscard]] Result<std::shared_ptr<const SignerJudgement>> judge_signer(const CertificationPath& path,
                                                                            std::size_t index,
                                                                            const Statement& statement);
  [[nodiscard]] Result<void> judge_responder(const CertificationPath& path, std::size_t index, SignerJudgement& signer);
  [[nodiscard]] Result<void> judge_crl_issuer(const CertificationPath& path, SignerJudgement& signer);
  [[nodiscard]] Result<void> give_up(SignerJudgement& signer, const Error& why) const;
  [[nodiscard]] AlgorithmStanding standing_of(const Statement& statement) const;

  const EvidenceInputs& inputs_;
  std::map<std::string, Provenance> provenances_;  // by fingerprint
  CertificatePool pool_;
  std::multimap<std::string, Certificate> responders_;   // with the purpose OCSPSigning, by their issuer's name
  std::multimap<std::string, Certificate> crl_issuers_;  // by their own name
  std::map<Key, Judgement> judgements_;
  std::map<Key, Statements> statements_;
  std::map<Key, std::optional<CrlEntry>> entries_;  // of a certificate in a list: one pass over the list for each
  std::vector<Certificate> in_progress_;  // the certificates that are being judged, each for the one before it
  std::size_t cuts_ = 0;                  // judgements that ended since their certificate was in progress
  std::size_t steps_left_;
};

}  // namespace rakkan::pki
