#include "rakkan/pades/modification.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <string>

#include "rakkan/pades/augmentation.hpp"
#include "unit/pades/modifications.hpp"

namespace rakkan::pades {
namespace {

using namespace modified;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Modifications, NoneWhenNothingFollows) {
  const Modifications found = modifications(SignedPdf().bytes());
  EXPECT_EQ(found.level, Level::none);
  EXPECT_TRUE(found.doc_mdp_ok);
  EXPECT_THAT(found.findings, IsEmpty());
  const Bytes blank = copy_of(bytes_of(std::string(text_of(SignedPdf().bytes())) + "\n\n"));
  EXPECT_EQ(modifications(blank).level, Level::none);
}

TEST(Modifications, OtherWithoutACoveredRevision) {
  SignedPdf pdf;
  pdf.signature = "<</Type/Sig/Contents<00>>>";
  const std::string text = pdf.builder().text();
  const Modifications found = modifications(bytes_of(text));
  EXPECT_EQ(found.level, Level::other);
  EXPECT_FALSE(found.doc_mdp_ok);
  EXPECT_THAT(faults(found), Contains(Fault::coverage));
}

class Modification : public ::testing::TestWithParam<Update> {};

TEST_P(Modification, HasItsLevelInTablesAndStreams) { expect_level(GetParam()); }

std::vector<Update> harmless() {
  constexpr auto kLta = Level::lta_updates;
  const std::string vri = "/VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[41 0 R]/TU(D:2026)>>>>";
  return {
      {"nothing_declared", kLta, [](PdfBuilder&) {}},
      {"orphan", kLta, [](PdfBuilder& update) { update.object(60, "(nobody refers to me)"); }},
      {"rewritten_catalog", kLta, [](PdfBuilder& update) { update.object(1, catalog_body(kForm)); }},
      {"rewritten_in_another_order", kLta,
       [](PdfBuilder& update) { update.object(1, "<<" + kForm + "/Pages  2 0 R /Type /#43atalog>>"); }},
      {"rewritten_stream", kLta, [](PdfBuilder& update) { update.stream(3, "", "0 0 m 10 10 l S"); }},
      {"store", kLta, [](PdfBuilder& update) { add_store(update); }},
      {"store_with_vri", kLta, [vri](PdfBuilder& update) { add_store(update, "<</Certs[41 0 R]" + vri + ">>"); }},
      {"direct_store", kLta,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/DSS<</Type/DSS/CRLs[41 0 R]>>")).object(41, kStream);
       }},
      {"grown_store", kLta,
       [vri](PdfBuilder& update) {
         update.object(40, "<</Certs[42 0 R 43 0 R]" + vri + ">>").object(41, kStream).object(43, kStream);
       },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.catalog = "/DSS 40 0 R";
         pdf.objects = {{40, "<</Certs[42 0 R]>>"}, {42, kStream}};
       })},
      {"grown_array_of_a_store", kLta,
       [](PdfBuilder& update) { update.object(44, "[42 0 R 43 0 R]").object(43, kStream); }, Fault::object_changed,
       with([](SignedPdf& pdf) {
         pdf.catalog = "/DSS 40 0 R";
         pdf.objects = {{40, "<</Certs 44 0 R>>"}, {42, kStream}, {44, "[42 0 R]"}};
       })},
      {"extensions", kLta,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>"));
       }},
      {"higher_extension", kLta,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>"
                                               "/ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>"));
       },
       Fault::object_changed,
       with([](SignedPdf& pdf) { pdf.catalog = "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"; })},
      {"higher_version", kLta, [](PdfBuilder& update) { update.object(1, catalog_body(kForm + "/Version/2.0")); }},
      {"information", kLta, [](PdfBuilder& update) { update.object(45, "<</ModDate(D:2026)>>"); },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.objects = {{45, "<</ModDate(D:2025)>>"}};
         pdf.trailer = "/Info 45 0 R";
       }),
       "/Root 1 0 R/Info 45 0 R"},
      {"information_that_a_listed_xref_stream_names", kLta,
       [](PdfBuilder& update) { update.object(45, "<</ModDate(D:2026)>>"); }, Fault::object_changed,
       with([](SignedPdf& pdf) {
         pdf.objects = {{45, "<</ModDate(D:2025)>>"},
                        {46, "<</Type/XRef/Root 1 0 R/Info 45 0 R/Length 4>>\nstream\nDATA\nendstream"}};
         pdf.trailer = "/Info 45 0 R";
       }),
       "/Root 1 0 R/Info 45 0 R"},
      {"metadata", kLta, [](PdfBuilder& update) { update.stream(44, kXmpEntries, kXmp); }, Fault::object_changed,
       with([](SignedPdf& pdf) {
         pdf.catalog = "/Metadata 44 0 R";
         pdf.objects = {{44, "<</Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"}};
       })},
      {"new_metadata", kLta,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/Metadata 44 0 R")).stream(44, kXmpEntries, kXmp);
       }},
      {"timestamp", kLta, [](PdfBuilder& update) { add_timestamp(update); }},
      {"timestamp_in_front", kLta,
       [](PdfBuilder& update) {
         add_timestamp(update);
         update.object(1, catalog_body("/AcroForm<</Fields[50 0 R 30 0 R]/SigFlags 3>>"));
       }},
      {"timestamp_with_an_empty_appearance", kLta,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/Subtype/Widget/F 132/Rect[0 0 0 0]/V 51 0 R/AP<</N 52 0 R>>>>");
         update.stream(52, "/Type/XObject/Subtype/Form/BBox[0 0 0 0]", "");
       }},
      {"timestamp_in_indirect_arrays", kLta,
       [](PdfBuilder& update) {
         update.object(46, "[30 0 R 50 0 R]")
             .object(47, "[30 0 R 50 0 R]")
             .object(50, kTimestampField)
             .object(51, test::timestamp_body());
       },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.annotations = "/Annots 47 0 R";
         pdf.objects = {{46, "[30 0 R]"}, {47, "[30 0 R]"}};
         pdf.fields = "46 0 R";
       })},
      {"empty_invisible_field", kLta,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kGrownForm)).object(50, "<</FT/Sig/T(empty)/Subtype/Widget/Rect[0 0 0 0]>>");
       }},
      {"timestamp_in_an_empty_field", kLta,
       [](PdfBuilder& update) {
         update.object(48, "<</FT/Sig/T(waiting)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R>>")
             .object(51, test::timestamp_body());
       },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.fields = "[30 0 R 48 0 R]";
         pdf.objects = {{48, "<</FT/Sig/T(waiting)/Subtype/Widget/Rect[0 0 0 0]>>"}};
       })},
      {"free_of_a_number_never_used", kLta, [](PdfBuilder& update) { update.free(70, 0).free(71, 5); }},
  };
}

