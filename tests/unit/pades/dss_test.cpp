// The document security store: read as it stands, grown without touching what is there.
#include "rakkan/pades/dss.hpp"

#include <gmock/gmock.h>

#include <set>

#include "rakkan/base/hex.hpp"
#include "support/archivist.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using test::FailsWith;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kName = "0123456789ABCDEF0123456789ABCDEF01234567";
constexpr std::string_view kOtherName = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";

Bytes bytes(std::string_view text) { return copy_of(bytes_of(text)); }

Result<DssRevision> write(const pdf::DocumentBytes& document, const test::Evidence& evidence,
                          const DssOptions& options = {}) {
  RAKKAN_TRY(const pdf::Document opened, pdf::Document::open(document));
  test::FixedRandom random;
  return write_dss(opened, evidence.data(), options, random);
}

// A document and the updates that a test has written on top of it.
struct Growing {
  explicit Growing(Bytes from) : base(std::move(from)) {}

  Result<DssRevision> add(const test::Evidence& evidence, const DssOptions& options = {}) {
    RAKKAN_TRY(DssRevision revision, write(document(), evidence, options));
    tails.push_back(revision.tail);
    return revision;
  }
  [[nodiscard]] pdf::DocumentBytes document() const {
    const std::vector<ByteView> updates(tails.begin(), tails.end());
    return {base, updates};
  }
  [[nodiscard]] pdf::Document open() const { return pdf::Document::open(document()).value(); }

  Bytes base;
  std::vector<Bytes> tails;
};

std::vector<std::string> texts(const Dss& dss, const std::vector<std::size_t>& indices) {
  std::vector<std::string> found;
  for (const std::size_t index : indices) {
    found.emplace_back(text_of(dss.streams.at(index).bytes));
  }
  return found;
}

Dss read(const pdf::Document& document) { return Dss::read(document).value().value(); }

const test::Evidence kEvidence{{bytes("certificate a"), bytes("certificate b")}, {bytes("answer")}, {bytes("list")}};

class DssForms : public testing::TestWithParam<test::XrefForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, DssForms, testing::ValuesIn(test::kXrefForms));

TEST_P(DssForms, WhatIsWrittenIsRead) {
  Growing growing(test::sample_pdf({.form = GetParam()}));
  ASSERT_OK_AND_ASSIGN(const DssRevision revision, growing.add(kEvidence));
  EXPECT_EQ(revision.streams_added, 4U);
  EXPECT_EQ(revision.streams_reused, 0U);
  const pdf::Document document = growing.open();
  const Dss dss = read(document);
  EXPECT_THAT(texts(dss, dss.certificates), ElementsAre("certificate a", "certificate b"));
  EXPECT_THAT(texts(dss, dss.ocsp_responses), ElementsAre("answer"));
  EXPECT_THAT(texts(dss, dss.crls), ElementsAre("list"));
  EXPECT_TRUE(dss.vri.empty()) << "/VRI is written when it is asked for";
  EXPECT_TRUE(dss.dictionary.find("Type").is_name("DSS"));
  EXPECT_FALSE(dss.dictionary.find("VRI"));
  for (const DssStream& stream : dss.streams) {
    ASSERT_OK_AND_ASSIGN(const pdf::Object* const object, document.load(stream.id));
    EXPECT_TRUE(object->value().find("Filter").is_name("FlateDecode"));
  }
}

TEST_P(DssForms, NothingIsWrittenTwiceOverAllRevisions) {
  Growing growing(test::sample_pdf({.form = GetParam()}));
  ASSERT_THAT(growing.add(kEvidence), IsOk());
  test::Evidence more = kEvidence;
  more.certificates.push_back(bytes("certificate c"));
  more.certificates.push_back(bytes("certificate c"));
  more.ocsp_responses = {bytes("new answer")};
  ASSERT_OK_AND_ASSIGN(const DssRevision second, growing.add(more));
  EXPECT_EQ(second.streams_added, 2U);
  EXPECT_EQ(second.streams_reused, 4U);
  ASSERT_OK_AND_ASSIGN(const DssRevision third, growing.add(more));
  EXPECT_TRUE(third.tail.empty()) << "nothing is new: no update";
  EXPECT_EQ(third.streams_added, 0U);

  const pdf::Document document = growing.open();
  EXPECT_EQ(document.sections().size(), 3U);
  const Dss dss = read(document);
  EXPECT_THAT(texts(dss, dss.certificates), ElementsAre("certificate a", "certificate b", "certificate c"));
  EXPECT_THAT(texts(dss, dss.ocsp_responses), ElementsAre("answer", "new answer"));
  EXPECT_THAT(texts(dss, dss.crls), ElementsAre("list"));
  std::set<std::string> contents;
  for (std::uint32_t number = 1; number < document.next_object_number(); ++number) {
    ASSERT_OK_AND_ASSIGN(const pdf::Object* const object, document.load(number));
    if (object != nullptr && object->is_stream() && object->value().find("Filter").is_name("FlateDecode") &&
        object->location().offset >= growing.base.size() && !object->value().find("Type")) {
      ASSERT_OK_AND_ASSIGN(const Bytes decoded, document.decoded_stream(*object));
      EXPECT_TRUE(contents.insert(std::string(text_of(decoded))).second) << text_of(decoded);
    }
  }
  EXPECT_EQ(contents.size(), 6U);
}

