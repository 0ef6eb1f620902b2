#include "rakkan/pdf/acro_form.hpp"

#include <gmock/gmock.h>

#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::SamplePdf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A document with this form and these objects, opened.
class Form {
 public:
  explicit Form(std::string_view acro_form, std::vector<std::pair<std::uint32_t, std::string>> objects = {},
                test::XrefForm form = test::XrefForm::table, std::string_view catalog = "") {
    SamplePdf sample;
    sample.form = form;
    sample.catalog = "/AcroForm " + std::string(acro_form) + std::string(catalog);
    sample.objects = std::move(objects);
    pdf_ = test::sample_pdf(sample);
    document_.emplace(*Document::open(pdf_));
  }
  [[nodiscard]] const Document& document() const { return *document_; }
  [[nodiscard]] std::string_view text() const { return text_of(pdf_); }
  [[nodiscard]] Result<std::optional<AcroForm>> read() const { return AcroForm::read(*document_); }

 private:
  Bytes pdf_;
  std::optional<Document> document_;
};

TEST(AcroForm, IsNothingWithoutAnEntry) {
  const Form form("null");
  ASSERT_OK_AND_ASSIGN(const auto read, form.read());
  EXPECT_FALSE(read.has_value());
}

TEST(AcroForm, NamesFieldsInFullAndInheritsTheirType) {
  const Form form("<</Fields[20 0 R 23 0 R]>>", {{20, "<</T(parent)/FT/Sig/Kids[21 0 R 22 0 R]>>"},
                                                 {21, "<</T(one)/Parent 20 0 R/Subtype/Widget>>"},
                                                 {22, "<</T<FEFF7F72540D>/Parent 20 0 R/FT/Tx/V(text)>>"},
                                                 {23, "<</T(merged)/FT/Sig/Subtype/Widget/Lock 9 0 R>>"}});
  ASSERT_OK_AND_ASSIGN(const auto read, form.read());
  ASSERT_TRUE(read.has_value());
  std::vector<std::string> names;
  for (const Field& field : read->fields) {
    names.push_back(field.name);
  }
  EXPECT_THAT(names, ElementsAre("parent", "parent.one", "parent.署名", "merged"));
  EXPECT_EQ(read->find("parent.one")->type, FieldType::signature);
  EXPECT_EQ(read->find("parent.one")->parent, 0U);
  EXPECT_EQ(read->find("parent.署名")->type, FieldType::text);
  EXPECT_FALSE(read->find("parent")->terminal);
  EXPECT_THAT(read->find("merged")->widgets, SizeIs(1));
  EXPECT_EQ(read->find("merged")->lock.reference(), (Reference{9, 0}));
  EXPECT_EQ(read->find("absent"), nullptr);
}

TEST(AcroForm, TakesKidsWithoutNameAsWidgets) {
  const Form form("<</Fields[20 0 R]>>", {{20, "<</T(f)/FT/Btn/Kids[21 0 R 22 0 R]>>"},
                                          {21, "<</Parent 20 0 R/Subtype/Widget>>"},
                                          {22, "<</Parent 20 0 R/Subtype/Widget>>"}});
  ASSERT_OK_AND_ASSIGN(const auto read, form.read());
  ASSERT_THAT(read->fields, SizeIs(1));
  EXPECT_TRUE(read->fields[0].terminal);
  EXPECT_THAT(read->fields[0].widgets, SizeIs(2));
}