std::vector<Update> harmful() {
  constexpr auto kOther = Level::other;
  const auto store = with([](SignedPdf& pdf) {
    pdf.catalog = "/DSS 40 0 R";
    pdf.objects = {{40, "<</Certs[42 0 R]/VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[42 0 R]>>>>>>"},
                   {42, kStream}};
  });
  return {
      {"page_content", kOther, [](PdfBuilder& update) { update.stream(3, "", "0 0 m 99 99 l S"); },
       Fault::object_changed},
      {"information_that_is_more_to_a_stream_called_xref", kOther,
       [](PdfBuilder& update) { update.object(45, "<</ModDate(D:2026)>>"); }, Fault::object_changed,
       with([](SignedPdf& pdf) {
         pdf.objects = {{45, "<</ModDate(D:2025)>>"},
                        {46, "<</Type/XRef/Info 45 0 R/Resources 45 0 R/Length 4>>\nstream\nDATA\nendstream"}};
         pdf.trailer = "/Info 45 0 R";
       }),
       "/Root 1 0 R/Info 45 0 R"},
      {"page_without_content", kOther,
       [](PdfBuilder& update) {
         update.object(10,
                       "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.303937007874 842]/Resources<<>>"
                       "/Annots[30 0 R]>>");
       },
       Fault::page_changed},
      {"larger_page", kOther,
       [](PdfBuilder& update) {
         update.object(10,
                       "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.303937007875 842]/Resources<<>>/Contents 3 0 R"
                       "/Annots[30 0 R]>>");
       },
       Fault::page_changed},
      {"page_tree", kOther,
       [](PdfBuilder& update) {
         update.object(2, "<</Type/Pages/Kids[10 0 R 60 0 R]/Count 2>>").object(60, page_body(""));
       },
       Fault::object_changed},
      {"annotation", kOther,
       [](PdfBuilder& update) {
         update.object(10, page_body("/Annots[30 0 R 60 0 R]"))
             .object(60, "<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/Contents(evil)>>");
       },
       Fault::annotation_changed},
      {"removed_annotation", kOther, [](PdfBuilder& update) { update.object(10, page_body("/Annots[]")); },
       Fault::annotation_changed},
      {"signature_dictionary", kOther, [](PdfBuilder& update) { update.object(31, "<</Type/Sig/Reason(another)>>"); },
       Fault::coverage},
      {"catalog_entry", kOther,
       [](PdfBuilder& update) { update.object(1, catalog_body(kForm + "/OpenAction<</S/JavaScript/JS(1)>>")); },
       Fault::catalog_changed},
      {"other_pages", kOther,
       [](PdfBuilder& update) {
         update.object(1, "<</Type/Catalog/Pages 60 0 R" + kForm + ">>")
             .object(60, "<</Type/Pages/Kids[10 0 R]/Count 1>>");
       },
       Fault::catalog_changed},
      {"other_catalog",
       kOther,
       [](PdfBuilder& update) { update.object(60, catalog_body(kForm)); },
       Fault::trailer_changed,
       {},
       "/Root 60 0 R"},
      {"key_twice", kOther, [](PdfBuilder& update) { update.object(1, catalog_body(kForm + kForm)); },
       Fault::catalog_changed},
      {"lower_version", kOther, [](PdfBuilder& update) { update.object(1, catalog_body(kForm)); },
       Fault::version_lowered, with([](SignedPdf& pdf) { pdf.catalog = "/Version/2.0"; })},
      {"extensions_removed", kOther, [](PdfBuilder& update) { update.object(1, catalog_body(kForm)); },
       Fault::extensions_changed,
       with([](SignedPdf& pdf) { pdf.catalog = "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"; })},
      {"lower_extension", kOther,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>"));
       },
       Fault::extensions_changed,
       with([](SignedPdf& pdf) { pdf.catalog = "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"; })},
      {"store_removed", kOther, [](PdfBuilder& update) { update.object(1, catalog_body(kForm)); }, Fault::dss_changed,
       store},
      {"store_shrinks", kOther,
       [](PdfBuilder& update) {
         update.object(40, "<</Certs[]/VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[42 0 R]>>>>>>");
       },
       Fault::dss_changed, store},
      {"vri_changes", kOther,
       [](PdfBuilder& update) {
         update.object(40, "<</Certs[42 0 R]/VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[]>>>>>>");
       },
       Fault::dss_changed, store},
      {"vri_removed", kOther, [](PdfBuilder& update) { update.object(40, "<</Certs[42 0 R]/VRI<<>>>>"); },
       Fault::dss_changed, store},
      {"certificate_replaced", kOther, [](PdfBuilder& update) { update.stream(42, "", "FAKE"); }, Fault::object_changed,
       store},
      {"store_with_another_key", kOther,
       [](PdfBuilder& update) { add_store(update, "<</Certs[41 0 R]/Action 3 0 R>>"); }, Fault::dss_changed},
      {"store_with_an_empty_key", kOther, [](PdfBuilder& update) { add_store(update, "<</Certs[41 0 R]/Blah null>>"); },
       Fault::dss_changed},
      {"store_with_an_empty_array", kOther, [](PdfBuilder& update) { add_store(update, "<</Certs null>>"); },
       Fault::dss_changed},
      {"metadata_with_an_entity", kOther,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/Metadata 44 0 R"))
             .stream(44, kXmpEntries, "<!DOCTYPE x [<!ENTITY y SYSTEM \"file\">]>" + kXmp);
       },
       Fault::metadata_changed},
      {"metadata_that_another_object_uses", kOther, [](PdfBuilder& update) { update.stream(44, kXmpEntries, kXmp); },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.catalog = "/Metadata 44 0 R";
         pdf.page = "/PieceInfo 44 0 R";
         pdf.objects = {{44, "<</Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"}};
       })},
      {"metadata_removed", kOther, [](PdfBuilder& update) { update.object(1, catalog_body(kForm)); },
       Fault::metadata_changed, with([](SignedPdf& pdf) {
         pdf.catalog = "/Metadata 44 0 R";
         pdf.objects = {{44, "<</Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"}};
       })},
      {"store_without_streams", kOther, [](PdfBuilder& update) { add_store(update, "<</Certs[(x)]>>"); },
       Fault::dss_changed},
      // The dictionary of the store is the page's resources as well.
      {"store_with_another_use", kOther,
       [](PdfBuilder& update) { update.object(40, "<</Certs[42 0 R 43 0 R]>>").object(43, kStream); },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.catalog = "/DSS 40 0 R";
         pdf.page = "/PieceInfo 40 0 R";
         pdf.objects = {{40, "<</Certs[42 0 R]>>"}, {42, kStream}};
       })},
      {"form_entry", kOther,
       [](PdfBuilder& update) {
         update.object(1, catalog_body("/AcroForm<</Fields[30 0 R]/SigFlags 3/NeedAppearances true>>"));
       },
       Fault::form_changed},
      {"field_removed", kOther,
       [](PdfBuilder& update) { update.object(1, catalog_body("/AcroForm<</Fields[30 0 R]/SigFlags 3>>")); },
       Fault::form_changed, with([](SignedPdf& pdf) {
         pdf.fields = "[30 0 R 48 0 R]";
         pdf.objects = {{48, "<</FT/Tx/T(text)/V(1)>>"}};
       })},
      {"field_filled", kOther, [](PdfBuilder& update) { update.object(48, "<</FT/Tx/T(text)/V(2)>>"); },
       Fault::object_changed, with([](SignedPdf& pdf) {
         pdf.fields = "[30 0 R 48 0 R]";
         pdf.objects = {{48, "<</FT/Tx/T(text)/V(1)>>"}};
       })},
      {"text_field", kOther,
       [](PdfBuilder& update) { add_timestamp(update, "<</FT/Tx/T(text)/Subtype/Widget/Rect[0 0 0 0]>>"); },
       Fault::field_added},
      {"second_signature", kOther,
       [](PdfBuilder& update) { add_timestamp(update, kTimestampField, test::signature_body("3003020109")); },
       Fault::field_added},
      {"visible_timestamp", kOther,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/Subtype/Widget/F 132/Rect[0 0 9 9]/V 51 0 R>>");
       },
       Fault::field_added},
      {"timestamp_with_an_action", kOther,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R/AA<</E 3 0 R>>>>");
       },
       Fault::field_added},
      {"timestamp_with_a_name_in_use", kOther,
       [](PdfBuilder& update) { add_timestamp(update, "<</FT/Sig/T(first)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R>>"); },
       Fault::field_added},
      {"timestamp_with_a_visible_kid", kOther,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/V 51 0 R/Kids[52 0 R]>>");
         update.object(52, "<</Subtype/Widget/Parent 50 0 R/Rect[0 0 9 9]>>");
       },
       Fault::field_added},
      {"signature_field_as_it_was_with_another_value", kOther,
       [](PdfBuilder& update) {
         update.object(30, "<</FT/Sig/T(first)/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P 10 0 R/V null>>");
       },
       Fault::signature_changed},
      {"freed_page", kOther, [](PdfBuilder& update) { update.free(10, 1); }, Fault::object_freed},
      {"freed_content", kOther, [](PdfBuilder& update) { update.free(3, 1); }, Fault::object_freed},
      {"dangling_reference", kOther, [](PdfBuilder& update) { update.stream(49, "", "0 0 m 99 99 l S"); },
       Fault::dangling_reference, with([](SignedPdf& pdf) { pdf.page = "/Group 49 0 R"; })},
      // A stream of validation data that a page had always referred to.
      {"dangling_reference_to_a_store", kOther,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kForm + "/DSS<</Certs[49 0 R]>>")).stream(49, "", "0 0 m 99 99 l S");
       },
       Fault::dangling_reference, with([](SignedPdf& pdf) { pdf.page = "/Group 49 0 R"; })},
      {"no_object_there", kOther, [](PdfBuilder& update) { update.entry(60, 1, 20, 0); }, Fault::unreadable},
      {"object_of_the_signed_revision_under_another_offset", kOther,
       [](PdfBuilder& update) {
         const std::size_t content = update.text().find("3 0 obj");
         update.entry(3, 1, content + 1, 0);
       },
       Fault::unreadable},
      {"generation", kOther,
       [](PdfBuilder& update) { update.object(3, "<</Length 15>>\nstream\n0 0 m 10 10 l S\nendstream", 1); },
       Fault::object_reused},
  };
}

