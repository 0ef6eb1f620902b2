// The part of gathered evidence that a document has to hold, so that its table can be made again from it alone.
#pragma once

#include <vector>

#include "rakkan/pades/dss.hpp"
#include "rakkan/service/evidence_gatherer.hpp"

namespace rakkan::service {

struct DocumentEvidence {
  std::vector<Bytes> responses;  // as the store wants them, also those that came without their envelope
  pades::ValidationData data;    // views the evidence and `responses`
};

[[nodiscard]] inline DocumentEvidence document_evidence_of(const GatheredEvidence& evidence) {
  const pki::EvidenceTable::Used used = evidence.table.used();
  DocumentEvidence needed;
  needed.data.certificates.reserve(used.certificates.size());
  for (const pki::Certificate& certificate : used.certificates) {
    needed.data.certificates.push_back(certificate.der());
  }
  needed.responses.reserve(used.responses.size());
  for (const std::size_t index : used.responses) {
    needed.responses.push_back(evidence.material.responses()[index].response.response_der());
    needed.data.ocsp_responses.emplace_back(needed.responses.back());
  }
  for (const std::size_t index : used.lists) {
    needed.data.crls.push_back(evidence.material.lists()[index].list.der());
  }
  needed.data.encoded = evidence.encoded;
  return needed;
}

}  // namespace rakkan::service
