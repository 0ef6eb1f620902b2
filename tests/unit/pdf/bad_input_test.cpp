// Every way a document can be no document: typed errors, no crash, no endless loop.
#include <gmock/gmock.h>

#include <ctime>
#include <string>

#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/pdf/page_tree.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PdfBuilder;
using test::SamplePdf;

PdfBuilder minimal() {
  return PdfBuilder()
      .object(1, "<</Type/Catalog/Pages 2 0 R>>")
      .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
      .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
}

Result<Document> open(std::string_view text, const Limits& limits = {}) {
  return Document::open(bytes_of(text), limits);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BadInput, NotAPdf) {
  EXPECT_THAT(open(""), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(open("PK\3\4 something else"), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(open(std::string(2000, ' ') + minimal().table("/Root 1 0 R").text()), FailsWith(ErrorCode::not_a_pdf));
}

TEST(BadInput, BytesBeforeTheHeader) {
  EXPECT_THAT(open("\n" + minimal().table("/Root 1 0 R").text()), FailsWith(ErrorCode::pdf_header_offset));
}

TEST(BadInput, HeaderWithoutVersion) {
  const std::string text = minimal().table("/Root 1 0 R").text();
  EXPECT_THAT(open(replaced(text, "%PDF-1.7", "%PDF-x.7")), FailsWith(ErrorCode::pdf_malformed));
}

// Cut anywhere, a document is refused; cut in its last line end it is whole. In every form.
TEST(BadInput, TruncatedAnywhere) {
  for (const auto form : test::kXrefForms) {
    SamplePdf sample;
    sample.form = form;
    const std::string whole = test::sample_builder(sample).text();
    for (std::size_t length = 0; length < whole.find_last_of('f') - 20; ++length) {
      const std::string cut = whole.substr(0, length);
      EXPECT_FALSE(open(cut).has_value()) << length;
    }
    EXPECT_THAT(open(whole.substr(0, whole.size() - 1)), IsOk());
  }
}

TEST(BadInput, Encrypted) {
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Encrypt 9 0 R").text()), FailsWith(ErrorCode::pdf_encrypted));
  EXPECT_THAT(open(minimal().xref_stream(4, "/Root 1 0 R/Encrypt 9 0 R").text()), FailsWith(ErrorCode::pdf_encrypted));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Encrypt 9 0 R").object(3, "null").table("/Root 1 0 R").text()),
              FailsWith(ErrorCode::pdf_encrypted));
}

TEST(BadInput, MissingStartXref) {
  EXPECT_THAT(open(minimal().text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().raw("startxref\n").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().startxref(0).text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().startxref(99'999'999).text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().raw("startxref\n-5\n%%EOF").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().raw("startxref\n99999999999999999999\n%%EOF").text()),
              FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, StartXrefPointsAtSomethingElse) {
  EXPECT_THAT(open(minimal().startxref(20).text()), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, MissingRoot) {
  EXPECT_THAT(open(minimal().table("").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root<</Type/Catalog>>").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 77 0 R").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 1 R").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().object(4, "(x)").table("/Root 4 0 R").text()), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, PreviousSectionsFormALoop) {
  PdfBuilder builder = minimal();
  const std::string offset = std::to_string(builder.position());
  EXPECT_THAT(open(builder.table("/Root 1 0 R/Prev " + offset).text()), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, PreviousSectionIsNoOffset) {
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Prev -1").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Prev (x)").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Prev 9223372036854775807").text()),
              FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Prev 0").text()), IsOk());
}

TEST(BadInput, TooManyRevisions) {
  PdfBuilder builder = minimal();
  for (int i = 0; i < 5; ++i) {
    builder.object(3, "null").table("/Root 1 0 R");
  }
  Limits limits;
  limits.max_revisions = 5;
  EXPECT_THAT(open(builder.text(), limits), IsOk());
  limits.max_revisions = 4;
  EXPECT_THAT(open(builder.text(), limits), FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(BadInput, HugeCountsInATable) {
  const auto with_heading = [](std::string_view heading) {
    PdfBuilder builder = minimal();
    const std::uint64_t offset = builder.position();
    return builder.raw("xref\n" + std::string(heading) + "\n0000000000 65535 f \n")
        .raw("trailer\n<</Root 1 0 R/Size 4>>\n")
        .startxref(offset)
        .text();
  };
  EXPECT_THAT(open(with_heading("0 99999999999")), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(open(with_heading("9223372036854775807 1")), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(open(with_heading("4294967295 1")), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(open(with_heading("0 8000000")), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(with_heading("0 -1")), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(with_heading("x")), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, HugeSize) {
  std::string text = minimal().table("/Root 1 0 R").text();
  EXPECT_THAT(open(replaced(text, "/Size 4", "/Size 99999999999")), FailsWith(ErrorCode::pdf_limit_exceeded));
  text = minimal().xref_stream(4, "/Root 1 0 R", PdfBuilder::Coding::plain).text();
  EXPECT_THAT(open(replaced(text, "/Size 5", "/Size 99999999999")), FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(BadInput, CrossReferenceStreamWithWrongWidthsOrIndex) {
  const std::string text = minimal().xref_stream(4, "/Root 1 0 R", PdfBuilder::Coding::plain).text();
  ASSERT_THAT(open(text), IsOk());
  for (const std::string_view widths : {"/W[0 0 0]", "/W[9 9 9]", "/W[1 4]", "/W[1 4 2 1]", "/W[1 -4 2]", "/W 1"}) {
    EXPECT_THAT(open(replaced(text, "/W[1 4 2]", widths)), FailsWith(ErrorCode::pdf_malformed)) << widths;
  }
  for (const std::string_view index : {"/Index[0 6 ]", "/Index[0 ]", "/Index[-1 5 ]", "/Index[0 -5 ]", "/Index 5"}) {
    EXPECT_THAT(open(replaced(text, "/Index[0 5 ]", index)), FailsWith(ErrorCode::pdf_malformed)) << index;
  }
  EXPECT_THAT(open(replaced(text, "/Index[0 5 ]", "/Index[9223372036854775807 5]")),
              FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(BadInput, EntryPointsAtAnotherObject) {
  const auto with_entry = [](std::uint64_t offset) {
    PdfBuilder builder = minimal();
    return builder.entry(3, 1, offset, 0).table("/Root 1 0 R").bytes();
  };
  for (const std::uint64_t offset : {std::uint64_t{15}, std::uint64_t{0}, std::uint64_t{9'999'999'999}}) {
    const Bytes pdf = with_entry(offset);
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    EXPECT_THAT(document.load(3), FailsWith(ErrorCode::pdf_malformed)) << offset;
    EXPECT_THAT(page_count(document), FailsWith(ErrorCode::pdf_malformed)) << offset;
  }
}

TEST(BadInput, ObjectStreamInsideAnObjectStream) {
  const Bytes pdf = minimal()
                        .object_stream(5, {{6, "<</Type/ObjStm/N 1/First 4>>"}})
                        .entry(7, 2, 6, 0)
                        .xref_stream(8, "/Root 1 0 R")
                        .bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_THAT(document.load(7), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, ObjectStreamWhoseLengthIsInside) {
  PdfBuilder builder = minimal();
  builder.object(5, "<</Type/ObjStm/N 1/First 4/Length 6 0 R>>\nstream\n6 0 10\nendstream").entry(6, 2, 5, 0);
  const Bytes pdf = builder.xref_stream(8, "/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_THAT(document.load(6), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, ObjectStreamWithWrongHeader) {
  for (const std::string_view entries :
       {"/Type/ObjStm/N 99999999/First 4", "/Type/ObjStm/N -1/First 4", "/Type/ObjStm/N 1/First 999",
        "/Type/ObjStm/N 1/First -1", "/N 1/First 4", "/Type/ObjStm/N 1 0 R/First 4", "/Type/ObjStm/N 1/First 2"}) {
    const Bytes pdf = minimal().stream(5, entries, "6 0 (x)").entry(6, 2, 5, 0).xref_stream(8, "/Root 1 0 R").bytes();
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    EXPECT_THAT(document.load(6), FailsWith(ErrorCode::pdf_malformed)) << entries;
  }
}

TEST(BadInput, ObjectMissingInItsObjectStream) {
  const Bytes pdf = minimal()
                        .object_stream(5, {{6, "(x)"}})
                        .entry(7, 2, 5, 0)
                        .entry(9, 2, 3, 0)
                        .xref_stream(8, "/Root 1 0 R")
                        .bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_THAT(document.load(6), IsOk());
  EXPECT_THAT(document.load(7), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(document.load(9), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, DeflateBomb) {
  Limits limits;
  limits.max_inflated = 1 << 20;
  const Bytes pdf =
      minimal()
          .stream(4, "/Filter/FlateDecode", test::deflated(std::string(2 << 20, 'x')))
          .stream(5, "/Filter[/FlateDecode/FlateDecode]", test::deflated(test::deflated(std::string(2 << 20, 'x'))))
          .table("/Root 1 0 R")
          .bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, limits));
  for (const std::uint32_t number : {4U, 5U}) {
    ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(number));
    EXPECT_THAT(document.decoded_stream(*stream), FailsWith(ErrorCode::pdf_limit_exceeded));
  }
}

// Inflated data may be large, but not that many times the size of its stream.
TEST(BadInput, InflatesToVeryManyTimesItsSize) {
  const std::size_t size = kAlwaysInflated + 1;
  const Bytes pdf =
      minimal().stream(4, "/Filter/FlateDecode", test::deflated(std::string(size, 'x'))).table("/Root 1 0 R").bytes();
  ASSERT_LT(pdf.size() * Limits().max_inflation, size);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
  EXPECT_THAT(document.decoded_stream(*stream), FailsWith(ErrorCode::pdf_limit_exceeded));

  Limits limits;
  limits.max_inflation = 1'032;  // zlib's most
  ASSERT_OK_AND_ASSIGN(const Document allowed, Document::open(pdf, limits));
  ASSERT_OK_AND_ASSIGN(const Object* const inflates, allowed.load(4));
  ASSERT_OK_AND_ASSIGN(const Bytes data, allowed.decoded_stream(*inflates));
  EXPECT_EQ(data.size(), size);
}

// Counts what is taken, and gives no more than `limit`.
class SmallBudget final : public MemoryBudget {
 public:
  explicit SmallBudget(std::uint64_t limit) : limit_(limit) {}
  Result<void> take(std::uint64_t bytes) override {
    if (bytes > limit_ - taken_) {
      return fail(ErrorCode::overloaded, "no memory now");
    }
    taken_ += bytes;
    most_ = std::max(most_, taken_);
    return {};
  }
  void give_back(std::uint64_t bytes) noexcept override { taken_ -= bytes; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  [[nodiscard]] std::uint64_t most() const { return most_; }

 private:
  const std::uint64_t limit_;
  std::uint64_t taken_ = 0;
  std::uint64_t most_ = 0;
};

TEST(MemoryOfDocuments, IsTakenBeforeItIsUsedAndGivenBackWithTheDocument) {
  const std::string numbers(1 << 20, '1');
  for (const std::string_view filter : {"/Filter/FlateDecode", ""}) {
    const std::string data = filter.empty() ? numbers : test::deflated(numbers);
    const Bytes pdf = minimal().stream(4, filter, data).table("/Root 1 0 R").bytes();
    SmallBudget enough(4 << 20);
    {
      ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, {}, &enough));
      ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
      EXPECT_THAT(document.decoded_stream(*stream), IsOk());
      EXPECT_GE(enough.taken(), numbers.size());
    }
    EXPECT_EQ(enough.taken(), 0U);
    SmallBudget less(numbers.size() - 1);
    {
      ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, {}, &less));
      ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
      EXPECT_THAT(document.decoded_stream(*stream), FailsWith(ErrorCode::overloaded));
    }
    EXPECT_EQ(less.taken(), 0U);
    EXPECT_LT(less.most(), numbers.size());
  }
}

TEST(MemoryOfDocuments, CountsValuesToo) {
  std::string array = "[";
  for (int i = 0; i < 50'000; ++i) {
    array += "0 ";
  }
  const Bytes pdf = minimal().object(4, array + "]").table("/Root 1 0 R").bytes();
  SmallBudget less(1'000'000);
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, {}, &less));
  EXPECT_THAT(document.load(4), FailsWith(ErrorCode::overloaded));
}

TEST(BadInput, WrongLength) {
  for (const std::string_view length : {"0", "5", "99999999", "-1", "(x)", "9 0 R"}) {
    const Bytes pdf = minimal()
                          .object(4, "<</Length " + std::string(length) + ">>stream\nabc\nendstream")
                          .table("/Root 1 0 R")
                          .bytes();
    ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
    ASSERT_OK_AND_ASSIGN(const Object* const stream, document.load(4));
    EXPECT_THAT(document.stream_bytes(*stream), FailsWith(ErrorCode::pdf_malformed)) << length;
  }
}

TEST(BadInput, DeepNesting) {
  SamplePdf sample;
  sample.catalog = "/Deep " + std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(open(test::sample_builder(sample).text()), FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(BadInput, ReferencesWithoutEnd) {
  const Bytes pdf = minimal().object(4, "5 0 R").object(5, "4 0 R").table("/Root 1 0 R").bytes();
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  ASSERT_OK_AND_ASSIGN(const Object* const object, document.load(4));
  EXPECT_THAT(document.resolve(object->value()), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, HybridStreamIsNone) {
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/XRefStm 15").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/XRefStm 99999999").text()), FailsWith(ErrorCode::pdf_malformed));
}

TEST(BadInput, DecidingKeyTwiceInATrailer) {
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Root 1 0 R").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().table("/Root 1 0 R/Roo#74 1 0 R").text()), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(open(minimal().xref_stream(4, "/Root 1 0 R/Size 5").text()), FailsWith(ErrorCode::pdf_malformed));
}

// Object numbers may share one large value in an object stream: bounded by what was read, not by the size of the file.
TEST(BadInput, ObjectsThatShareTheirBytes) {
  constexpr std::uint32_t kObjects = 2000;
  std::string header;
  PdfBuilder builder = minimal();
  for (std::uint32_t i = 0; i < kObjects; ++i) {
    header += std::to_string(100 + i) + " 0 ";
    builder.entry(100 + i, 2, 5, i);
  }
  std::string value = "[";
  for (int i = 0; i < 500'000; ++i) {
    value += "0 ";
  }
  builder.stream(5, "/Type/ObjStm/N 2000/Filter/FlateDecode/First " + std::to_string(header.size()),
                 test::deflated(header + value + "]"));
  const Bytes pdf = builder.xref_stream(8, "/Root 1 0 R").bytes();
  EXPECT_LT(pdf.size(), 100'000U);
  Limits limits;
  limits.max_values = 2'000'000;
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf, limits));
  std::uint32_t loaded = 0;
  while (loaded < kObjects && document.load(100 + loaded).has_value()) {
    ++loaded;
  }
  EXPECT_THAT(document.load(100 + loaded), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_EQ(loaded, 3U);
}

// Many subsections out of order and many revisions make every lookup slow; the budget ends it.
TEST(BadInput, SlowLookupsEnd) {
  PdfBuilder builder = minimal();
  std::string kids;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    kids += std::to_string(1'000'000 + i) + " 0 R ";
  }
  builder.object(2, "<</Type/Pages/Kids[" + kids + "]/Count 1>>");
  builder.table("/Root 1 0 R");
  const std::uint64_t previous = builder.last_section();
  const std::uint64_t offset = builder.position();
  std::string table = "xref\n";
  for (int i = 0; i < 50'000; ++i) {
    table += i % 2 == 0 ? "500000 1\n0000000000 00001 f \n" : "400000 1\n0000000000 00001 f \n";
  }
  builder.raw(table + "trailer\n<</Root 1 0 R/Size 4/Prev " + std::to_string(previous) + ">>\n").startxref(offset);
  const Bytes pdf = builder.bytes();
  const std::clock_t begin = std::clock();  // CPU time: a busy machine is not a slow lookup
  ASSERT_OK_AND_ASSIGN(const Document document, Document::open(pdf));
  EXPECT_FALSE(page_count(document).has_value());
  for (std::uint32_t number = 1; number < 30'000; ++number) {
    if (!document.load(4000 + number).has_value()) {
      break;
    }
  }
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 10);
}

}  // namespace
}  // namespace rakkan::pdf