INSTANTIATE_TEST_SUITE_P(Harmless, Modification, ::testing::ValuesIn(harmless()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(Harmful, Modification, ::testing::ValuesIn(harmful()),
                         [](const auto& chosen) { return chosen.param.name; });

// Everything that B-LTA needs, renewed: three updates, each of them judged against the signed revision.
TEST(Modifications, OfALifeOfRenewals) {
  const Bytes signed_pdf = SignedPdf().bytes();
  const Bytes store = updated(signed_pdf, [](PdfBuilder& update) { add_store(update); });
  const Bytes stamped = updated(store, [](PdfBuilder& update) {
    add_timestamp(update);
    update.object(1, catalog_body(kGrownForm + "/DSS 40 0 R"));
  });
  const Bytes archive = copy_of(bytes_of(test::fill_byte_range(std::string(text_of(stamped)))));
  const Bytes renewed =
      updated(archive, [](PdfBuilder& update) { update.object(40, "<</Certs[41 0 R 55 0 R]>>").object(55, kStream); });
  const Modifications first = modifications(renewed);
  EXPECT_EQ(first.level, Level::lta_updates) << text(first);
  const Modifications stamp = modifications(renewed, 50);
  EXPECT_EQ(stamp.level, Level::lta_updates) << text(stamp);
  // The third update's work on the store counts against the timestamp, though not against the signature.
  const Bytes shrunk = updated(archive, [](PdfBuilder& update) { update.object(40, "<</Certs[]>>"); });
  EXPECT_EQ(modifications(shrunk, 50).level, Level::other);
  const Bytes edited = updated(renewed, [](PdfBuilder& update) { update.stream(3, "", "evil"); });
  for (const std::uint32_t field : {30U, 50U}) {
    const Modifications found = modifications(edited, field);
    ASSERT_THAT(found.findings, SizeIs(1)) << text(found);
    EXPECT_EQ(found.findings[0].revision, 4U);
    EXPECT_EQ(found.findings[0].object, 3U);
    EXPECT_EQ(found.findings[0].path, "object 10/Contents");
  }
}

// A change that a later revision takes back was a change.
TEST(Modifications, OfAChangeThatWasTakenBack) {
  const Bytes evil = updated(SignedPdf().bytes(), [](PdfBuilder& update) { update.stream(3, "", "evil"); });
  const Bytes back = updated(evil, [](PdfBuilder& update) { update.stream(3, "", "0 0 m 10 10 l S"); });
  const Modifications found = modifications(back);
  EXPECT_EQ(found.level, Level::other);
  ASSERT_THAT(found.findings, SizeIs(1)) << text(found);
  EXPECT_EQ(found.findings[0].revision, 1U);
}

// An object that nobody referred to, when it came, and that a later revision puts onto a page.
TEST(Modifications, OfAnOrphanThatIsUsedLater) {
  const Bytes hidden = updated(SignedPdf().bytes(), [](PdfBuilder& update) { update.stream(60, "", "evil"); });
  EXPECT_EQ(modifications(hidden).level, Level::lta_updates);
  const Bytes shown = updated(hidden, [](PdfBuilder& update) {
    update.object(10,
                  "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.303937007874 842]/Resources<<>>/Contents 60 0 R"
                  "/Annots[30 0 R]>>");
  });
  EXPECT_EQ(modifications(shown).level, Level::other);
}

// The object stands in the signed bytes under a number that its trailer's /Size hides.
TEST(Modifications, OfAnObjectAboveSizeThatShowsLater) {
  SignedPdf pdf;
  pdf.objects = {{60, "(revealed)"}};
  std::string text_of_pdf = pdf.builder().text();
  text_of_pdf.replace(text_of_pdf.find("/Size 61"), 8, "/Size 60");
  const std::string base = test::fill_byte_range(text_of_pdf);
  const std::uint64_t previous = std::stoull(base.substr(base.rfind("startxref\n") + 10));
  EXPECT_EQ(modifications(bytes_of(base)).level, Level::none);
  PdfBuilder hides(bytes_of(base), previous, 60);
  const Bytes hidden = hides.object(55, "(new)").table("/Root 1 0 R").bytes();
  EXPECT_EQ(modifications(hidden).level, Level::lta_updates);
  PdfBuilder shows(bytes_of(base), previous, 61);
  const Bytes shown = shows.object(55, "(new)").table("/Root 1 0 R").bytes();
  const Modifications found = modifications(shown);
  EXPECT_EQ(found.level, Level::other);
  ASSERT_THAT(faults(found), ::testing::ElementsAre(Fault::object_revealed)) << text(found);
  EXPECT_EQ(found.findings[0].object, 60U);
}

// Objects of an earlier revision change with their object stream, though no entry names them.
TEST(Modifications, OfAnObjectStreamDefinedAnew) {
  const Bytes base = SignedPdf{.form = XrefForm::stream}.bytes();
  const Bytes first = updated(base, [](PdfBuilder& update) {
    update.object_stream(60, {{40, "<</Certs[41 0 R]>>"}})
        .object(1, catalog_body(kForm + "/DSS 40 0 R"))
        .object(41, kStream);
  });
  EXPECT_EQ(modifications(first).level, Level::lta_updates) << text(modifications(first));
  const Bytes second =
      updated(first, [](PdfBuilder& update) { update.object_stream(60, {{62, "(x)"}, {40, "<</Certs[]>>"}}); });
  const Modifications found = modifications(second);
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::object_stream_changed)) << text(found);
}

