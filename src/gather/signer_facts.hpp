// The facts about a SignerInfo and about a token, from cms and tsp, as validation has them.
#pragma once

#include <vector>

#include "gather/evidence_pool.hpp"
#include "rakkan/cms/bare_signature.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "rakkan/tsp/timestamp_facts.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

// The signer's certificate is added to the pool. Findings about the form are added to `structure`.
[[nodiscard]] validation::SignerFacts signer_facts(const cms::SignerFacts& from, EvidencePool& pool,
                                                   std::vector<validation::StructureFinding>& structure);

// A signature of adbe.x509.rsa_sha1, which has no CMS around it.
[[nodiscard]] validation::SignerFacts signer_facts(const cms::BareSignatureFacts& from, EvidencePool& pool);

// Everything but id, kind, pdf and covers.
[[nodiscard]] validation::TimestampFacts timestamp_facts(const tsp::TokenMessage& token,
                                                         const tsp::TimestampFacts& from, EvidencePool& pool);

// A claim about the form of something.
[[nodiscard]] validation::StructureFinding finding(std::string code, std::string clause, std::string detail);

}  // namespace rakkan::gather
