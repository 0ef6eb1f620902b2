// CMS from outside (a PDF's /Contents, a token): what is read lies within its own bytes and reads again the same;
// searching for and verifying its signers, and looking for evidence in it, fails or succeeds, and touches nothing else.
#include <algorithm>
#include <cstdlib>

#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/cms/signed_data.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto parsed = cms::SignedData::parse({data, size}, true);
  if (!parsed) {
    return 0;
  }
  const ByteView der = parsed->der();
  const bool prefix = der.size() <= size && std::equal(der.begin(), der.end(), data);
  const auto again = cms::SignedData::parse(der);
  if (!prefix || !again || again->signer_infos().size() != parsed->signer_infos().size()) {
    std::abort();
  }
  for (const cms::SignerInfo& signer : parsed->signer_infos()) {
    const auto digest = crypto::digest(signer.digest_algorithm, parsed->content().value_or(ByteView{}));
    if (const auto certificate = cms::find_signer_certificate(*parsed, signer)) {
      static_cast<void>(cms::verify_signer_info(*parsed, signer, digest, *certificate));
    }
  }
  const pki::EvidenceMaterial evidence = cms::embedded_evidence(*parsed, {}, "fuzz");
  if (evidence.lists().size() + evidence.responses().size() > 2 * cms::kMostEmbedded) {
    std::abort();
  }
  return 0;
}