// An entry that leads into an object stream of the signed revision, where something was hidden.
TEST(Modifications, OfAnObjectInAnOldObjectStream) {
  SignedPdf pdf{.form = XrefForm::stream};
  PdfBuilder builder = pdf.builder();
  builder.object(31, test::signature_body()).object_stream(4, {{44, "<</Certs[]>>"}}, false);
  builder.xref_stream(builder.size(), "/Root 1 0 R");
  const std::string base = test::fill_byte_range(builder.text());
  const Bytes update = updated(
      bytes_of(base), [](PdfBuilder& more) { more.object(1, catalog_body(kForm + "/DSS 45 0 R")).entry(45, 2, 4, 0); });
  const Modifications found = modifications(update);
  EXPECT_EQ(found.level, Level::other) << text(found);
  EXPECT_THAT(faults(found), Contains(Fault::structure)) << text(found);
}

TEST(Modifications, OfAnIndexThatNamesAnotherObject) {
  const Bytes base = SignedPdf{.form = XrefForm::stream}.bytes();
  const Bytes update = updated(base, [](PdfBuilder& more) {
    more.object_stream(60, {{40, "<</Certs[41 0 R]>>"}, {42, "(x)"}})
        .entry(40, 2, 60, 1)
        .object(1, catalog_body(kForm + "/DSS 40 0 R"))
        .object(41, kStream);
  });
  const Modifications found = modifications(update);
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::structure)) << text(found);
}

