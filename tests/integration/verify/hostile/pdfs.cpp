// Hostile structures of PDF: nesting, revisions, cross-reference sections, large arrays and dictionaries.
#include "integration/verify/hostile/workshop.hpp"

namespace rakkan::test {
namespace {

Hostile nested_arrays(Workshop& workshop) {
  PdfBuilder update = Workshop::behind(workshop.signed_document());
  update.object(60, repeated("[", kMegabyte / 2) + repeated("]", kMegabyte / 2)).table("/Root 1 0 R");
  return {.file = update.bytes()};
}

Hostile nested_dictionaries(Workshop& workshop) {
  PdfBuilder update = Workshop::behind(workshop.signed_document());
  constexpr std::size_t kDeep = kMegabyte / 6;
  update.object(60, repeated("<</A", kDeep) + " 1" + repeated(">>", kDeep)).table("/Root 1 0 R");
  return {.file = update.bytes()};
}

Hostile many_values(Workshop& workshop) {
  PdfBuilder update = Workshop::behind(workshop.signed_document());
  update.object(60, "[" + repeated("0 ", kMegabyte / 2) + "]").table("/Root 1 0 R");
  return {.file = update.bytes(), .evidence = workshop.outside()};
}

constexpr std::size_t kMostRevisions = 500;

Hostile many_revisions(Workshop& workshop) {
  PdfBuilder builder = Workshop::behind(workshop.signed_document());
  const std::string text = "(" + std::string(kMegabyte / kMostRevisions - 150, 'x') + ")";
  for (std::size_t i = 2; i < kMostRevisions; ++i) {
    builder.object(60, text).table("/Root 1 0 R");
  }
  return {.file = builder.bytes(), .evidence = workshop.outside()};
}

Hostile too_many_revisions(Workshop& workshop) {
  PdfBuilder builder = Workshop::behind(workshop.signed_document());
  while (builder.text().size() < kMegabyte) {
    builder.object(60, "0").table("/Root 1 0 R");
  }
  return {.file = builder.bytes()};
}

// Each revision repeats the page's /Annots and an array of references, one element longer.
Hostile arrays_that_grow(Workshop& workshop) {
  std::string elements;
  for (int i = 0; i < 300; ++i) {
    elements += "30 0 R ";
  }
  PdfBuilder builder = Workshop::behind(
      workshop.signed_document({.page = "/Annots[" + elements + "]", .objects = {{30, "<</Type/Annot>>"}}}));
  for (std::size_t i = 0; i < kMostRevisions - 2 && builder.text().size() < kMegabyte; ++i) {
    elements += "30 0 R ";
    builder.object(10, page_body("/Annots[" + elements + "]")).table("/Root 1 0 R");
  }
  return {.file = builder.bytes()};
}

// The catalog of each revision has a store of a thousand elements.
Hostile stores_that_grow(Workshop& workshop) {
  std::string elements;
  for (int i = 0; i < 1000; ++i) {
    elements += "41 0 R ";
  }
  PdfBuilder builder = Workshop::behind(workshop.signed_document(
      {.catalog = "/DSS 40 0 R",
       .objects = {{40, "<</Certs[" + elements + "]>>"}, {41, "<</Length 1>>\nstream\nx\nendstream"}}}));
  while (builder.text().size() < kMegabyte) {
    elements += "41 0 R ";
    builder.object(40, "<</Certs[" + elements + "]>>").table("/Root 1 0 R");
  }
  return {.file = builder.bytes(), .evidence = workshop.outside()};
}

Hostile section_that_leads_to_itself(Workshop& workshop) {
  PdfBuilder update = Workshop::behind(workshop.signed_document());
  update.raw("%" + std::string(kMegabyte, ' ') + "\n");
  const std::uint64_t offset = update.position();
  update.raw("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 99/Prev " + std::to_string(offset) + ">>\n")
      .startxref(offset);
  return {.file = update.bytes()};
}

Hostile two_sections_in_a_circle(Workshop& workshop) {
  std::string text = Workshop::behind(workshop.signed_document()).text() + "%" + std::string(kMegabyte, ' ') + "\n";
  const auto section = [&](std::uint64_t previous) {
    const std::uint64_t offset = text.size();
    text += "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 99/Prev " + ten_digits(previous) + ">>\n";
    return offset;
  };
  const std::uint64_t first = section(0);
  const std::uint64_t second = section(first);
  text.replace(text.find("/Prev 0000000000", first) + 6, 10, ten_digits(second));
  text += "startxref\n" + std::to_string(second) + "\n%%EOF\n";
  return {.file = copy_of(bytes_of(text))};
}

// Every section declares each number anew.
Hostile entries_again_and_again(Workshop& workshop) {
  PdfBuilder builder = Workshop::behind(workshop.signed_document());
  for (int revision = 0; revision < 45; ++revision) {
    for (std::uint32_t number = 1000; number < 2000; ++number) {
      builder.entry(number, 1, 20, 0);
    }
    builder.table("/Root 1 0 R");
  }
  return {.file = builder.bytes()};
}

Hostile fields_of_fields(Workshop& workshop) {
  std::vector<std::pair<std::uint32_t, std::string>> objects;
  constexpr std::uint32_t kFirst = 1000;
  constexpr std::uint32_t kFields = 12'000;
  for (std::uint32_t i = 0; i < kFields; ++i) {
    const std::string kid = i + 1 < kFields ? "/Kids[" + std::to_string(kFirst + i + 1) + " 0 R]" : "/FT/Sig";
    objects.emplace_back(kFirst + i, "<</T(a)" + kid + "/Parent " + std::to_string(kFirst + i - 1) + " 0 R>>");
  }
  SignedPdf pdf;
  pdf.fields = "[30 0 R 1000 0 R]";
  pdf.objects = std::move(objects);
  static_cast<void>(workshop);
  return {.file = pdf.bytes()};
}

Hostile many_fields(Workshop& workshop) {
  SignedPdf pdf;
  std::string fields = "[30 0 R";
  for (std::uint32_t number = 1000; number < 12'000; ++number) {
    pdf.objects.emplace_back(number, "<</T(" + std::to_string(number) + ")/FT/Sig/Kids[]/Rect[0 0 0 0]>>");
    fields += " " + std::to_string(number) + " 0 R";
  }
  pdf.fields = fields + "]";
  static_cast<void>(workshop);
  return {.file = pdf.bytes()};
}

// Each revision shows all fields again.
Hostile many_fields_in_many_revisions(Workshop& workshop) {
  SignedPdf pdf;
  std::string fields = "[30 0 R";
  for (std::uint32_t number = 1000; number < 9000; ++number) {
    pdf.objects.emplace_back(number, "<</T(" + std::to_string(number) + ")/FT/Sig>>");
    fields += " " + std::to_string(number) + " 0 R";
  }
  pdf.fields = fields + "]";
  const Bytes base = pdf.bytes();
  PdfBuilder builder = Workshop::behind(base);
  for (std::size_t i = 1; i < kMostRevisions; ++i) {
    builder.object(60, "0").table("/Root 1 0 R");
  }
  static_cast<void>(workshop);
  return {.file = builder.bytes()};
}

}  // namespace

std::vector<HostileRow> hostile_pdfs() {
  const std::vector<int> refused{1, 3};
  return {
      {"arrays half a million deep", refused, nested_arrays},
      {"dictionaries a hundred thousand deep", refused, nested_dictionaries},
      {"half a million values", {0, 1}, many_values},
      {"five hundred revisions", {0}, many_revisions},
      {"thousands of revisions", {3}, too_many_revisions},
      {"an array of annotations that grows in each revision", {1, 3}, arrays_that_grow},
      {"a store that grows in each revision", {0, 1, 3}, stores_that_grow},
      {"a section that leads to itself", {3}, section_that_leads_to_itself},
      {"two sections in a circle", {3}, two_sections_in_a_circle},
      {"a thousand objects in each of many sections", refused, entries_again_and_again},
      {"fields of fields of fields", refused, fields_of_fields},
      {"eleven thousand fields", refused, many_fields},
      {"eight thousand fields in each of many revisions", {3}, many_fields_in_many_revisions},
  };
}

}  // namespace rakkan::test
