// Several updates behind one signature: what earlier ones had explained is not looked at again, as long as it stands.
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "unit/pades/modifications.hpp"

namespace rakkan::pades {
namespace {

using namespace modified;
using ::testing::Contains;
using ::testing::IsEmpty;

const std::string kTwoTimestamps = "/AcroForm<</Fields[30 0 R 50 0 R 60 0 R]/SigFlags 3>>";

std::string field(const std::string& name, const std::string& value, const std::string& rectangle = "[0 0 0 0]") {
  return "<</FT/Sig/T(" + name + ")/Type/Annot/Subtype/Widget/F 4/Rect" + rectangle + "/P 10 0 R/V " + value + ">>";
}

// A document timestamp in field 50 with value 51, and a store with stream 41.
Bytes renewed_once() {
  return updated(SignedPdf().bytes(), [](PdfBuilder& update) {
    add_timestamp(update, field("stamp", "51 0 R"));
    update.object(1, catalog_body(kGrownForm + "/DSS 40 0 R")).object(40, "<</Certs[41 0 R]>>").object(41, kStream);
  });
}

// A second one in field 60 with value 61. The page and the form name both.
void renew_again(PdfBuilder& update, const std::string& name = "second") {
  update.object(1, catalog_body(kTwoTimestamps + "/DSS 40 0 R"))
      .object(10, page_body("/Annots[30 0 R 50 0 R 60 0 R]"))
      .object(60, field(name, "61 0 R"))
      .object(61, test::timestamp_body());
}

Modifications after(const Bytes& base, const std::function<void(PdfBuilder&)>& change) {
  return modifications(updated(base, change));
}

TEST(ModificationSequence, OfRenewals) {
  const Bytes twice = updated(renewed_once(), [](PdfBuilder& update) { renew_again(update); });
  const Modifications found = modifications(twice);
  EXPECT_EQ(found.level, Level::lta_updates) << text(found);
  EXPECT_THAT(found.findings, IsEmpty());
  // The page of a third update may still show the widgets of both.
  const Modifications third = after(twice, [](PdfBuilder& update) {
    update.object(10, page_body("/Annots[30 0 R 50 0 R 60 0 R]")).object(70, "(orphan)");
  });
  EXPECT_EQ(third.level, Level::lta_updates) << text(third);
}

TEST(ModificationSequence, OfANameThatAnEarlierUpdateTook) {
  const Modifications found = after(renewed_once(), [](PdfBuilder& update) { renew_again(update, "stamp"); });
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::field_added)) << text(found);
}

TEST(ModificationSequence, OfTheNameOfASignedField) {
  const Bytes twice = updated(renewed_once(), [](PdfBuilder& update) { renew_again(update); });
  const Modifications found = after(twice, [](PdfBuilder& update) {
    update.object(1, catalog_body("/AcroForm<</Fields[30 0 R 50 0 R 60 0 R 80 0 R]/SigFlags 3>>/DSS 40 0 R"))
        .object(80, field("first", "81 0 R"))
        .object(81, test::timestamp_body());
  });
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::field_added)) << text(found);
}

struct LaterChange {
  std::string name;
  std::uint32_t number;
  std::string body;
  Fault fault;
};

class ModificationSequenceOf : public ::testing::TestWithParam<LaterChange> {};

// An object that an earlier update had explained is looked at again as soon as it changes.
TEST_P(ModificationSequenceOf, IsSeen) {
  const LaterChange& given = GetParam();
  const auto change = [&](PdfBuilder& update) { update.object(given.number, given.body); };
  for (const bool again : {false, true}) {  // right behind its update, and one later
    const Bytes base =
        again ? updated(renewed_once(), [](PdfBuilder& update) { renew_again(update); }) : renewed_once();
    const Modifications found = after(base, change);
    EXPECT_EQ(found.level, Level::other);
    EXPECT_THAT(faults(found), Contains(given.fault)) << text(found);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Changes, ModificationSequenceOf,
    ::testing::Values(
        LaterChange{"AFieldThatShowsNow", 50, field("stamp", "51 0 R", "[0 0 100 100]"), Fault::field_added},
        LaterChange{"AFieldOfAnotherName", 50, field("first", "51 0 R"), Fault::field_added},
        LaterChange{"AFieldThatActs", 50, "<</FT/Sig/T(stamp)/F 4/Rect[0 0 0 0]/V 51 0 R/AA<</E 3 0 R>>>>",
                    Fault::field_added},
        LaterChange{"ATimestampThatIsASignatureNow", 51, test::signature_body("00", ""), Fault::field_added},
        LaterChange{"AnElementOfTheStoreThatIsNoStreamNow", 41, "(evil)", Fault::dss_changed}),
    [](const auto& chosen) { return chosen.param.name; });

// An entry of a new field that is an object of the signed revision may change later, without the field.
TEST(ModificationSequence, OfARectangleElsewhere) {
  SignedPdf pdf;
  pdf.objects = {{70, "[0 0 0 0]"}};
  const Bytes stamped =
      updated(pdf.bytes(), [](PdfBuilder& update) { add_timestamp(update, field("stamp", "51 0 R", " 70 0 R")); });
  EXPECT_EQ(modifications(stamped).level, Level::lta_updates) << text(modifications(stamped));
  const Modifications found = after(stamped, [](PdfBuilder& update) { update.object(70, "[0 0 100 100]"); });
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::field_added)) << text(found);
}

}  // namespace
}  // namespace rakkan::pades