TEST(AcroForm, RefusesLoopsAndLimitsItsNodes) {
  EXPECT_THAT(Form("<</Fields[20 0 R]>>", {{20, "<</T(a)/Kids[20 0 R]>>"}}).read(),
              FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Form("<</Fields[20 0 R 20 0 R]>>", {{20, "<</T(a)>>"}}).read(), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Form("(x)").read(), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Form("<</Fields(x)>>").read(), FailsWith(ErrorCode::pdf_malformed));
  std::vector<std::pair<std::uint32_t, std::string>> chain;
  for (std::uint32_t i = 20; i < 200; ++i) {
    chain.emplace_back(i, "<</T(a)/Kids[" + std::to_string(i + 1) + " 0 R]>>");
  }
  EXPECT_THAT(Form("<</Fields[20 0 R]>>", chain).read(), FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(AcroForm, LimitsNames) {
  EXPECT_THAT(Form("<</Fields[20 0 R]>>", {{20, "<</T(" + std::string(5000, 'a') + ")>>"}}).read(),
              FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(AcroForm, NoticesXfa) {
  ASSERT_OK_AND_ASSIGN(const auto with, Form("<</Fields[]/XFA[(a) 3 0 R]>>").read());
  EXPECT_TRUE(with->has_xfa);
  ASSERT_OK_AND_ASSIGN(const auto without, Form("<</Fields[]/XFA null>>").read());
  EXPECT_FALSE(without->has_xfa);
}

TEST(Signatures, KnowWhereTheirContentsStand) {
  const Form form("<</Fields[20 0 R 21 0 R]>>",
                  {{20, "<</T(s)/FT/Sig/V 22 0 R>>"},
                   {21, "<</T(empty)/FT/Sig>>"},
                   {22,
                    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange [0 10 20 30]"
                    "/Contents <00aaff>>>"}});
  ASSERT_OK_AND_ASSIGN(const auto read, form.read());
  ASSERT_OK_AND_ASSIGN(const auto found, signatures(form.document(), *read));
  ASSERT_THAT(found, SizeIs(1));
  const Signature& signature = found.front();
  EXPECT_EQ(signature.field_name, "s");
  EXPECT_EQ(signature.field->number(), 20U);
  EXPECT_EQ(signature.object->number(), 22U);
  EXPECT_FALSE(signature.direct);
  EXPECT_EQ(signature.type, "Sig");
  EXPECT_EQ(signature.sub_filter, "ETSI.CAdES.detached");
  EXPECT_THAT(signature.byte_range, ElementsAre(0, 10, 20, 30));
  EXPECT_EQ(signature.contents_offset, form.text().find("<00aaff>"));
  EXPECT_EQ(signature.contents_length, 8U);
  EXPECT_FALSE(signature.duplicate_keys);
}

// Universal signature forgery and wrapping attacks: a signature with a wrong dictionary is shown with its fault and
// does not vanish.
TEST(Signatures, DoNotVanishWhenTheirDictionaryIsWrong) {
  const auto read_one = [](std::string_view value) {
    const Form form("<</Fields[20 0 R]>>", {{20, "<</T(s)/FT/Sig/V " + std::string(value) + ">>"}, {21, "(x)"}});
    const auto read = form.read();
    const auto found = signatures(form.document(), **read);
    return std::pair{found->size(), found->empty() ? Signature{} : found->front()};
  };
  EXPECT_EQ(read_one("null").first, 0U);
  EXPECT_EQ(read_one("21 0 R").first, 1U);
  EXPECT_FALSE(static_cast<bool>(read_one("(text)").second.dictionary));
  EXPECT_EQ(read_one("<<>>").first, 1U);
  EXPECT_TRUE(read_one("<<>>").second.direct);
  EXPECT_THAT(read_one("<</ByteRange[0 1 (x) 3]>>").second.byte_range, IsEmpty());
  EXPECT_THAT(read_one("<</ByteRange[0 1 -2 3 4]>>").second.byte_range, ElementsAre(0, 1, -2, 3, 4));
  EXPECT_FALSE(read_one("<</Contents(literal)>>").second.contents_offset.has_value());
  EXPECT_FALSE(read_one("<</Contents 21 0 R>>").second.contents_offset.has_value());
  EXPECT_TRUE(read_one("<</Contents<00>/Contents<01>>>").second.duplicate_keys);
}

TEST(Signatures, HaveNoPlaceInsideAnObjectStream) {
  const Form form("<</Fields[20 0 R]>>", {{20, "<</T(s)/FT/Sig/V 21 0 R>>"}, {21, "<</Type/Sig/Contents<00>>>"}},
                  test::XrefForm::object_streams);
  ASSERT_OK_AND_ASSIGN(const auto read, form.read());
  ASSERT_OK_AND_ASSIGN(const auto found, signatures(form.document(), *read));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found.front().contents_offset.has_value());
}

TEST(Certification, IsFoundByPermsWithItsLevel) {
  for (const auto& [parameters, level] :
       {std::pair{"/TransformParams<</P 1/V/1.2>>", 1}, std::pair{"/TransformParams 22 0 R", 3}, std::pair{"", 2}}) {
    const Form form("<</Fields[]>>",
                    {{20, "<</DocMDP 21 0 R>>"},
                     {21, "<</Type/Sig/Reference[<</TransformMethod/DocMDP" + std::string(parameters) + ">>]>>"},
                     {22, "<</P 3>>"}},
                    test::XrefForm::table, "/Perms 20 0 R");
    ASSERT_OK_AND_ASSIGN(const auto found, certification(form.document()));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->permissions, level);
    EXPECT_EQ(found->signature.object()->number(), 21U);
  }
  ASSERT_OK_AND_ASSIGN(const auto none, certification(Form("<</Fields[]>>").document()));
  EXPECT_FALSE(none.has_value());
}

}  // namespace
}  // namespace rakkan::pdf
