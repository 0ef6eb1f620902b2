// Assembles a ContentInfo with one SignerInfo (RFC 5652 §5.1) from parts that exist already: nothing is signed here.
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
  // Go into `certificates` after the signer; empty with embed_signer false for none.
  std::span<const pki::Certificate> certificates;
  bool embed_signer = true;         // RFC 3161 certReq false: no certificates at all
  std::optional<ByteView> content;  // eContent (tokens); absent = detached
  der::Oid content_type = kIdData;
  std::optional<ByteView> signature_timestamp;  // a TimeStampToken (ContentInfo) as unsigned attribute
};

// DER ContentInfo; `certificates` stand in the order of a SET OF (X.690 §11.6), each once. The hot path: one
// allocation, sized beforehand, and every byte is written once.
[[nodiscard]] Bytes assemble_signed_data(const SignedDataParts& parts);

// An upper bound of what assemble_signed_data makes when the signature value has at most `signature_size` bytes and the
// timestamp token at most `timestamp_size` (0: none). Exact but for the DER of ECDSA values: computed from the same
// parts.
[[nodiscard]] std::size_t signed_data_size(const SignedDataParts& parts, std::size_t signature_size,
                                           std::size_t timestamp_size);

}  // namespace rakkan::cms
