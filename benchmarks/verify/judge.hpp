// One file judged as `rakkan verify --offline` does it, between reading the file and writing the verdict.
#pragma once

#include <string>
#include <vector>

#include "rakkan/gather/gather.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::bench {

struct Judged {
  gather::Gathered gathered;
  validation::Verdict verdict;
};

// Whom to trust, the evidence from outside, and the time of the judgement: the same for many files.
class Judge {
 public:
  // `given`: CRLs and OCSP responses, DER.
  Judge(const pki::TrustStore& trust, const std::vector<Bytes>& given, Instant at);

  // `known`: the signatures of certificates, CRLs and OCSP responses that this process has verified.
  [[nodiscard]] Judged judge(ByteView file, pki::VerifiedSignatures& known) const;
  // The second half alone.
  [[nodiscard]] validation::Verdict decide(const gather::Gathered& gathered) const;
  // Ends the program unless the file passes at that level, since the time that a refusal takes would count for nothing.
  void must_pass(ByteView file, validation::Level level) const;

 private:
  pki::TrustStore trust_;
  pki::EvidenceMaterial given_;
  Instant at_;
};

}  // namespace rakkan::bench
