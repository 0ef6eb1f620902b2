// Making certification requests, PKCS #10 (RFC 2986 §4; the ASN.1 is in certificate_builder.hpp).
#include "pki/signed_object.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::pki {

Result<Bytes> make_certification_request(const Name& subject, const crypto::AlgorithmSuite& suite,
                                         crypto::Signer& key) {
  der::Writer info(512);
  info.sequence([&] {
    info.small_unsigned(0);  // v1
    info.raw(subject.der());
    info.raw(key.public_key().spki());
    info.set_of(der::context_constructed(0), std::vector<Bytes>{});  // no attributes
  });
  return sign_object(info.view(), suite, key);
}

}  // namespace rakkan::pki
