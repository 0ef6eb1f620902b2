#include "gather/pdf_signature_facts.hpp"

#include <algorithm>
#include <utility>

#include "gather/pdf_date.hpp"
#include "gather/pdf_words.hpp"
#include "gather/signer_facts.hpp"
#include "rakkan/cms/bare_signature.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::gather {
namespace {

using Format = PdfSignatureFormat;

constexpr std::size_t kLongestText = 4096;  // bytes of a text of the signature dictionary

// The texts of the signature dictionary: claims of the signer.
Result<void> describe_words(const PdfSignature& one, const pdf::History& history, validation::SignatureFacts& facts) {
  if (!one.found.signature.dictionary.is(pdf::Kind::dictionary)) {
    return {};
  }
  RAKKAN_TRY(const pdf::Document* document, history.document(one.found.revision));
  const auto text = [&](std::string_view key) -> std::string {
    const auto value = document->lookup(one.found.signature.dictionary, key);
    const auto bytes = value ? value->string() : std::nullopt;
    return bytes ? pdf::decode_text_string(ByteView(*bytes).first(std::min(bytes->size(), kLongestText)))
                 : std::string();
  };
  facts.reason = text("Reason");
  facts.claimed_time = parse_pdf_date(text("M"));
  return {};
}

void describe_dictionary(const PdfSignature& one, validation::SignatureFacts& facts) {
  if (one.found.signature.type.empty()) {
    facts.structure.push_back(finding("type-absent", std::string(kSignatureClause), "there is no /Type"));
  }
  if (one.format == Format::unknown) {
    facts.structure.push_back(finding("sub-filter-unknown", "ISO 32000-2 §12.8.3", "SubFilter is not known"));
  }
}

void describe_message(const PdfSignature& one, validation::SignatureFacts& facts) {
  const cms::Message& message = *one.message;
  if (message.signers().size() != 1) {
    facts.structure.push_back(finding("signer-info-count", "ISO 32000-2 §12.8.3.3.1",
                                      std::to_string(message.signers().size()) + " SignerInfos instead of one"));
  }
  if (!message.encoding().is_der) {
    facts.structure.push_back(finding("not-der", "ISO 32000-2 §12.8.3.3.1", "the CMS is BER and not DER"));
  }
  if (one.format != Format::pkcs7_sha1 && message.content()) {
    facts.structure.push_back(
        finding("content-present", "ISO 32000-2 §12.8.3.3.1", "the CMS has a content of its own"));
  }
}

// adbe.pkcs7.sha1: the content of the CMS is the SHA-1 of the document.
validation::DigestFact sha1_of_document(const cms::Message& message, const cms::SignedContent& document) {
  const cms::AttributeFact fact = cms::encapsulated_sha1(message, document);
  return {"SHA-1 of the document", crypto::HashAlgorithm::sha1,
          fact == cms::AttributeFact::match        ? validation::Match::match
          : fact == cms::AttributeFact::no_content ? validation::Match::not_found
                                                   : validation::Match::mismatch};
}

// /Cert of adbe.x509.rsa_sha1: a string, or an array of strings.
std::vector<Bytes> certificates_of(const pades::FileSignature& found, const pdf::History& history) {
  std::vector<Bytes> certificates;
  const auto document = history.document(found.revision);
  if (!document) {
    return certificates;
  }
  const auto value = (*document)->lookup(found.signature.dictionary, "Cert");
  const auto add = [&](const pdf::Value& each) {
    if (auto bytes = each.string()) {
      certificates.push_back(*std::move(bytes));
    }
  };
  if (value && value->is(pdf::Kind::array)) {
    for (const pdf::Value& each : value->elements()) {
      if (const auto resolved = (*document)->resolve(each)) {
        add(*resolved);
      }
    }
  } else if (value) {
    add(*value);
  }
  return certificates;
}

void describe_bare_signature(const PdfSignature& one, const pdf::History& history, const cms::SignedContent& document,
                             Gathering& into, validation::SignatureFacts& facts) {
  const std::vector<Bytes> certificates = certificates_of(one.found, history);
  const std::vector<ByteView> views(certificates.begin(), certificates.end());
  const auto bare = cms::bare_signature_facts(one.found.contents, views, document, &into.values());
  facts.has_signed_attributes = false;
  if (!bare) {
    facts.structure.push_back(finding("cms-malformed", "ISO 32000-1 §12.8.3.2", bare.error().detail));
  } else {
    facts.signer = signer_facts(*bare, into.pool());
  }
}

std::size_t add_without_message(validation::SignatureFacts facts, Gathering& into) {
  into.facts().signatures.push_back(std::move(facts));
  return into.facts().signatures.size() - 1;
}

}  // namespace

Result<std::size_t> add_signature(const PdfSignature& one, const pdf::History& history, SignedContents& contents,
                                  CoveredRevisions& revisions, Gathering& into) {
  validation::SignatureFacts facts;
  facts.id = into.next_signature_id();
  facts.format = name_of(one.format);
  RAKKAN_TRY(facts.pdf, revisions.facts_of(one.found, facts.structure));
  RAKKAN_CHECK(describe_words(one, history, facts));
  RAKKAN_TRY(cms::SignedContent content, contents.of(one));
  into.gathered().parts.push_back(part_of(one, facts.id, content));
  describe_dictionary(one, facts);
  if (one.format == Format::rsa_sha1) {
    describe_bare_signature(one, history, content, into, facts);
    return add_without_message(std::move(facts), into);
  }
  if (!one.message) {
    facts.structure.push_back(finding("cms-malformed", "RFC 5652 §5", one.unreadable));
    return add_without_message(std::move(facts), into);
  }
  const cms::Message& message = *one.message;
  describe_message(one, facts);
  if (message.signers().empty()) {
    return add_without_message(std::move(facts), into);
  }
  if (one.format == Format::pkcs7_sha1) {
    facts.signer.digests.push_back(sha1_of_document(message, content));
    content = cms::SignedContent::of(message);
  }
  return into.add_signature(std::move(facts), message, message.signers().front(), content, one.evidence);
}

}  // namespace rakkan::gather
