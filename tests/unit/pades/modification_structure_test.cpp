// Files that two readers may understand differently: a fault of an update's structure makes the update `other`, one of
// the signed revision does not, but where it lets its objects change.
#include <map>

#include "rakkan/pdf/acro_form.hpp"
#include "unit/pades/modifications.hpp"

namespace rakkan::pades {
namespace {

using namespace modified;
using pdf::StructureFault;
using test::ten_digits;
using ::testing::Contains;
using ::testing::Not;

std::vector<StructureFault> structure(ByteView pdf) {
  std::vector<StructureFault> found;
  const auto history = pdf::History::open(pdf);
  EXPECT_THAT(history, test::IsOk());
  if (!history) {
    return found;
  }
  // Some faults show when entries, objects and fields are read.
  for (std::size_t revision = 0; revision < history->revisions().size(); ++revision) {
    EXPECT_THAT(history->for_each_object(revision, [](const pdf::Object&) -> Result<void> { return {}; }),
                test::IsOk());
    const auto document = history->document(revision);
    EXPECT_TRUE(document && pdf::AcroForm::read(**document));
  }
  for (const pdf::StructureFinding& each : history->findings()) {
    found.push_back(each.fault);
  }
  return found;
}

// A document, signed, with one fault in an update behind the signature.
struct Faulty {
  StructureFault fault;
  Bytes pdf;
};

std::string text_of_pdf(const Bytes& pdf) { return std::string(text_of(pdf)); }

Bytes replaced(const Bytes& pdf, std::string_view what, std::string_view with, std::size_t from = 0) {
  std::string text = text_of_pdf(pdf);
  const std::size_t at = text.find(what, from);
  EXPECT_NE(at, std::string::npos) << what;
  return copy_of(bytes_of(at == std::string::npos ? text : text.replace(at, what.size(), with)));
}

Bytes harmless_update(ByteView pdf, const char* text = "(new)") {
  return updated(pdf, [text](PdfBuilder& update) { update.object(60, text); });
}

// A section written by hand: "xref" with these rows, and a trailer.
Bytes with_section(const Bytes& pdf, const std::string& rows, const std::string& trailer) {
  const auto document = pdf::Document::open(pdf);
  EXPECT_THAT(document, test::IsOk());
  std::string text = text_of_pdf(pdf);
  const std::size_t offset = text.size();
  text += "xref\n" + rows + "trailer\n<</Root 1 0 R/Size 99" + trailer + "/Prev " +
          std::to_string(document->newest().offset) + ">>\nstartxref\n" + std::to_string(offset) + "\n%%EOF\n";
  return copy_of(bytes_of(text));
}

std::vector<Faulty> faulty_updates() {
  const Bytes base = SignedPdf().bytes();
  const Bytes two = harmless_update(harmless_update(base), "(newer)");
  const std::size_t behind = base.size();
  std::vector<Faulty> all;
  all.push_back({StructureFault::duplicate_trailer_key,
                 updated(base, [](PdfBuilder& update) { update.object(60, "(new)"); }, "/Root 1 0 R/Root 1 0 R")});
  all.push_back(
      {StructureFault::entry_twice, with_section(base, "70 1\n0000000000 00001 f \n70 1\n0000000000 00002 f \n", "")});
  // The startxref of the update in the middle leads one byte too far back.
  const std::string text = text_of_pdf(two);
  const std::size_t start = text.find("startxref\n", behind) + 10;
  std::string elsewhere = text;
  elsewhere[start] = elsewhere[start] == '1' ? '2' : '1';
  all.push_back({StructureFault::startxref_mismatch, copy_of(bytes_of(elsewhere))});
  // It has lost its end.
  all.push_back({StructureFault::section_without_end, replaced(two, "startxref", "startxxxx", behind)});
  all.push_back({StructureFault::form_damaged, updated(base, [](PdfBuilder& update) {
                   update.object(1, catalog_body("/AcroForm<</Fields[30 0 R 30 0 R]/SigFlags 3>>"));
                 })});
  // Table and stream of an update name two places for one object.
  PdfBuilder hybrid(base, pdf::Document::open(base)->newest().offset, 60);
  hybrid.object_stream(60, {{62, "(in the stream)"}}).object(63, "(elsewhere)").hybrid(64, "/Root 1 0 R");
  const std::string rows = hybrid.text();
  const std::size_t at = rows.find("62 1\n", behind) != std::string::npos
                             ? rows.find("62 1\n", behind) + 5
                             : rows.find("\n0000000000 00000 f", behind) + 1;
  all.push_back(
      {StructureFault::hybrid_disagreement,
       copy_of(bytes_of(std::string(rows).replace(at, 18, ten_digits(rows.find("63 0 obj", behind)) + " 00000 n")))});
  return all;
}

TEST(ModificationStructure, OfEachFaultThatMakesAnUpdateAmbiguous) {
  for (const Faulty& each : faulty_updates()) {
    const std::string name(to_string(each.fault));
    EXPECT_THAT(structure(each.pdf), Contains(each.fault)) << name;
    const Modifications found = modifications(each.pdf);
    EXPECT_EQ(found.level, Level::other) << name;
    EXPECT_THAT(faults(found), Contains(Fault::structure)) << name << ": " << text(found);
  }
}

// The stream of a hybrid update stands in the signed revision, where its author could hide it.
TEST(ModificationStructure, OfAHybridStreamOutsideOfItsRevision) {
  SignedPdf pdf{.form = XrefForm::table};
  PdfBuilder builder = pdf.builder();
  builder.object(31, test::signature_body());
  const std::uint64_t stream = builder.position();
  builder.raw("70 0 obj\n<</Type/XRef/W[1 4 2]/Index[71 1]/Size 72/Length 7>>\nstream\n")
      .raw(std::string("\0\0\0\0\0\0\1", 7))
      .raw("\nendstream\nendobj\n")
      .table("/Root 1 0 R");
  const Bytes base = copy_of(bytes_of(test::fill_byte_range(builder.text())));
  EXPECT_EQ(modifications(base).level, Level::none);
  const Bytes update = with_section(base, "0 0\n", "/XRefStm " + std::to_string(stream));
  EXPECT_THAT(structure(update), Contains(StructureFault::hybrid_stream_outside));
  const Modifications found = modifications(update);
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::structure)) << text(found);
}

