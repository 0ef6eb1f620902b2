// Certificates, CRLs and OCSP responses in files, as an operator puts them into evidence.folder for a network without
// servers, told by their content.
//
//   RAKKAN_TRY(const auto folder, fetch::EvidenceFolder::read(path, classify_evidence));
//   const EvidenceFiles files = read_evidence(folder);
#pragma once

#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/fetch/evidence_folder.hpp"
#include "rakkan/pki/evidence_material.hpp"

namespace rakkan::service {

// Certificates in DER, PEM or PKCS#7, a CRL in DER or PEM, or an OCSP response in DER. Fails with
// malformed_certificate for anything else, with ocsp_unsuccessful for a response that is an error message.
[[nodiscard]] Result<fetch::EvidenceKind> classify_evidence(ByteView content);

struct EvidenceFiles {
  pki::EvidenceMaterial material;  // of the origin folder
  std::vector<fetch::EvidenceFolder::Skipped> skipped;
};
// Reads what the folder's files hold. Nothing is verified: that is the table's business.
[[nodiscard]] EvidenceFiles read_evidence(const fetch::EvidenceFolder& folder);

}  // namespace rakkan::service
