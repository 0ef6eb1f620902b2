// listing.json: the development PKI for programs. File names are relative to the listing's folder.
#pragma once

#include <string>
#include <vector>

#include "description.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::certs {

struct ListedCertificate {
  const Description& description;
  pki::Certificate certificate;
  Bytes key_id;
};

[[nodiscard]] std::string listing_json(const std::vector<ListedCertificate>& certificates, Instant made,
                                       const std::string& authority);

}  // namespace rakkan::certs