TEST(Modifications, OfBytesThatBelongToNoRevision) {
  const std::string tail = std::string(text_of(SignedPdf().bytes())) + "3 0 obj\n(evil)\nendobj\n";
  const Modifications found = modifications(bytes_of(tail));
  EXPECT_EQ(found.level, Level::other);
  EXPECT_THAT(faults(found), Contains(Fault::file_tail));
}

// An update that repeats the whole table declares nothing anew by that.
TEST(Modifications, OfAnUpdateThatRepeatsTheTable) {
  const Bytes base = SignedPdf().bytes();
  const auto document = pdf::Document::open(base);
  ASSERT_THAT(document, test::IsOk());
  const Bytes pdf = updated(base, [&](PdfBuilder& update) {
    for (std::uint32_t number = 1; number < document->next_object_number(); ++number) {
      const auto entry = document->xref_entry(number).value();
      if (entry && entry->type == pdf::XrefEntry::Type::in_base) {
        update.entry(number, 1, entry->offset, entry->generation);
      }
    }
    update.object(60, "(new)");
  });
  const Modifications found = modifications(pdf);
  EXPECT_EQ(found.level, Level::lta_updates) << text(found);
}

TEST(Modifications, AreAllowedByTheSignaturesOwnTransform) {
  const auto certified = [](std::string_view p) {
    SignedPdf pdf;
    pdf.signature =
        test::signature_body(test::kSomeContents, "/Type/Sig/SubFilter/ETSI.CAdES.detached",
                             "/Reference[<</TransformMethod/DocMDP/TransformParams<<" + std::string(p) + "/V/1.2>>>>]");
    return modifications(updated(pdf.bytes(), [](PdfBuilder& update) { add_store(update); }));
  };
  EXPECT_EQ(certified("/P 1").doc_mdp, 1);
  EXPECT_EQ(certified("/P 1").permitted, Level::lta_updates);
  EXPECT_TRUE(certified("/P 1").doc_mdp_ok);
  EXPECT_EQ(certified("/P 3").permitted, Level::annotations);
  EXPECT_EQ(certified("").doc_mdp, 2);
  EXPECT_EQ(certified("").permitted, Level::form_filling);
}