TEST(ModificationStructure, OfAFaultInTheSignedRevisionAlone) {
  PdfBuilder builder = SignedPdf().builder();
  builder.object(31, test::signature_body()).table("/Root 1 0 R/Root 1 0 R");
  const Bytes base = copy_of(bytes_of(test::fill_byte_range(builder.text())));
  EXPECT_THAT(structure(base), Contains(StructureFault::duplicate_trailer_key));
  EXPECT_EQ(modifications(base).level, Level::none);
  const auto history = pdf::History::open(base);
  ASSERT_THAT(history, test::IsOk());
  std::string text(text_of(base));
  PdfBuilder update(base, history->newest().newest().offset, history->newest().next_object_number());
  const Modifications found = modifications(update.object(60, "(new)").table("/Root 1 0 R").bytes());
  EXPECT_EQ(found.level, Level::lta_updates) << modified::text(found);
}

// The reader decides which of two places counts, also when nothing was appended.
TEST(ModificationStructure, OfAHybridSignedRevisionWhoseTableAndStreamDisagree) {
  SignedPdf pdf;
  PdfBuilder builder = pdf.builder();
  builder.object_stream(60, {{62, "(in the stream)"}}).object(63, "(elsewhere)").hybrid(64, "/Root 1 0 R");
  const std::string honest = test::fill_byte_range(builder.text());
  EXPECT_EQ(modifications(bytes_of(honest)).level, Level::none);
  const std::size_t row = honest.find("0000000000 00000 f", honest.find("\nxref\n60"));
  ASSERT_NE(row, std::string::npos);
  const std::string lying = std::string(honest).replace(row, 18, ten_digits(honest.find("63 0 obj")) + " 00000 n");
  EXPECT_THAT(structure(bytes_of(lying)), Contains(StructureFault::hybrid_disagreement));
  const Modifications found = modifications(bytes_of(lying));
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::structure)) << text(found);
}

