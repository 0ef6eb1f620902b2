// gather makes validation::Facts of a file: a signed PDF, a CMS message or a timestamp token, with certificates, CRLs
// and OCSP responses from inside and from outside of it and the certificates that the user trusts. It reads, hashes,
// verifies and looks for paths, and decides nothing: validation::decide does, from the facts alone.
//
//   RAKKAN_TRY(const gather::Gathered gathered, gather::facts_of(file, {.trust = store, .given = &material}));
//   const validation::Verdict verdict = validation::decide(gathered.facts, policy, time);
//
// No I/O and no clock: the same arguments give the same facts, in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pki/evidence_material.hpp"
#include "rakkan/pki/signature_checks.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

struct Limits {
  std::size_t signatures = 10'000;        // of one file
  std::size_t evidence = 20'000;          // certificates, CRLs and OCSP responses together
  std::size_t judged_certificates = 512;  // for which chains are looked for
  std::size_t chains = 16;                // of one certificate
  // Verifications, in units of crypto::VerificationKey::cost: of certificates' signatures over all chains; of CRLs and
  // OCSP responses with their signers' chains; of the values of signatures and timestamps, where each
  // `bytes_of_a_value` of the file allow one more: an ordinary signature takes some 16 KB of a PDF, and costs 20 by
  // P-384 with a timestamp.
  std::size_t path_checks = 4096;
  std::size_t revocation_checks = 4096;
  std::size_t value_checks = 4096;
  std::size_t bytes_of_a_value = 512;
  // Bytes of a PDF that its signatures cover, for each ByteRange once: so many, and so many times the file.
  std::uint64_t always_covered = 256UL << 20;
  std::uint64_t covered_times = 100;
};

struct Inputs {
  const pki::TrustStore* trust = nullptr;                   // null: nothing is trusted
  const pki::EvidenceMaterial* given = nullptr;             // from outside; null: none
  std::optional<ByteView> content = std::nullopt;           // that a detached CMS or a token is about
  std::optional<std::string_view> password = std::nullopt;  // of an encrypted PDF, UTF-8; without one: the empty one
  pki::VerifiedSignatures* known = nullptr;                 // of certificates that were verified before; may be null
  Limits limits = {};
};

// A signature or document timestamp as it stands in the file, for whoever wants to look at it (`rakkan verify
// --extract`).
struct SignedPart {
  validation::Id id;
  std::string field;  // of a PDF
  // The signed bytes: what is before /Contents and what is behind; of a CMS its content. They point into the file, into
  // the content that was given, or into `owner`.
  ByteView before, behind;
  std::shared_ptr<const void> owner;
  std::uint64_t end = 0;      // of a PDF: one past the revision that is covered; 0: no whole revision
  Bytes message;              // CMS or token as it stands in the file, without padding
  std::vector<Bytes> tokens;  // signature timestamps inside
};

// The parts view the file and the content, which outlive them.
struct Gathered {
  validation::Facts facts;
  std::vector<SignedPart> parts;
  // All that were found, inside and outside of the file, for whoever looks for more evidence; in the order of their
  // ids.
  std::vector<pki::Certificate> certificates;
};

// Gathers the facts of a file, told by its content. Fails with not_a_pdf for a file that is none of these, and as the
// reader of PDFs does: pdf_malformed, pdf_limit_exceeded, pdf_password_needed, pdf_password_wrong, pdf_encrypted.
// Unreadable signatures and evidence are facts and no failures.
[[nodiscard]] Result<Gathered> facts_of(ByteView file, const Inputs& inputs);

}  // namespace rakkan::gather
