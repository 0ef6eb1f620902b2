// Gathering is one run of facts_of (rakkan/gather/gather.hpp): the pool of evidence, the facts so far, and what each
// timestamp covers, until the certificates are judged at the end.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "gather/evidence_pool.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/cms/message.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/tsp/timestamp_facts.hpp"

namespace rakkan::gather {

// The evidence in a CMS message, by the part that carries it.
struct MessageEvidence {
  std::vector<Id> in_signed_attributes;  // covered by the signature itself
  std::vector<Id> beside;                // certificates, CRLs, unsigned attributes
};

class Gathering {
 public:
  // Of a file of that many bytes.
  Gathering(const Inputs& inputs, std::size_t size);

  [[nodiscard]] const Inputs& inputs() const noexcept { return inputs_; }
  [[nodiscard]] EvidencePool& pool() noexcept { return pool_; }
  [[nodiscard]] validation::Facts& facts() noexcept { return gathered_.facts; }
  [[nodiscard]] Gathered& gathered() noexcept { return gathered_; }
  // Of the signature values.
  [[nodiscard]] crypto::VerificationBudget& values() noexcept { return values_; }

  // Takes the evidence out of a message: of a signature, or (with `is_token`) of a token.
  MessageEvidence take(const cms::Message& message, bool is_token, const std::string& place);
  // The same of the tokens inside of the message's SignerInfos, and of the certificates and CRLs inside of those. The
  // ids, each once.
  std::vector<Id> take_tokens(const cms::Message& message, const std::string& place);

  // Adds the signature of a SignerInfo with the tokens that it carries. Certificates from everywhere are candidates for
  // its signer, so that all evidence has to be taken before. `evidence` is that of the message. `from` has id, format,
  // pdf and what else is known; returns its place in the facts.
  std::size_t add_signature(validation::SignatureFacts from, const cms::Message& message,
                            const cms::MessageSigner& signer, const cms::SignedContent& content,
                            const MessageEvidence& evidence);
  // Adds a token that stands alone or in a document timestamp. `from` has kind and pdf.
  std::size_t add_token(validation::TimestampFacts from, const tsp::TokenMessage& token,
                        const cms::SignedContent& stamped);

  [[nodiscard]] Id next_signature_id();
  [[nodiscard]] Id next_timestamp_id();
  // The ids of an OCSP response's own certificates with the ids.
  [[nodiscard]] std::vector<Id> with_insides(const std::vector<Id>& ids) const;

  // Judges the certificates and finishes the facts.
  [[nodiscard]] Gathered finish() &&;

 private:
  void add_given(const pki::EvidenceMaterial& given);
  void add_embedded_tokens(validation::SignatureFacts& signature, const cms::Message& message,
                           const cms::MessageSigner& signer, const cms::SignedContent& content,
                           const MessageEvidence& evidence);
  [[nodiscard]] std::vector<Id> covered_by_archive(const cms::Message& message, const cms::MessageSigner& signer,
                                                   const tsp::TokenMessage& token,
                                                   const std::map<std::string, std::vector<Id>>& inside_values,
                                                   std::vector<validation::StructureFinding>& structure) const;

  Inputs inputs_;
  pki::TrustStore no_trust_;
  EvidencePool pool_;
  crypto::VerificationBudget values_;
  Gathered gathered_;
  std::vector<pki::Certificate> candidates_;  // all certificates of the pool, once all evidence is taken
  bool has_candidates_ = false;
  std::size_t signatures_ = 0;
  std::size_t timestamps_ = 0;
};

}  // namespace rakkan::gather
