// CMS from outside, read for validation: its facts are found without a crash, reading its DER again finds the same
// message, and whatever the strict reader accepts and verifies has good facts, too.
#include <algorithm>
#include <cstdlib>

#include "rakkan/cms/bare_signature.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/cms/signer_claims.hpp"
#include "rakkan/cms/signer_facts.hpp"

namespace {

using namespace rakkan;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void strict_and_lenient_agree(const cms::SignedData& strict, const cms::Message& lenient) {
  require(lenient.encoding().is_der && lenient.signers().size() == strict.signer_infos().size() &&
          lenient.certificates().size() == strict.certificates().size());
  const ByteView content = strict.content().value_or(ByteView{});
  for (std::size_t i = 0; i < strict.signer_infos().size(); ++i) {
    const cms::SignerInfo& signer = strict.signer_infos()[i];
    const auto certificate = cms::find_signer_certificate(strict, signer);
    if (!certificate ||
        !cms::verify_signer_info(strict, signer, crypto::digest(signer.digest_algorithm, content), *certificate)) {
      continue;
    }
    const auto facts = cms::signer_facts(lenient, lenient.signers()[i], cms::SignedContent::of(content));
    require(facts.certificate.certificate == *certificate && facts.value.as_encoded == cms::ValueCheck::valid &&
            facts.message_digest == cms::AttributeFact::match && facts.content_type == cms::AttributeFact::match &&
            facts.ess.front().match == cms::EssMatch::match);
    require(facts.is_cryptographically_valid() == facts.attributes.is_der);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  static_cast<void>(cms::bare_signature_facts(input, std::span(&input, 1), cms::SignedContent::of(input)));
  const auto message = cms::Message::read(input);
  const auto strict = cms::SignedData::parse(input, true);
  require(message || !strict);
  if (!message) {
    return 0;
  }
  if (strict) {
    strict_and_lenient_agree(*strict, *message);
  }
  require(message->original().size() + message->encoding().trailing_size == size &&
          equal(message->original(), input.first(message->original().size())));
  const auto again = cms::Message::read(message->der());
  require(again && again->encoding() == cms::EncodingFacts{} && again->signers().size() == message->signers().size());
  const std::vector<pki::Certificate> outside = cms::readable_certificates(*message);
  for (const cms::MessageSigner& signer : message->signers()) {
    const auto facts = cms::signer_facts(*message, signer, cms::SignedContent::of(*message), outside);
    require(!facts.is_cryptographically_valid() || facts.certificate.certificate.has_value());
    static_cast<void>(cms::signer_claims(signer));
    for (const cms::EmbeddedToken& token : cms::embedded_timestamps(signer).tokens) {
      const auto read = cms::Message::read(token.encoding);
      if (read) {
        const cms::HashIndexFacts index = cms::hash_index_facts(*message, signer, *read);
        require(index.certificates.size() <= message->certificate_choices().size());
        static_cast<void>(cms::imprint_of(token.kind, crypto::HashAlgorithm::sha256, *message, signer,
                                          cms::SignedContent::of(*message), *read));
      }
    }
  }
  static_cast<void>(cms::embedded_evidence(*message, {}, "fuzz"));
  return 0;
}
