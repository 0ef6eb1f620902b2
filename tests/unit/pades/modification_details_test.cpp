// The finer rules of later changes, a row each: what a store, a form, a field, an extension or the metadata may not
// become, and what stays harmless.
#include "unit/pades/modifications.hpp"

namespace rakkan::pades {
namespace {

using namespace modified;
using test::timestamp_body;

constexpr auto kLta = Level::lta_updates;
constexpr auto kOther = Level::other;

class ModificationDetail : public ::testing::TestWithParam<Update> {};

TEST_P(ModificationDetail, HasItsLevelInTablesAndStreams) { expect_level(GetParam()); }

// A part of the catalog that leads to another object which the signed revision has already.
Update redirected(const std::string& name, const std::string& entry, Fault fault) {
  return {name, kOther, [entry](PdfBuilder& update) { update.object(1, catalog_body(entry)); }, fault,
          with([](SignedPdf& pdf) {
            pdf.objects = {{61, "<</Certs[62 0 R]/Fields[30 0 R]/SigFlags 3>>"},
                           {62, kStream},
                           {63, "<</Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"},
                           {64, "[30 0 R]"}};
            pdf.page = "/PieceInfo[61 0 R 62 0 R 63 0 R 64 0 R]";
          })};
}

std::vector<Update> redirections() {
  return {
      redirected("store", kForm + "/DSS 61 0 R", Fault::dss_changed),
      redirected("array_of_a_store", kForm + "/DSS<</Certs 64 0 R>>", Fault::dss_changed),
      redirected("form", "/AcroForm 61 0 R", Fault::form_changed),
      redirected("fields", "/AcroForm<</Fields 64 0 R/SigFlags 3>>", Fault::form_changed),
      redirected("metadata", kForm + "/Metadata 63 0 R", Fault::metadata_changed),
      redirected("extensions", kForm + "/Extensions 61 0 R", Fault::extensions_changed),
  };
}

std::vector<Update> stores() {
  const auto store = [](const std::string& name, const std::string& body) {
    return Update{name, kOther, [body](PdfBuilder& update) { add_store(update, body); }, Fault::dss_changed};
  };
  const SignedPdf with_store = with([](SignedPdf& pdf) {
    pdf.catalog = "/DSS 40 0 R";
    pdf.objects = {{40, "<</Certs[42 0 R]/VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[42 0 R]>>>>>>"},
                   {42, kStream}};
  });
  const auto changed = [&](const std::string& name, const std::string& body) {
    return Update{name, kOther, [body](PdfBuilder& update) { update.object(40, body); }, Fault::dss_changed,
                  with_store};
  };
  const std::string vri = "/VRI<</0123456789ABCDEF0123456789ABCDEF01234567";
  return {
      store("no_dictionary", "[41 0 R]"),
      store("key_twice", "<</Certs[41 0 R]/Certs[41 0 R]>>"),
      store("element_that_is_no_stream", "<</Certs[41 0 R 10 0 R]>>"),
      store("array_that_is_none", "<</CRLs 41 0 R>>"),
      store("vri_that_is_none", "<</Certs[41 0 R]/VRI[41 0 R]>>"),
      store("vri_of_another_name", "<</Certs[41 0 R]/VRI<</0123<</Cert[41 0 R]>>>>>>"),
      store("vri_in_lower_case",
            "<</Certs[41 0 R]/VRI<</0123456789abcdef0123456789abcdef01234567<</Cert[41 0 R]>>>>>>"),
      store("vri_with_another_key", "<</Certs[41 0 R]" + vri + "<</Cert[41 0 R]/Page 10 0 R>>>>>>"),
      store("vri_that_is_no_dictionary", "<</Certs[41 0 R]" + vri + "[41 0 R]>>>>"),
      store("vri_with_a_key_twice", "<</Certs[41 0 R]" + vri + "<<>>/0123456789ABCDEF0123456789ABCDEF01234567<<>>>>>>"),
      changed("array_removed", "<</VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</Cert[42 0 R]>>>>>>"),
      changed("all_vri_removed", "<</Certs[42 0 R]>>"),
      {"type_in_vri", kLta,
       [](PdfBuilder& update) { add_store(update, "<</Type/DSS/Certs[41 0 R]/VRI<</Type/VRI>>>>"); }},
  };
}

std::vector<Update> extensions_and_metadata() {
  const SignedPdf extended =
      with([](SignedPdf& pdf) { pdf.catalog = "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"; });
  const auto extensions = [&](const std::string& name, const std::string& value) {
    return Update{name, kOther,
                  [value](PdfBuilder& update) { update.object(1, catalog_body(kForm + "/Extensions" + value)); },
                  Fault::extensions_changed, extended};
  };
  const SignedPdf described = with([](SignedPdf& pdf) {
    pdf.catalog = "/Metadata 44 0 R";
    pdf.objects = {{44, "<</Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"}};
  });
  const auto metadata = [&](const std::string& name, const std::string& object) {
    return Update{name, kOther, [object](PdfBuilder& update) { update.object(44, object); }, Fault::metadata_changed,
                  described};
  };
  const SignedPdf informed = with([](SignedPdf& pdf) {
    pdf.objects = {{45, "<</ModDate(D:2025)>>"}};
    pdf.trailer = "/Info 45 0 R";
  });
  return {
      extensions("extension_of_a_lower_version", "<</ESIC<</BaseVersion/1.6/ExtensionLevel 2>>>>"),
      extensions("extension_that_is_no_dictionary", "<</ESIC[2]>>"),
      extensions("extension_twice",
                 "<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>/ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"),
      extensions("extension_removed", "<</ADBE<</BaseVersion/1.7/ExtensionLevel 2>>>>"),
      extensions("extensions_that_are_none", "[2]"),
      metadata("metadata_of_another_kind", "<</Subtype/Text/Length 4>>\nstream\n<x/>\nendstream"),
      metadata("metadata_that_are_no_stream", "<</Subtype/XML>>"),
      metadata("metadata_that_are_no_xmp", "<</Subtype/XML/Length 5>>\nstream\nhello\nendstream"),
      {"information_that_is_a_stream", kOther, [](PdfBuilder& update) { update.object(45, kStream); },
       Fault::info_changed, informed, "/Root 1 0 R/Info 45 0 R"},
      {"information_that_is_an_array", kOther, [](PdfBuilder& update) { update.object(45, "[1]"); },
       Fault::info_changed, informed, "/Root 1 0 R/Info 45 0 R"},
      {"information_in_a_new_object", kLta, [](PdfBuilder& update) { update.object(46, "<</ModDate(D:2026)>>"); },
       Fault::object_changed, informed, "/Root 1 0 R/Info 46 0 R"},
  };
}

std::vector<Update> forms() {
  const auto form = [](const std::string& name, const std::string& catalog, Fault fault = Fault::form_changed,
                       SignedPdf base = {}) {
    return Update{name, kOther, [catalog](PdfBuilder& update) { update.object(1, catalog_body(catalog)); }, fault,
                  std::move(base)};
  };
  const auto field = [](const std::string& name, const std::string& body) {
    return Update{name, kOther,
                  [body](PdfBuilder& update) {
                    add_timestamp(update, body);
                    update.object(52, "<</Subtype/Widget/Parent 50 0 R/Rect[0 0 0 0]/T(kid)>>");
                  },
                  Fault::field_added};
  };
  const SignedPdf two = with([](SignedPdf& pdf) {
    pdf.fields = "[30 0 R 48 0 R]";
    pdf.objects = {{48, "<</FT/Tx/T(text)/V(1)>>"}};
  });
  return {
      form("form_that_is_no_dictionary", "/AcroForm[30 0 R]", Fault::form_changed),
      form("form_with_a_key_twice", "/AcroForm<</Fields[30 0 R]/SigFlags 3/SigFlags 3>>"),
      form("fields_in_another_order", "/AcroForm<</Fields[48 0 R 30 0 R]/SigFlags 3>>", Fault::field_added, two),
      form("field_that_is_none", "/AcroForm<</Fields[30 0 R(text)]/SigFlags 3>>", Fault::field_added),
      form("field_that_was_a_page", "/AcroForm<</Fields[30 0 R 10 0 R]/SigFlags 3>>", Fault::field_added),
      field("field_below_another", "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/Parent 30 0 R/V 51 0 R>>"),
      field("field_without_a_name", "<</FT/Sig/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R>>"),
      field("field_with_a_period", "<</FT/Sig/T(a.b)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R>>"),
      field("field_with_a_key_twice", "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/V 51 0 R/V 51 0 R>>"),
      field("field_with_a_direct_value",
            "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/V<</SubFilter/ETSI.RFC3161>>>>"),
      field("field_with_a_value_of_before", "<</FT/Sig/T(stamp)/Subtype/Widget/Rect[0 0 0 0]/V 31 0 R>>"),
      field("field_with_a_named_kid", "<</FT/Sig/T(stamp)/V 51 0 R/Kids[52 0 R]>>"),
      field("field_with_a_kid_of_before", "<</FT/Sig/T(stamp)/V 51 0 R/Kids[10 0 R]>>"),
      {"hidden_timestamp", kLta,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/Subtype/Widget/F 2/Rect[0 0 9 9]/V 51 0 R>>");
       }},
      {"timestamp_in_kids", kLta,
       [](PdfBuilder& update) {
         add_timestamp(update, "<</FT/Sig/T(stamp)/V 51 0 R/Kids[52 0 R]>>");
         update.object(10, page_body("/Annots[30 0 R 52 0 R]"))
             .object(52, "<</Subtype/Widget/Parent 50 0 R/Rect[0 0 0 0]>>");
       }},
  };
}

std::vector<Update> filled_fields() {
  const auto filled = [](const std::string& name, const std::string& before, const std::string& after,
                         const std::string& value = timestamp_body()) {
    return Update{name, kOther, [after, value](PdfBuilder& update) { update.object(48, after).object(51, value); },
                  Fault::object_changed, with([before](SignedPdf& pdf) {
                    pdf.fields = "[30 0 R 48 0 R]";
                    pdf.objects = {{48, before}};
                  })};
  };
  const std::string invisible = "/FT/Sig/T(waiting)/Subtype/Widget/Rect[0 0 0 0]";
  const std::string visible = "/FT/Sig/T(waiting)/Subtype/Widget/Rect[0 0 9 9]";
  return {
      filled("visible_empty_field", "<<" + visible + ">>", "<<" + visible + "/V 51 0 R>>"),
      filled("empty_field_that_changes", "<<" + invisible + ">>", "<<" + invisible + "/F 4/V 51 0 R>>"),
      filled("empty_field_with_a_key_twice", "<<" + invisible + ">>", "<<" + invisible + "/V 51 0 R/V 51 0 R>>"),
      filled("empty_field_with_a_signature", "<<" + invisible + ">>", "<<" + invisible + "/V 51 0 R>>",
             test::signature_body("3003020109")),
      filled("empty_field_with_kids", "<</FT/Sig/T(waiting)/Kids[]>>", "<</FT/Sig/T(waiting)/Kids[]/V 51 0 R>>"),
  };
}

std::vector<Update> pages() {
  const SignedPdf shared = with([](SignedPdf& pdf) {
    pdf.annotations = "/Annots 47 0 R";
    pdf.page = "/PieceInfo 47 0 R";
    pdf.objects = {{47, "[30 0 R]"}};
  });
  return {
      {"page_with_a_key_twice", kOther,
       [](PdfBuilder& update) {
         add_timestamp(update);
         update.object(10, page_body("/Annots[30 0 R 50 0 R]/Annots[30 0 R 50 0 R]"));
       },
       Fault::page_changed},
      {"annotations_that_are_none", kOther, [](PdfBuilder& update) { update.object(10, page_body("/Annots(text)")); },
       Fault::annotation_changed},
      {"annotations_of_another_use", kOther,
       [](PdfBuilder& update) {
         update.object(1, catalog_body(kGrownForm))
             .object(47, "[30 0 R 50 0 R]")
             .object(50, kTimestampField)
             .object(51, timestamp_body());
       },
       Fault::object_changed, shared},
      {"annotations_in_another_order", kOther,
       [](PdfBuilder& update) { update.object(10, page_body("/Annots[48 0 R 30 0 R]")); }, Fault::annotation_changed,
       with([](SignedPdf& pdf) {
         pdf.annotations = "/Annots[30 0 R 48 0 R]";
         pdf.objects = {{48, "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]>>"}};
       })},
      // An entry of the trailer leads to it.
      {"new_object_in_the_trailer", kOther, [](PdfBuilder& update) { update.stream(60, "", "evil"); },
       Fault::object_added, SignedPdf{}, "/Root 1 0 R/Evil 60 0 R"},
      // The update's own entry leads to bytes of the signed revision that were no object before.
      {"object_of_the_signed_bytes", kOther,
       [](PdfBuilder& update) { update.entry(60, 1, update.text().find("60 0 obj"), 0); }, Fault::structure,
       with([](SignedPdf& pdf) { pdf.signature = test::signature_body() + "\nendobj\n60 0 obj\n(hidden)"; })},
      {"object_that_was_unreadable", kOther, [](PdfBuilder& update) { update.object(62, "(readable)"); },
       Fault::unreadable, with([](SignedPdf& pdf) { pdf.objects = {{62, "(not closed"}}; }), "/Root 1 0 R", true},
  };
}

INSTANTIATE_TEST_SUITE_P(Redirected, ModificationDetail, ::testing::ValuesIn(redirections()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(Stores, ModificationDetail, ::testing::ValuesIn(stores()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(ExtensionsAndMetadata, ModificationDetail, ::testing::ValuesIn(extensions_and_metadata()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(Forms, ModificationDetail, ::testing::ValuesIn(forms()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(FilledFields, ModificationDetail, ::testing::ValuesIn(filled_fields()),
                         [](const auto& chosen) { return chosen.param.name; });
INSTANTIATE_TEST_SUITE_P(Pages, ModificationDetail, ::testing::ValuesIn(pages()),
                         [](const auto& chosen) { return chosen.param.name; });

// The cross-reference stream of an update under the number of an object of the signed revision.
TEST(ModificationDetails, OfAStreamOfTheFilesFormInThePlaceOfAnother) {
  const Bytes base = SignedPdf{.form = XrefForm::stream}.bytes();
  const auto document = pdf::Document::open(base);
  ASSERT_THAT(document, test::IsOk());
  PdfBuilder update(base, document->newest().offset, document->next_object_number());
  const Modifications found = modifications(update.xref_stream(3, "/Root 1 0 R").bytes());
  EXPECT_EQ(found.level, kOther);
  EXPECT_THAT(faults(found), ::testing::Contains(Fault::object_reused)) << text(found);
}

TEST(ModificationDetails, OfAnObjectOfAnUpdateThatTheNextOneFrees) {
  const Bytes first = updated(SignedPdf().bytes(), [](PdfBuilder& update) { update.object(60, "(new)"); });
  EXPECT_EQ(modifications(first).level, kLta);
  const Modifications found = modifications(updated(first, [](PdfBuilder& update) { update.free(60, 1); }));
  EXPECT_THAT(faults(found), ::testing::Contains(Fault::object_freed)) << text(found);
}

// An update that repeats what the one before it has declared.
TEST(ModificationDetails, OfAnUpdateThatRepeatsTheOneBeforeIt) {
  const Bytes first = updated(SignedPdf().bytes(), [](PdfBuilder& update) { add_store(update); });
  const auto document = pdf::Document::open(first);
  ASSERT_THAT(document, test::IsOk());
  const Bytes second = updated(first, [&](PdfBuilder& update) {
    for (const std::uint32_t number : {1U, 40U, 41U}) {
      const auto entry = document->xref_entry(number).value();
      update.entry(number, 1, entry->offset, entry->generation);
    }
  });
  const Modifications found = modifications(second);
  EXPECT_EQ(found.level, kLta) << text(found);
}

}  // namespace
}  // namespace rakkan::pades
