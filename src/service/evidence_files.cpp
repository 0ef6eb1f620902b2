#include "rakkan/service/evidence_files.hpp"

#include <utility>

#include "rakkan/cms/certificate_bundle.hpp"

namespace rakkan::service {
namespace {

// Reads the file into the material; what it holds.
Result<fetch::EvidenceKind> read(ByteView content, pki::EvidenceMaterial& into) {
  constexpr pki::Provenance kFolder{pki::EvidenceOrigin::folder};
  auto response = pki::OcspResponse::parse(content);
  if (response) {
    into.add(*response, kFolder);
    return fetch::EvidenceKind::ocsp_response;
  }
  if (response.error().code == ErrorCode::ocsp_unsuccessful) {
    return fail(std::move(response).error());
  }
  if (const auto list = pki::decode_certificate_list(copy_of(content))) {
    into.add(*list, kFolder);
    return fetch::EvidenceKind::crl;
  }
  const auto certificates = cms::parse_certificate_bundle(content);
  if (!certificates) {
    return fail(ErrorCode::malformed_certificate, "neither certificates nor a CRL nor an OCSP response");
  }
  for (const pki::Certificate& each : *certificates) {
    into.add(each, kFolder);
  }
  return fetch::EvidenceKind::certificates;
}

}  // namespace

Result<fetch::EvidenceKind> classify_evidence(ByteView content) {
  pki::EvidenceMaterial unused;
  return read(content, unused);
}

EvidenceFiles read_evidence(const fetch::EvidenceFolder& folder) {
  EvidenceFiles files;
  files.skipped = folder.skipped;
  for (const fetch::EvidenceFile& each : folder.files) {
    const auto kind = read(each.bytes, files.material);
    if (!kind) {
      files.skipped.push_back({each.name, kind.error()});
    }
  }
  return files;
}

}  // namespace rakkan::service
