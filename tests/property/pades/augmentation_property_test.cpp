// Signatures, validation data and document timestamps in any order, on any form of base: everything before stays a
// prefix, everything that was signed stays intact, and nothing is in the store twice.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/document_facts.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::pades {
namespace {

using test::Archivist;

template <class T>
T any_in(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

Archivist& archivist() {
  static Archivist one;  // keys are made once
  return one;
}

Bytes any_base() {
  test::SamplePdf sample;
  sample.form = test::kXrefForms[any_in(0, 4)];
  sample.version = any_in(0, 4) == 0 ? "2.0" : "1.7";
  sample.pages = any_in(0U, 4U);
  switch (any_in(0, 6)) {
    case 0:
      sample.catalog = "/AcroForm<</Fields[20 0 R]/DA()>>";
      sample.objects = {{20, "<</FT/Sig/T(Timestamp1)/Lock<</Action/All>>>>"}};
      break;
    case 1:
      sample.catalog = "/AcroForm 20 0 R";
      sample.objects = {{20, "<</Fields 21 0 R/SigFlags 1>>"}, {21, "[]"}};
      break;
    case 2:
      sample.catalog = "/DSS<</Certs[]/Other(kept)>>";
      break;
    case 3:
      sample.catalog = "/DSS 20 0 R";
      sample.objects = {{20, "<</CRLs 21 0 R/VRI 22 0 R>>"}, {21, "[3 0 R]"}, {22, "<</AB<</CRL[3 0 R]>>>>"}};
      break;
    case 4:
      sample.page = "/Annots 21 0 R";
      sample.objects = {{21, "[]"}};
      break;
    default:
      break;
  }
  Bytes base = test::sample_pdf(sample);
  if (any_in(0, 3) == 0) {
    base.pop_back();  // no line end behind %%EOF
  }
  return base;
}

test::Evidence any_evidence() {
  test::Evidence evidence;
  const auto some = [](std::vector<Bytes>& into, std::uint32_t world) {
    for (int i = any_in(0, 4); i > 0; --i) {
      into.push_back(test::der_like(world + any_in(0U, 5U), 40 + world));
    }
  };
  some(evidence.certificates, 100);
  some(evidence.ocsp_responses, any_in(0, 2) == 0 ? 100U : 200U);  // also the same bytes in two arrays
  some(evidence.crls, 300);
  if (any_in(0, 3) == 0) {
    evidence.vri = {{.name = std::string(40, "ABC"[any_in(0, 3)])}};
    if (!evidence.crls.empty()) {
      evidence.vri.front().crls = {0};
    }
  }
  return evidence;
}

// The pairs {array, decoded bytes} that were asked for.
using Wanted = std::set<std::pair<std::string, Bytes>>;

void want(Wanted& wanted, const test::Evidence& evidence) {
  const std::vector<std::pair<std::string, const std::vector<Bytes>*>> arrays{
      {"Certs", &evidence.certificates}, {"OCSPs", &evidence.ocsp_responses}, {"CRLs", &evidence.crls}};
  for (const auto& [key, data] : arrays) {
    for (const Bytes& bytes : *data) {
      wanted.insert({key, bytes});
    }
  }
}

void check_store(const pdf::Document& document, const Wanted& wanted) {
  const auto dss = test::value_or_throw(Dss::read(document));
  if (!dss) {
    RC_ASSERT(wanted.empty());
    return;
  }
  const std::vector<std::pair<std::string, const std::vector<std::size_t>*>> arrays{
      {"Certs", &dss->certificates}, {"OCSPs", &dss->ocsp_responses}, {"CRLs", &dss->crls}};
  Wanted found;
  std::map<Bytes, pdf::Reference> places;
  for (const auto& [key, indices] : arrays) {
    for (const std::size_t index : *indices) {
      const DssStream& stream = dss->streams.at(index);
      RC_ASSERT(found.insert({key, stream.bytes}).second);                            // nothing twice in an array
      RC_ASSERT(places.emplace(stream.bytes, stream.id).first->second == stream.id);  // nor in the file
    }
  }
  for (const auto& one : wanted) {
    RC_ASSERT(found.contains(one));
  }
}

void check_signatures(const pdf::Document& document, std::size_t count) {
  const auto signatures = test::signatures_of(document);
  RC_ASSERT(signatures.size() == count);
  const auto covered = covered_bytes(document, signatures);
  RC_ASSERT(covered.size() == count);
  const auto hashed = HashedDocument::hash(document.bytes(), std::span(test::kAllDigests).first(1), covered);
  std::set<std::string> names;
  for (const pdf::Signature& signature : signatures) {
    RC_ASSERT(names.insert(signature.field_name).second);
    RC_ASSERT(check_integrity(document, signature).outcome() == Check::passed);
    RC_ASSERT(check_integrity(document, signature, &hashed).outcome() == Check::passed);
  }
}

void any_steps(Augmentation& augmentation, Wanted& wanted, std::size_t& signatures) {
  for (int steps = any_in(1, 7); steps > 0; --steps) {
    const Bytes before = Archivist::joined(augmentation);
    switch (any_in(0, 3)) {
      case 0:
        RC_ASSERT(archivist().sign(augmentation).has_value());
        ++signatures;
        break;
      case 1: {
        const test::Evidence evidence = any_evidence();
        const auto added = augmentation.add_validation_data(evidence.data(), archivist().random);
        RC_ASSERT(added.has_value());
        want(wanted, evidence);
        break;
      }
      default:
        RC_ASSERT(archivist().timestamp(augmentation, test::kAllDigests.at(any_in(0U, 3U))).has_value());
        ++signatures;
        break;
    }
    const Bytes after = Archivist::joined(augmentation);
    RC_ASSERT(std::equal(before.begin(), before.end(), after.begin()));
  }
}

void check_all(const Augmentation& augmentation, const Wanted& wanted, std::size_t signatures) {
  const auto document = test::value_or_throw(augmentation.open());
  check_signatures(document, signatures);
  check_store(document, wanted);
  const Bytes whole = Archivist::joined(augmentation);
  const auto joined = test::value_or_throw(pdf::Document::open(whole));
  RC_ASSERT(test::document_facts(document) == test::document_facts(joined));
}

RC_GTEST_PROP(Augmentation, AnyOrderKeepsWhatWasThere, ()) {
  const Bytes base = any_base();
  Augmentation augmentation = Archivist::start(base);
  Wanted wanted;
  std::size_t signatures = 0;
  any_steps(augmentation, wanted, signatures);
  check_all(augmentation, wanted, signatures);

  // A second call goes on from the tails of the first one, or from them as one.
  std::vector<Bytes> tails = augmentation.tails();
  if (any_in(0, 2) == 0) {
    Bytes one;
    for (const Bytes& tail : tails) {
      append(one, tail);
    }
    tails = {one};
  }
  const std::vector<ByteView> views(tails.begin(), tails.end());
  Augmentation second(HashedDocument::hash(pdf::DocumentBytes(base, views), test::kAllDigests), {});
  any_steps(second, wanted, signatures);
  check_all(second, wanted, signatures);
}

}  // namespace
}  // namespace rakkan::pades
