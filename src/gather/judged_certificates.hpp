// JudgedCertificates are the certificates on which a verdict may depend: those of signers and timestamp units, and of
// the responders and CRL issuers that speak about any certificate of their chains, and so on. For each the candidate
// chains are looked for, and for each certificate of a chain what CRLs and OCSP responses say about it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gather/evidence_pool.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/pki/revocation_processing.hpp"

namespace rakkan::gather {

class JudgedCertificates {
 public:
  // All of them outlive this.
  JudgedCertificates(const EvidencePool& pool, const pki::TrustStore& trust, const Limits& limits,
                     pki::VerifiedSignatures* known);
  ~JudgedCertificates();
  JudgedCertificates(const JudgedCertificates&) = delete;
  JudgedCertificates& operator=(const JudgedCertificates&) = delete;

  // Takes the certificate up, with all on which it depends.
  void judge(const Id& certificate);

  // Writes certificates, anchors and revocations into the facts, each in the order of the ids, and a finding about the
  // document where a limit was reached. The objects that a composed revocation stands for are in `parts`, by its id.
  void write(validation::Facts& facts, std::map<Id, std::vector<Id>>& parts) const;

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace rakkan::gather
