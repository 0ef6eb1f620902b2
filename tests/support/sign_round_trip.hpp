// The promise for every document that opens and can be prepared: signed, it opens again, the base is its prefix, and
// one more signature is there whose /ByteRange and /Contents say exactly what was written.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/page_tree.hpp"
#include "support/fixed_random.hpp"

namespace rakkan::test {

struct RoundTrip {
  std::optional<Error> refused;  // by open or prepare
  std::string violation;         // empty when all holds
  Bytes document;                // base and tail, when it was signed
};

inline RoundTrip sign_round_trip(ByteView base, const pades::SignatureFieldSpec& spec = {}, std::size_t reserve = 64) {
  RoundTrip trip;
  const auto violated = [&trip](std::string what, const Error* error = nullptr) {
    trip.violation = std::move(what) + (error != nullptr ? ": " + to_string(*error) : "");
    return trip;
  };
  const Result<pdf::Document> opened = pdf::Document::open(base);
  if (!opened) {
    trip.refused = opened.error();
    return trip;
  }
  FixedRandom random;
  const Result<pades::PreparedRevision> prepared = pades::prepare(*opened, spec, reserve, random);
  if (!prepared) {
    trip.refused = prepared.error();
    return trip;
  }
  const auto count_signatures = [](const pdf::Document& document) -> Result<std::vector<pdf::Signature>> {
    RAKKAN_TRY(const std::optional<pdf::AcroForm> form, pdf::AcroForm::read(document));
    return form ? pdf::signatures(document, *form) : std::vector<pdf::Signature>{};
  };
  const Result<std::vector<pdf::Signature>> before = count_signatures(*opened);

  Bytes cms(reserve - 1);
  std::generate(cms.begin(), cms.end(), [octet = Byte{0x30}]() mutable { return octet++; });
  const Result<pades::SignedRevision> embedded = pades::SignedRevision::embed(*prepared, cms);
  if (!embedded) {
    return violated("embed", &embedded.error());
  }
  trip.document = copy_of(base);
  append(trip.document, embedded->tail());

  const Result<pdf::Document> reopened = pdf::Document::open(trip.document);
  if (!reopened) {
    return violated("the signed document does not open", &reopened.error());
  }
  if (reopened->sections().size() != opened->sections().size() + 1 ||
      reopened->newest().previous != opened->newest().offset) {
    return violated("the update is no revision on top of the base's newest");
  }
  const bool stream = opened->newest().kind == pdf::SectionKind::stream;
  if (reopened->newest().kind != (stream ? pdf::SectionKind::stream : pdf::SectionKind::table)) {
    return violated("the update has another cross-reference form than the base");
  }
  if (reopened->catalog().id() != opened->catalog().id()) {
    return violated("the catalog moved");
  }
  const Result<std::vector<pdf::Signature>> after = count_signatures(*reopened);
  if (!before || !after) {
    return violated("the signatures cannot be read", before ? &after.error() : &before.error());
  }
  if (after->size() != before->size() + 1) {
    return violated(std::to_string(before->size()) + " signatures became " + std::to_string(after->size()));
  }
  const auto added = std::find_if(after->begin(), after->end(), [&prepared](const pdf::Signature& signature) {
    return signature.field_name == prepared->field_name();
  });
  if (added == after->end()) {
    return violated("no signature stands in field " + prepared->field_name());
  }
  const pdf::ByteRange& range = prepared->byte_range();
  const std::vector<std::int64_t> expected{0, static_cast<std::int64_t>(range.first_length),
                                           static_cast<std::int64_t>(range.second_offset),
                                           static_cast<std::int64_t>(range.second_length)};
  if (added->byte_range != expected || range.second_offset + range.second_length != trip.document.size()) {
    return violated("/ByteRange does not cover the document");
  }
  if (added->contents_offset != range.first_length || added->contents_length != 2 * reserve + 2 ||
      range.second_offset != range.first_length + added->contents_length) {
    return violated("the gap is not exactly /Contents");
  }
  Bytes padded = cms;
  padded.resize(reserve);
  if (added->dictionary.find("Contents").string() != padded) {
    return violated("/Contents does not hold what was embedded");
  }
  return trip;
}

}  // namespace rakkan::test
