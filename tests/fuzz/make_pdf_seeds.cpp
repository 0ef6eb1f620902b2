// Writes the seeds of the pdf_ fuzz targets into corpus/: make_pdf_seeds CORPUS_FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>

#include "support/pdf_builder.hpp"
#include "support/signed_pdf.hpp"

namespace {

using rakkan::test::PdfBuilder;
using rakkan::test::SamplePdf;
using rakkan::test::XrefForm;

void write(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void lexer_seeds(const std::filesystem::path& folder) {
  write(folder / "dictionary", "<</Rect [0 0 595.3 +1.]/N#20x 12 0 R /S(a\\(b\\)\\101)/H <48 6>/B true/Z null>>");
  write(folder / "object", "7 0 obj <</Length 3>> stream\nabc\nendstream endobj");
  write(folder / "comment", "% text\n[1 2 3 0 R -.5 (a(b)c) << >>]");
  write(folder / "utf16", "<FEFF7F72540DD842DFB7>");
}

void xref_seeds(const std::filesystem::path& folder) {
  for (const XrefForm form : rakkan::test::kXrefForms) {
    SamplePdf sample;
    sample.form = form;
    sample.catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 3>>/Perms<</DocMDP 21 0 R>>";
    sample.objects = {{20, "<</T(s)/FT/Sig/V 21 0 R/Subtype/Widget/Lock<</Action/All>>>>"},
                      {21, "<</Type/Sig/ByteRange[0 9 20 30]/Contents<00>/Reference[<</TransformMethod/DocMDP>>]>>"}};
    PdfBuilder builder = rakkan::test::sample_builder(sample);
    write(folder / ("one_revision_" + std::to_string(static_cast<int>(form))), builder.text());
    builder.object(30, "(x)").free(20);
    const bool table = form == XrefForm::table || form == XrefForm::hybrid;
    table ? builder.table("/Root 1 0 R") : builder.xref_stream(31, "/Root 1 0 R", PdfBuilder::Coding::plain);
    write(folder / ("two_revisions_" + std::to_string(static_cast<int>(form))), builder.text());
  }
  PdfBuilder builder;
  builder.object(1, "<</Type/Catalog>>").table("/Root 1 0 R", "\n");
  write(folder / "short_entries", builder.text());
}

void object_stream_seeds(const std::filesystem::path& folder) {
  const std::string plain = "6 0 7 4 (x) <</A[1 6 0 R]>>";
  const std::string first = "\x08";
  write(folder / "plain", std::string(1, '\0') + first + plain);
  write(folder / "flate", "\1" + first + rakkan::test::deflated(plain));
  write(folder / "lzw", "\2" + first + "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01");
  write(folder / "ascii85", "\3" + first + "87cURD]i,\"Ebo80~>");
  write(folder / "hex_run_length", "\4" + first + "03362030203780>");
  write(folder / "tiff", "\7" + first + rakkan::test::deflated(plain));
}

// Two bytes say where the document is cut: here behind the first revision.
void pieces_seeds(const std::filesystem::path& folder) {
  for (const XrefForm form : rakkan::test::kXrefForms) {
    PdfBuilder builder = rakkan::test::sample_builder({.form = form});
    const std::size_t cut = builder.text().size();
    builder.object(30, "(x)").stream(31, "", "data");
    const bool table = form == XrefForm::table || form == XrefForm::hybrid;
    table ? builder.table("/Root 1 0 R") : builder.xref_stream(32, "/Root 1 0 R");
    const std::string where{static_cast<char>(cut >> 8), static_cast<char>(cut & 0xff)};
    write(folder / ("form_" + std::to_string(static_cast<int>(form))), where + builder.text());
  }
}

void dss_seeds(const std::filesystem::path& folder) {
  const std::string direct = "/DSS<</Certs[21 0 R]/OCSPs[]/VRI<</AB<</Cert[21 0 R]/TU(D:2020)>>>>>>";
  for (const XrefForm form : rakkan::test::kXrefForms) {
    PdfBuilder builder =
        rakkan::test::sample_builder({.form = form,
                                      .catalog = form == XrefForm::table ? direct : "/DSS 20 0 R",
                                      .objects = {{20, "<</Certs 22 0 R/CRLs[23 0 R 99 0 R]/VRI 24 0 R>>"},
                                                  {22, "[21 0 R]"},
                                                  {24, "<</0123456789ABCDEF0123456789ABCDEF01234567 25 0 R>>"},
                                                  {25, "<</CRL 22 0 R/OCSP[3 0 R]/TS 23 0 R>>"}}});
    builder.stream(21, "/Filter/FlateDecode", rakkan::test::deflated("a certificate")).stream(23, "", "a list");
    const bool table = form == XrefForm::table || form == XrefForm::hybrid;
    table ? builder.table("/Root 1 0 R") : builder.xref_stream(26, "/Root 1 0 R");
    write(folder / ("form_" + std::to_string(static_cast<int>(form))), builder.text());
  }
}

// A signature, and behind it validation data, a document timestamp, and a change that no rule explains.
void history_seeds(const std::filesystem::path& folder) {
  using namespace rakkan::test;
  for (const XrefForm form : {XrefForm::table, XrefForm::stream}) {
    const std::string name = form == XrefForm::table ? "table" : "stream";
    const auto close = [form](PdfBuilder& builder) {
      form == XrefForm::table ? builder.table("/Root 1 0 R") : builder.xref_stream(builder.size(), "/Root 1 0 R");
    };
    const std::string store = "/DSS<</Certs[41 0 R]>>";
    PdfBuilder builder = SignedPdf{.form = form}.builder();
    const std::size_t end = builder.text().size();
    write(folder / (name + "_signed"), fill_byte_range(builder.text()));
    builder.object(1, catalog_body("/AcroForm<</Fields[30 0 R]/SigFlags 3>>" + store)).stream(41, "", "DATA");
    close(builder);
    write(folder / (name + "_store"), fill_byte_range(builder.text(), end));
    builder.object(1, catalog_body("/AcroForm<</Fields[30 0 R 50 0 R]/SigFlags 3>>" + store))
        .object(10, page_body("/Annots[30 0 R 50 0 R]"))
        .object(50, "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R>>")
        .object(51, timestamp_body());
    close(builder);
    const std::string stamped = fill_byte_range(builder.text());  // the second ByteRange
    write(folder / (name + "_timestamp"), fill_byte_range(stamped, end));
    builder.stream(3, "", "changed").free(11);
    close(builder);
    write(folder / (name + "_changed"), fill_byte_range(fill_byte_range(builder.text(), stamped.size()), end));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: make_pdf_seeds CORPUS_FOLDER\n";
    return 3;
  }
  const std::filesystem::path corpus = arguments[1];
  lexer_seeds(corpus / "pdf_lexer");
  xref_seeds(corpus / "pdf_xref");
  object_stream_seeds(corpus / "pdf_object_stream");
  pieces_seeds(corpus / "pdf_pieces");
  dss_seeds(corpus / "dss");
  history_seeds(corpus / "pdf_history");
  return 0;
}