// A store of others: arrays in every shape, unknown keys, a stream of another filter, /VRI with data of its own.
test::SamplePdf foreign(test::XrefForm form, std::string_view store = {}) {
  const std::string dss =
      store.empty() ? "<</Certs 21 0 R/CRLs[23 0 R]/Their_Key(kept)/VRI<</" + std::string(kName) + " 25 0 R>>>>"
                    : std::string(store);
  return {
      .form = form,
      .catalog = "/DSS 20 0 R",
      .objects = {
          {20, dss}, {21, "[22 0 R 99 0 R]"}, {25, "<</Cert[22 0 R]/OCSP[24 0 R]/TU(D:20200101000000Z)/Other 1>>"}}};
}
// The streams 22 (a certificate), 23 (a list) and 24 (an answer) of that store, in a revision of their own.
Bytes with_streams(test::SamplePdf sample) {
  auto builder = test::sample_builder(sample);
  builder.stream(22, "/Filter/ASCIIHexDecode", to_hex(bytes_of("certificate a")) + ">")
      .stream(23, "", "list")
      .stream(24, "/Filter/FlateDecode", test::deflated("answer"));
  const bool table = sample.form == test::XrefForm::table || sample.form == test::XrefForm::hybrid;
  return (table ? builder.table("/Root 1 0 R") : builder.xref_stream(26, "/Root 1 0 R")).bytes();
}

TEST_P(DssForms, AStoreOfOthersIsMergedWithAndKept) {
  Growing growing(with_streams(foreign(GetParam())));
  ASSERT_OK_AND_ASSIGN(const DssRevision revision, growing.add(kEvidence));
  EXPECT_EQ(revision.streams_added, 1U) << "of four, one is in the store by another filter, one in /VRI, one as it is";
  const pdf::Document document = growing.open();
  const Dss dss = read(document);
  EXPECT_EQ(text_of(dss.dictionary.find("Their_Key").bytes()), "(kept)");
  EXPECT_EQ(text_of(dss.dictionary.find("Certs").bytes()), "21 0 R") << "an array in an object of its own stays there";
  EXPECT_EQ(dss.certificates.size(), 3U);
  EXPECT_EQ(dss.streams.at(dss.certificates.at(0)).id, (pdf::Reference{22, 0}));
  EXPECT_TRUE(dss.streams.at(dss.certificates.at(1)).unreadable) << "99 0 R is no stream, and stays";
  EXPECT_EQ(text_of(dss.streams.at(dss.certificates.at(2)).bytes), "certificate b");
  EXPECT_EQ(dss.streams.at(dss.ocsp_responses.at(0)).id, (pdf::Reference{24, 0}));
  EXPECT_EQ(dss.streams.at(dss.crls.at(0)).id, (pdf::Reference{23, 0}));
  ASSERT_EQ(dss.vri.size(), 1U);
  EXPECT_EQ(dss.vri.at(0).name, kName);
  EXPECT_EQ(dss.vri.at(0).updated, "D:20200101000000Z");
  EXPECT_EQ(text_of(dss.vri.at(0).dictionary.bytes()), "<</Cert[22 0 R]/OCSP[24 0 R]/TU(D:20200101000000Z)/Other 1>>");
}

