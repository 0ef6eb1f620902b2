// Assembling a ContentInfo with one SignerInfo (RFC 5652 §5.1) from parts that exist already: nothing is signed here.
//
//   ContentInfo ::= SEQUENCE { contentType ContentType, content [0] EXPLICIT SignedData }
#pragma once

#include <optional>
#include <span>

#include "rakkan/base/bytes.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

struct SignedDataParts {
  const SignedAttributes& attributes;
  const pki::Certificate& signer;  // its issuer and serial number identify the SignerInfo
  ByteView signature;              // the signature value
  // The certificates that go into the field `certificates` beside the signer's; empty, with embed_signer false, for
  // none.
  std::span<const pki::Certificate> certificates;
  bool embed_signer = true;         // RFC 3161 certReq false: no certificates at all
  std::optional<ByteView> content;  // eContent (tokens); absent = detached
  der::Oid content_type = kIdData;
  std::optional<ByteView> signature_timestamp;  // a TimeStampToken (ContentInfo), for the unsigned attribute
};

// Returns the ContentInfo in DER; `certificates` stand in the order of a SET OF (X.690 §11.6), each once. This is on
// the hot path: one allocation, sized beforehand, and every byte is written once.
[[nodiscard]] Bytes assemble_signed_data(const SignedDataParts& parts);

// An upper bound, in bytes, of the result of assemble_signed_data when the signature value has at most `signature_size`
// bytes and the timestamp token at most `timestamp_size` (0: none). It is computed from the same parts, and exact but
// for the DER of ECDSA values, whose size varies.
[[nodiscard]] std::size_t signed_data_size(const SignedDataParts& parts, std::size_t signature_size,
                                           std::size_t timestamp_size);

}  // namespace rakkan::cms
