#include "service/certificate_stretches.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rakkan::service {
namespace {

using Form = store::CertificateStretch::Form;
using SharedCertificate = std::shared_ptr<const store::SharedCertificate>;

// All places of one certificate in cms[from, end): a root may be the signer's and the authority's.
void add_places(CertificateStretches& found, ByteView cms, std::size_t from, std::size_t end,
                const SharedCertificate& certificate) {
  const std::string_view text = text_of(cms.first(end));
  const std::string_view der = text_of(certificate->der);
  for (std::size_t at = text.find(der, from); at != std::string_view::npos; at = text.find(der, at + der.size())) {
    found.push_back({at, Form::der, certificate});
  }
}

}  // namespace

CertificateStretches find_certificates(ByteView cms, const SharedCertificates& own,
                                       const std::optional<tsp::TimestampToken>& token) {
  CertificateStretches found;
  const std::size_t token_size = token ? std::min(token->der().size(), cms.size()) : 0;
  const std::size_t token_at = cms.size() - token_size;  // the last of the SignerInfo (signed_data_builder.cpp)
  found.reserve(own.size() + (token ? token->signed_data().certificates().size() : 0));
  for (const SharedCertificate& certificate : own) {
    add_places(found, cms, 0, token_at, certificate);
  }
  if (token) {
    for (const ByteView der : token->signed_data().certificates()) {
      add_places(found, cms, token_at, cms.size(), credentials::shared_certificate(der));
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return found;
}

CertificateStretches in_hex(CertificateStretches stretches, std::uint64_t first_digit) {
  for (store::CertificateStretch& one : stretches) {
    one.at = first_digit + 2 * one.at;
    one.form = Form::hex;
  }
  return stretches;
}

}  // namespace rakkan::service
