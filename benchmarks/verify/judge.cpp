#include "judge.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "must.hpp"
#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/policy.hpp"
#include "rakkan/validation/verdict_json.hpp"

namespace rakkan::bench {

Judge::Judge(const pki::TrustStore& trust, const std::vector<Bytes>& given, Instant at) : trust_(trust), at_(at) {
  constexpr pki::Provenance kOutside{pki::EvidenceOrigin::folder};
  for (const Bytes& der : given) {
    if (const auto response = pki::OcspResponse::parse(der)) {
      given_.add(*response, kOutside);
    } else {
      given_.add(must(pki::CertificateList::parse(der)), kOutside);
    }
  }
  given_.freeze();
}

Judged Judge::judge(ByteView file, pki::VerifiedSignatures& known) const {
  const pki::EvidenceMaterial material = given_;  // the command has one of its own for each file
  gather::Gathered gathered = must(gather::facts_of(file, {.trust = &trust_, .given = &material, .known = &known}));
  validation::Verdict verdict = decide(gathered);
  return {std::move(gathered), std::move(verdict)};
}

validation::Verdict Judge::decide(const gather::Gathered& gathered) const {
  return validation::decide(gathered.facts, validation::Policy::rakkan(), at_);
}

void Judge::must_pass(ByteView file, validation::Level level) const {
  pki::VerifiedSignatures known;
  const Judged judged = judge(file, known);
  // A further signature is a change that no rule explains yet, so each one is judged by its own revision.
  const auto& signatures = judged.verdict.signatures;
  const bool passes = !signatures.empty() && std::all_of(signatures.begin(), signatures.end(), [&](const auto& each) {
    return each.signed_revision_indication == validation::Indication::passed &&
           (signatures.size() > 1 || each.level == level);
  });
  if (!passes) {
    std::fprintf(stderr, "a document that should pass at %s: %s\n", std::string(validation::to_string(level)).c_str(),
                 validation::to_json(judged.verdict, judged.gathered.facts).c_str());
    std::exit(1);
  }
}

}  // namespace rakkan::bench
