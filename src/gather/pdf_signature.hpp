// PdfSignature is a signature or a document timestamp of a PDF whose /Contents has been read as its SubFilter says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gather/gathering.hpp"
#include "rakkan/pades/coverage.hpp"

namespace rakkan::gather {

enum class PdfSignatureFormat : std::uint8_t { cades, pkcs7_detached, pkcs7_sha1, rsa_sha1, timestamp, unknown };

[[nodiscard]] const char* name_of(PdfSignatureFormat format) noexcept;  // for people: "PAdES"

struct PdfSignature {
  pades::FileSignature found;
  PdfSignatureFormat format = PdfSignatureFormat::unknown;
  std::optional<cms::Message> message;     // of a signature; nothing of adbe.x509.rsa_sha1, which has none
  std::optional<tsp::TokenMessage> token;  // of a document timestamp
  std::string unreadable;                  // why there is neither
  MessageEvidence evidence;
  std::vector<Id> in_tokens;  // evidence inside of the tokens of the message
  std::size_t place = 0;      // in facts().signatures or timestamps, once it is there

  [[nodiscard]] bool is_timestamp() const noexcept { return format == PdfSignatureFormat::timestamp; }
};

// Takes the evidence that it carries into the pool.
[[nodiscard]] PdfSignature read_signature(pades::FileSignature found, Gathering& into);

}  // namespace rakkan::gather
