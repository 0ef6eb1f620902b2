// Updates behind signed documents, and what ModificationAnalysis says of them. Shared by the tests of it.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "rakkan/pades/modification.hpp"
#include "support/result_matchers.hpp"
#include "support/signed_pdf.hpp"

namespace rakkan::pades::modified {

using test::catalog_body;
using test::page_body;
using test::PdfBuilder;
using test::SignedPdf;
using test::updated;
using test::XrefForm;

using Level = ModificationLevel;
using Fault = ModificationFault;

inline std::vector<Fault> faults(const Modifications& modifications) {
  std::vector<Fault> found;
  for (const ModificationFinding& finding : modifications.findings) {
    found.push_back(finding.fault);
  }
  return found;
}

inline std::string text(const Modifications& modifications) {
  std::string lines(to_string(modifications.level));
  for (const ModificationFinding& finding : modifications.findings) {
    lines += "\n  revision " + std::to_string(finding.revision) + " object " + std::to_string(finding.object) + " " +
             std::string(to_string(finding.fault)) + " " + finding.path + ": " + finding.detail;
  }
  return lines;
}

// The changes behind the signature in the field of that number.
inline Modifications modifications(ByteView pdf, std::uint32_t field = 30) {
  const auto history = pdf::History::open(pdf);
  EXPECT_THAT(history, test::IsOk());
  if (!history) {
    return {};
  }
  const auto all = file_signatures(*history);
  EXPECT_THAT(all, test::IsOk());
  const auto found = std::find_if(all->begin(), all->end(),
                                  [field](const FileSignature& one) { return one.signature.field->number() == field; });
  if (found == all->end()) {
    ADD_FAILURE() << "no such signature";
    return {};
  }
  ModificationAnalysis analysis(*history);
  auto modifications = analysis.after(*found);
  EXPECT_THAT(modifications, test::IsOk());
  return modifications ? *modifications : Modifications{};
}

inline const std::string kStream = "<</Length 4>>\nstream\nDATA\nendstream";
inline const std::string kXmpEntries = "/Type/Metadata/Subtype/XML";
inline const std::string kXmp =
    "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><a/></x:xmpmeta><?xpacket end='w'?>";
inline const std::string kForm = "/AcroForm<</Fields[30 0 R]/SigFlags 3>>";
inline const std::string kGrownForm = "/AcroForm<</Fields[30 0 R 50 0 R]/SigFlags 3>>";
inline const std::string kTimestampField =
    "<</FT/Sig/T(stamp)/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P 10 0 R/V 51 0 R>>";

inline void add_timestamp(PdfBuilder& update, const std::string& field = kTimestampField,
                          const std::string& value = test::timestamp_body()) {
  update.object(1, catalog_body(kGrownForm))
      .object(10, page_body("/Annots[30 0 R 50 0 R]"))
      .object(50, field)
      .object(51, value);
}

inline void add_store(PdfBuilder& update, const std::string& store = "<</Certs[41 0 R]>>") {
  update.object(1, catalog_body(kForm + "/DSS 40 0 R")).object(40, store).object(41, kStream);
}

// One update behind a signed document, and what becomes of it.
struct Update {
  std::string name;
  Level level;
  std::function<void(PdfBuilder&)> change;
  Fault fault = Fault::object_changed;  // one of the findings, where the level is `other`
  SignedPdf base = {};
  std::string trailer = "/Root 1 0 R";
  bool table_only = false;
};

inline std::ostream& operator<<(std::ostream& out, const Update& update) { return out << update.name; }

// Expects the level of the update, and its fault, in a document with tables and in one with streams.
inline void expect_level(const Update& update) {
  for (const XrefForm form : {XrefForm::table, XrefForm::stream}) {
    if (form == XrefForm::stream && update.table_only) {
      continue;
    }
    SignedPdf base = update.base;
    base.form = form;
    const Bytes pdf = updated(base.bytes(), update.change, update.trailer);
    const Modifications found = modifications(pdf);
    EXPECT_EQ(found.level, update.level) << text(found);
    EXPECT_EQ(found.doc_mdp_ok, update.level != Level::other);
    if (update.level == Level::other) {
      EXPECT_THAT(faults(found), ::testing::Contains(update.fault)) << text(found);
      for (const ModificationFinding& finding : found.findings) {
        EXPECT_EQ(finding.revision, 1U);
        EXPECT_FALSE(finding.detail.empty());
      }
    } else {
      EXPECT_THAT(found.findings, ::testing::IsEmpty()) << text(found);
    }
  }
}

inline SignedPdf with(const std::function<void(SignedPdf&)>& change) {
  SignedPdf pdf;
  change(pdf);
  return pdf;
}

}  // namespace rakkan::pades::modified