// Nobody looks at what stands behind the thousandth fault.
TEST(ModificationStructure, OfTooManyFaults) {
  SignedPdf pdf;
  for (std::uint32_t number = 2000; number < 3100; ++number) {
    pdf.objects.emplace_back(number, "0");
  }
  std::string text = pdf.builder().text();
  text.replace(text.find("/Size 3100"), 10, "/Size 2000");
  const Bytes base = copy_of(bytes_of(test::fill_byte_range(text)));
  const auto history = pdf::History::open(base);
  ASSERT_THAT(history, test::IsOk());
  EXPECT_EQ(history->findings().size(), pdf::History::kMaxFindings);
  EXPECT_EQ(modifications(base).level, Level::other);
  EXPECT_THAT(faults(modifications(base)), Contains(Fault::structure));
}

// Hidden above the /Size of one update, shown by the next one.
TEST(ModificationStructure, OfAnObjectThatAnUpdateHidesAndTheNextOneShows) {
  const Bytes base = SignedPdf().bytes();
  const Bytes hidden = replaced(updated(base, [](PdfBuilder& update) { update.object(60, "(new)"); }), "/Size 61",
                                "/Size 60", base.size());
  EXPECT_THAT(faults(modifications(hidden)), Not(Contains(Fault::object_revealed)));
  const auto document = pdf::Document::open(hidden);
  ASSERT_THAT(document, test::IsOk());
  PdfBuilder shows(hidden, document->newest().offset, 70);
  const Modifications found = modifications(shows.object(65, "(more)").table("/Root 1 0 R").bytes());
  EXPECT_THAT(faults(found), Contains(Fault::object_revealed)) << text(found);
}

// Encrypted for the empty password (ISO 32000-2 §7.6.4.4.7), with streams and strings as they are.
constexpr std::string_view kEncryption =
    "/Filter/Standard/V 5/R 6/Length 256/P -4/StmF/Identity/StrF/Identity"
    "/O<b1e83be418a738ddac58121e01ab440ba33caea11055457babd4b06062c227515739e224f671d616e347268fad7a326c>"
    "/U<9c3fffd0f4bd1f7bd29a52927855ba3260494a3dfaf1d48a9b8d7f28d066c7b18609a450696ce1f17fd44720ec4d3b9c>"
    "/OE<e2500913ab73025af0ca30760c294bc3fe6202c4b265cc674183b06f64bb8570>"
    "/UE<f15fba2223aa02289d2bd618baf856ca17bca8bc1fd45c77892bb31418eac029>/Perms<ad25b06c0ff4182cc4719b898b03b8cb>";

TEST(ModificationStructure, OfTheEncryption) {
  const std::string encryption(kEncryption);
  SignedPdf pdf;
  pdf.trailer = "/Encrypt<<" + encryption + ">>/ID[<01><02>]";
  const Bytes base = pdf.bytes();
  const auto history = pdf::History::open(base);
  ASSERT_THAT(history, test::IsOk());
  const auto with_trailer = [&](const std::string& entries) {
    const auto document = history->document(0);
    PdfBuilder update(base, (*document)->newest().offset, 90);
    return modifications(update.object(60, "(orphan)").table("/Root 1 0 R" + entries).bytes());
  };
  for (const std::string id : {"/ID[<01><02>]", "/ID[<01><99>]"}) {
    const Modifications found = with_trailer("/Encrypt<<" + encryption + ">>" + id);
    EXPECT_EQ(found.level, Level::lta_updates) << text(found);
  }
  const struct {
    std::string trailer, path;
  } changes[] = {{"/Encrypt<<" + encryption + "/EncryptMetadata false>>/ID[<01><02>]", "/Trailer/Encrypt"},
                 {"/Encrypt<<" + encryption + ">>/ID[<99><02>]", "/Trailer/ID"}};
  for (const auto& [trailer, path] : changes) {
    const Modifications found = with_trailer(trailer);
    EXPECT_EQ(found.level, Level::other);
    ASSERT_EQ(found.findings.size(), 1U) << text(found);
    EXPECT_EQ(found.findings[0].fault, Fault::trailer_changed);
    EXPECT_EQ(found.findings[0].path, path);
  }
}

}  // namespace
}  // namespace rakkan::pades
