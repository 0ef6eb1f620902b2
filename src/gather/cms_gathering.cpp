#include "gather/cms_gathering.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::gather {
namespace {

// The bytes of the first PEM block (RFC 7468) of a text that begins with one; nothing for another text.
std::optional<Bytes> from_pem(ByteView file) {
  std::string_view text = text_of(file);
  if (!text.starts_with("-----BEGIN ")) {
    return std::nullopt;
  }
  const std::size_t begin = text.find('\n');
  const std::size_t end = text.find("-----END ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return std::nullopt;
  }
  return from_base64_lines(text.substr(begin + 1, end - begin - 1));
}

// A ContentInfo around a file that is the content of one alone, [0] and all, as some programs keep SignedData; nothing
// for another file.
std::optional<Bytes> wrapped(ByteView file) {
  constexpr Byte kContent = 0xA0;  // [0] EXPLICIT of ContentInfo (RFC 5652 §3)
  if (file.empty() || file.front() != kContent) {
    return std::nullopt;
  }
  der::Writer writer;
  writer.sequence([&] {
    writer.oid(cms::kIdSignedData);
    writer.raw(file);
  });
  return writer.take();
}

// True for a message over a TSTInfo, and for what is no message but may be a TimeStampResp.
bool is_token(const Result<cms::Message>& message) { return !message || message->content_type() == cms::kIdCtTstInfo; }

void describe_file(ByteView file, std::string format, Gathering& into) {
  validation::DocumentFacts& document = into.facts().document;
  document.format = std::move(format);
  document.size = file.size();
  document.sha256 = id_of(file);
}

void gather_token(ByteView encoding, const tsp::TokenMessage& token, Gathering& into) {
  into.take(token.message(), true, "timestamp");
  validation::TimestampFacts facts;
  facts.id = into.next_timestamp_id();
  facts.kind = validation::TimestampKind::bare;
  SignedPart part;
  part.id = facts.id;
  part.before = into.inputs().content.value_or(ByteView());
  part.message = copy_of(encoding);
  into.gathered().parts.push_back(std::move(part));
  into.add_token(std::move(facts), token,
                 into.inputs().content ? cms::SignedContent::of(*into.inputs().content) : cms::SignedContent());
}

// CAdES has an attribute that names the signer's certificate (EN 319 122-1 §5.2.2).
std::string format_of(const cms::MessageSigner& signer) {
  constexpr der::Oid kIdSigningCertificate{1, 2, 840, 113549, 1, 9, 16, 2, 12};
  return signer.count_signed(cms::kIdSigningCertificateV2) + signer.count_signed(kIdSigningCertificate) > 0 ? "CAdES"
                                                                                                            : "CMS";
}

void gather_message(const cms::Message& message, Gathering& into) {
  const MessageEvidence evidence = into.take(message, false, "signature");
  into.take_tokens(message, "signature");
  const auto& given = into.inputs().content;
  cms::SignedContent content = cms::SignedContent::of(message);
  std::vector<validation::StructureFinding> structure;
  if (!message.content() && given) {
    content = cms::SignedContent::of(*given);
  } else if (message.content() && given && !equal(*message.content(), *given)) {
    structure.push_back(finding("content-differs", "RFC 5652 §5.2", "the message has another content than was given"));
  }
  for (const cms::MessageSigner& signer : message.signers()) {
    validation::SignatureFacts facts;
    facts.id = into.next_signature_id();
    facts.format = format_of(signer);
    facts.pdf.coverage = validation::Coverage::not_pdf;
    facts.structure = structure;
    SignedPart part;
    part.id = facts.id;
    part.owner = std::make_shared<const cms::Message>(message);  // shares the bytes
    part.before = message.content() ? *message.content() : given.value_or(ByteView());
    part.message = copy_of(message.original());
    for (const cms::EmbeddedToken& token : cms::embedded_timestamps(signer).tokens) {
      part.tokens.push_back(copy_of(token.encoding));
    }
    into.gathered().parts.push_back(std::move(part));
    into.add_signature(std::move(facts), message, signer, content, evidence);
  }
}

}  // namespace

Result<void> gather_cms(ByteView file, Gathering& into) {
  std::optional<Bytes> decoded = from_pem(file);
  if (!decoded) {
    decoded = wrapped(file);
  }
  const ByteView encoding = decoded ? ByteView(*decoded) : file;
  const Result<cms::Message> message = cms::Message::read(encoding);
  if (is_token(message)) {
    const auto token = tsp::TokenMessage::read(encoding);
    if (token) {
      describe_file(file, "timestamp token", into);
      gather_token(encoding, *token, into);
      return {};
    }
  }
  if (!message) {
    return fail(message.error());
  }
  describe_file(file, "CMS", into);
  gather_message(*message, into);
  return {};
}

}  // namespace rakkan::gather