TEST(Modifications, AreAllowedByTheLockOfTheField) {
  SignedPdf pdf;
  pdf.field += "/Lock<</Type/SigFieldLock/Action/All/P 1>>";
  const Modifications found = modifications(pdf.bytes());
  EXPECT_EQ(found.doc_mdp, 1);
  EXPECT_EQ(found.permitted, Level::lta_updates);
}

TEST(Modifications, OfAnyRevision) {
  const Bytes pdf = updated(SignedPdf().bytes(), [](PdfBuilder& update) { update.stream(3, "", "evil"); });
  const auto history = pdf::History::open(pdf);
  ASSERT_THAT(history, test::IsOk());
  ModificationAnalysis analysis(*history);
  EXPECT_EQ(analysis.after(0, Level::form_filling)->level, Level::other);
  EXPECT_EQ(analysis.after(1, Level::form_filling)->level, Level::none);
  EXPECT_THAT(analysis.after(2, Level::form_filling), test::FailsWith(ErrorCode::invalid_argument));
}

TEST(Modifications, NamesEveryFault) {
  for (int fault = 0; fault <= static_cast<int>(Fault::metadata_changed); ++fault) {
    EXPECT_FALSE(to_string(static_cast<Fault>(fault)).empty());
  }
  EXPECT_EQ(to_string(Fault::metadata_changed), "metadata-changed");
  EXPECT_EQ(to_string(Level::lta_updates), "LTA_UPDATES");
}

}  // namespace
}  // namespace rakkan::pades
