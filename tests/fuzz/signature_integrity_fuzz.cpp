// The checks of `rakkan inspect` on a document from outside: no signature is intact without a ByteRange and a
// certificate.
#include <cstdlib>

#include "rakkan/pades/signature_integrity.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto document = pdf::Document::open({data, size});
  const auto form = document ? pdf::AcroForm::read(*document) : std::nullopt;
  const auto signatures = form && *form ? pdf::signatures(*document, **form) : std::vector<pdf::Signature>{};
  for (std::size_t i = 0; signatures && i < signatures->size(); ++i) {
    const pdf::Signature& signature = signatures->at(i);
    const pades::SignatureIntegrity integrity = pades::check_integrity(*document, signature);
    const bool intact = integrity.outcome() == pades::Check::passed;
    if (intact &&
        (signature.byte_range.size() != 4 || pades::covered_end(signature) > size || !integrity.certificate)) {
      std::abort();
    }
    static_cast<void>(pades::level_of_structure(*document, signature, integrity, *signatures));
    static_cast<void>(pades::signature_id(signature));
  }
  return 0;
}
