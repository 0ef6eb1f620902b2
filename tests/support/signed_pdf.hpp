// Documents with signature dictionaries written by hand, and updates behind them: what coverage and modifications are
// judged by. The CMS is none.
//
//   const Bytes pdf = SignedPdf().bytes();                                  // one signature over all of it
//   const Bytes more = updated(pdf, [](PdfBuilder& update) { update.object(40, "<<>>"); });
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "rakkan/pdf/document.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {

inline constexpr std::string_view kNoRange = "[0 0000000000 0000000000 0000000000]";
inline constexpr std::string_view kSomeContents = "30030201010000000000";

// A signature dictionary whose ByteRange fill_byte_range fills in.
inline std::string signature_body(std::string_view contents = kSomeContents,
                                  std::string_view names = "/Type/Sig/SubFilter/ETSI.CAdES.detached",
                                  std::string_view more = "") {
  return "<<" + std::string(names) + "/Filter/Adobe.PPKLite/ByteRange" + std::string(kNoRange) + "/Contents<" +
         std::string(contents) + ">" + std::string(more) + ">>";
}

inline std::string timestamp_body(std::string_view contents = "30030201020000000000") {
  return signature_body(contents, "/Type/DocTimeStamp/SubFilter/ETSI.RFC3161");
}

inline std::string ten_digits(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(10 - digits.size(), '0') + digits;
}

// Fills the last ByteRange that is not filled yet: it leaves out the /Contents behind it, and ends at `end`, by default
// the end of the text.
inline std::string fill_byte_range(std::string text, std::size_t end = std::string::npos) {
  const std::size_t range = text.rfind(kNoRange);
  const std::size_t open = range == std::string::npos ? range : text.find("/Contents<", range);
  if (open == std::string::npos) {
    throw std::runtime_error("no signature to fill");
  }
  const std::size_t first = open + std::string_view("/Contents").size();
  const std::size_t second = text.find('>', first) + 1;
  const std::size_t last = end == std::string::npos ? text.size() : end;
  return text.replace(range, kNoRange.size(),
                      "[0 " + ten_digits(first) + " " + ten_digits(second) + " " + ten_digits(last - second) + "]");
}

// A document of one revision with a signature in object 31 and its invisible field and widget in object 30, on page 10.
struct SignedPdf {
  XrefForm form = XrefForm::table;
  std::string signature = signature_body();
  std::string field = "/FT/Sig/T(first)/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P 10 0 R";
  std::string catalog = {};         // further entries
  std::string form_entries = {};    // further entries of the form
  std::string fields = "[30 0 R]";  // /Fields
  std::string annotations = "/Annots[30 0 R]";
  std::string page = {};     // further entries
  std::string trailer = {};  // further entries
  std::vector<std::pair<std::uint32_t, std::string>> objects = {};

  [[nodiscard]] std::string catalog_entries() const {
    return "/AcroForm<</Fields " + fields + "/SigFlags 3" + form_entries + ">>" + catalog;
  }
  [[nodiscard]] PdfBuilder builder() const {
    SamplePdf sample;
    sample.form = form;
    sample.catalog = catalog_entries();
    sample.page = annotations + page;
    sample.trailer += trailer;
    sample.objects = {{30, "<<" + field + "/V 31 0 R>>"}, {31, signature}};
    sample.objects.insert(sample.objects.end(), objects.begin(), objects.end());
    return sample_builder(sample);
  }
  [[nodiscard]] Bytes bytes() const { return copy_of(bytes_of(fill_byte_range(builder().text()))); }
};

// The catalog and the page of the sample with these entries, for updates.
inline std::string catalog_body(std::string_view entries) {
  return "<</Type/Catalog/Pages 2 0 R" + std::string(entries) + ">>";
}
inline std::string page_body(std::string_view entries) {
  return "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.303937007874 842]/Resources<<>>/Contents 3 0 R" +
         std::string(entries) + ">>";
}

// The document with one more revision. `change` adds its objects.
template <class Change>
Bytes updated(ByteView base, const Change& change, std::string_view trailer = "/Root 1 0 R") {
  const auto document = pdf::Document::open(base);
  if (!document) {
    throw std::runtime_error("the base does not open");
  }
  PdfBuilder builder(base, document->newest().offset, document->next_object_number());
  change(builder);
  if (document->newest().kind == pdf::SectionKind::stream) {
    builder.xref_stream(builder.size(), trailer);
  } else {
    builder.table(trailer);
  }
  return builder.bytes();
}

}  // namespace rakkan::test