TEST(Dss, AnArrayThatIsTwoThingsIsNotGrownForBoth) {
  const std::string store = "<</Certs 21 0 R/VRI<</" + std::string(kName) + "<</Cert 21 0 R>>>>>>";
  Growing growing(with_streams(foreign(test::XrefForm::table, store)));
  ASSERT_THAT(growing.add(kEvidence), IsOk());
  const pdf::Document document = growing.open();
  const Dss dss = read(document);
  EXPECT_EQ(dss.certificates.size(), 3U);
  EXPECT_EQ(dss.vri.at(0).certificates.size(), 2U) << "the entry of /VRI is as it was";
}

TEST(Dss, AStoreInTheCatalogIsGrownThere) {
  Growing growing(test::sample_pdf({.catalog = "/DSS<</Certs[]/Mine 1>>"}));
  ASSERT_OK_AND_ASSIGN(const DssRevision revision, growing.add(kEvidence));
  EXPECT_THAT(text_of(revision.tail), HasSubstr("/Mine 1"));
  const pdf::Document document = growing.open();
  const Dss dss = read(document);
  EXPECT_TRUE(dss.entry.is(pdf::Kind::dictionary));
  EXPECT_EQ(dss.certificates.size(), 2U);
}

TEST(Dss, VriIsWrittenWhenAskedAndNeverChanged) {
  Growing growing(test::sample_pdf());
  test::Evidence evidence = kEvidence;
  evidence.vri = {{.name = std::string(kName),
                   .certificates = {1},
                   .ocsp_responses = {0},
                   .updated = Instant{std::chrono::seconds{1'700'000'000}}}};
  ASSERT_THAT(growing.add(evidence), IsOk());
  const auto entry = [&](std::string_view name) {
    const pdf::Document document = growing.open();
    const Dss dss = read(document);
    for (const Vri& vri : dss.vri) {
      if (vri.name == name) {
        return std::string(text_of(vri.dictionary.bytes()));
      }
    }
    return std::string();
  };
  const std::string first = entry(kName);
  EXPECT_THAT(first, HasSubstr("D:20231114221320Z"));
  {
    const pdf::Document document = growing.open();
    const Dss dss = read(document);
    EXPECT_THAT(texts(dss, dss.vri.at(0).certificates), ElementsAre("certificate b"));
    EXPECT_THAT(texts(dss, dss.vri.at(0).ocsp_responses), ElementsAre("answer"));
  }
  evidence.vri = {{.name = std::string(kName), .certificates = {0}}, {.name = std::string(kOtherName), .crls = {0}}};
  ASSERT_OK_AND_ASSIGN(const DssRevision revision, growing.add(evidence));
  EXPECT_EQ(revision.streams_added, 0U);
  EXPECT_EQ(entry(kName), first);
  EXPECT_THAT(entry(kOtherName), HasSubstr("/CRL"));
}

TEST(Dss, NamesAndNumbersOfVriAreChecked) {
  const Bytes base = test::sample_pdf();
  const auto with = [&](VriEntry entry) {
    test::Evidence evidence = kEvidence;
    evidence.vri = {std::move(entry)};
    return write(pdf::DocumentBytes(base), evidence);
  };
  EXPECT_THAT(with({.name = std::string(kName)}), IsOk());
  EXPECT_THAT(with({.name = "0123"}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(with({.name = "a123456789ABCDEF0123456789ABCDEF01234567"}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(with({.name = std::string(kName), .certificates = {2}}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(with({.name = std::string(kName), .crls = {1}}), FailsWith(ErrorCode::invalid_argument));
}

TEST(Dss, AddedBytesHaveACap) {
  const Bytes base = test::sample_pdf();
  test::Evidence evidence{{}, {}, {test::der_like(1, 100'000)}};
  ASSERT_OK_AND_ASSIGN(const DssRevision revision, write(pdf::DocumentBytes(base), evidence));
  const std::size_t size = revision.tail.size();
  const auto capped = [&](std::size_t most) { return write(pdf::DocumentBytes(base), evidence, {.max_added = most}); };
  EXPECT_THAT(capped(size), IsOk());
  EXPECT_THAT(capped(size - 1), FailsWith(ErrorCode::validation_data_too_large));
  EXPECT_THAT(capped(50'000), FailsWith(ErrorCode::validation_data_too_large));
  EXPECT_THAT(capped(0), FailsWith(ErrorCode::validation_data_too_large));
}

TEST(Dss, StreamsThatAreEncodedAlreadyAreWrittenAsTheyAre) {
  const Bytes base = test::sample_pdf();
  const pdf::Document document = pdf::Document::open(base).value();
  const auto written = [&](const ValidationData& data, const DssOptions& options = {}) {
    test::FixedRandom random;
    return write_dss(document, data, options, random);
  };
  ValidationData data = kEvidence.data();
  const DssRevision fresh = written(data).value();
  const auto encoded = std::make_shared<EncodedStreams>();
  for (const ByteView each : data.certificates) {
    encoded->add(each);
  }
  EXPECT_NE(encoded->find(crypto::digest(crypto::DigestAlgorithm::sha256, data.certificates.front())), nullptr);
  EXPECT_EQ(encoded->find(crypto::digest(crypto::DigestAlgorithm::sha256, data.crls.front())), nullptr);
  data.encoded = encoded;
  const DssRevision known = written(data).value();
  EXPECT_EQ(known.tail, fresh.tail) << "some of them; the others are encoded";
  EXPECT_EQ(known.streams_added, 4U);
  EXPECT_THAT(written(data, {.max_added = 10}), FailsWith(ErrorCode::validation_data_too_large));
}

TEST(Dss, StoresThatReadersDisagreeOnAreRefused) {
  for (const std::string_view catalog : {"/DSS<<>>/DSS<<>>", "/DSS[]", "/DSS 3 0 R", "/DSS<</Certs[]/Certs[]>>",
                                         "/DSS<</OCSPs<<>>>>", "/DSS<</VRI[]>>", "/DSS<</VRI<<>>/VRI<<>>>>"}) {
    const Bytes base = test::sample_pdf({.catalog = std::string(catalog)});
    EXPECT_THAT(write(pdf::DocumentBytes(base), kEvidence), FailsWith(ErrorCode::pdf_malformed)) << catalog;
  }
  const Bytes absent = test::sample_pdf({.catalog = "/DSS null"});
  EXPECT_THAT(write(pdf::DocumentBytes(absent), kEvidence), IsOk());
}

TEST(Dss, ReadingIsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "22 0 R ";
  }
  const Bytes base = with_streams(foreign(test::XrefForm::table, "<</Certs[" + many + "]>>"));
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  EXPECT_THAT(Dss::read(document, {.max_entries = 999}), FailsWith(ErrorCode::pdf_limit_exceeded));
  ASSERT_OK_AND_ASSIGN(const auto dss, Dss::read(document, {.max_entries = 1000}));
  EXPECT_EQ(dss->streams.size(), 1U);
  EXPECT_EQ(dss->certificates.size(), 1000U);
  EXPECT_THAT(Dss::read(document, {.max_bytes = 12}), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(Dss::read(document, {.max_bytes = 13}), IsOk());
}

// The page refers to numbers that no object has: to every reader they are nulls, and stay so.
TEST(Dss, ADanglingReferenceOfThePageDoesNotBecomeAStream) {
  Growing growing(test::sample_pdf({.page = "/Test[12 0 R 13 0 R 15 0 R]"}));
  ASSERT_THAT(growing.add(kEvidence), IsOk());
  const pdf::Document document = growing.open();
  for (const std::uint32_t number : {12U, 13U, 15U}) {
    ASSERT_OK_AND_ASSIGN(const pdf::Object* const object, document.load(number));
    EXPECT_EQ(object, nullptr) << number;
  }
  EXPECT_EQ(read(document).certificates.size(), 2U);
}

TEST(Dss, ADocumentWithoutStoreHasNone) {
  const Bytes base = test::sample_pdf();
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  ASSERT_OK_AND_ASSIGN(const auto dss, Dss::read(document));
  EXPECT_FALSE(dss.has_value());
}

TEST(Dss, EsicIsDeclaredInADocumentWithoutSignaturesOnly) {
  const Bytes plain = test::sample_pdf();
  EXPECT_THAT(text_of(write(pdf::DocumentBytes(plain), kEvidence).value().tail), HasSubstr("/ExtensionLevel 5"));
  const Bytes is_signed =
      test::sample_pdf({.catalog = "/AcroForm<</Fields[20 0 R]/SigFlags 3>>",
                        .objects = {{20, "<</FT/Sig/T(Theirs)/V 21 0 R>>"}, {21, "<</Type/Sig>>"}}});
  EXPECT_THAT(text_of(write(pdf::DocumentBytes(is_signed), kEvidence).value().tail), Not(HasSubstr("Extensions")));
}

}  // namespace
}  // namespace rakkan::pades
