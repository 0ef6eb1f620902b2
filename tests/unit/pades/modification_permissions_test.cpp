// The later changes that a signature, the lock of its field and a certification before it permit (ISO 32000-2
// §12.8.2.2, §12.8.2.4).
#include "unit/pades/modifications.hpp"

namespace rakkan::pades {
namespace {

using namespace modified;

std::string transform(std::string_view method, std::string_view parameters) {
  return "/Reference[<</TransformMethod/" + std::string(method) + "/TransformParams<<" + std::string(parameters) +
         ">>>>]";
}

struct Permitted {
  const char* name;
  std::string of_signature;      // further entries of the signature dictionary
  std::string of_certification;  // the same of a certification that the catalog names; empty: there is none
  std::string lock;              // of the field
  std::optional<int> doc_mdp;
};

TEST(ModificationPermissions, AreTheLowestOfAllThatAct) {
  const std::vector<Permitted> rows{
      {"nothing", "", "", "", std::nullopt},
      {"a certification", "", transform("DocMDP", "/P 1"), "", 1},
      {"a certification without P", "", transform("DocMDP", ""), "", 2},
      {"a certification with a P that is none", "", transform("DocMDP", "/P 7"), "", 2},
      {"a certification with P 0", "", transform("DocMDP", "/P 0"), "", 2},
      {"a certification's FieldMDP", "", transform("FieldMDP", "/P 1"), "", std::nullopt},
      {"FieldMDP with P", transform("FieldMDP", "/Action/All/P 1"), "", "", 1},
      {"FieldMDP without P", transform("FieldMDP", "/Action/All"), "", "", std::nullopt},
      {"another method", transform("UR3", "/P 1"), "", "", std::nullopt},
      {"a lock", "", "", "/Lock<</Action/All/P 3>>", 3},
      {"a lock without P", "", "", "/Lock<</Action/All>>", std::nullopt},
      {"all of them", transform("DocMDP", "/P 3"), transform("DocMDP", "/P 2"), "/Lock<</P 1>>", 1},
      {"the certification, which is lower", transform("DocMDP", "/P 3"), transform("DocMDP", "/P 1"), "", 1},
  };
  for (const Permitted& row : rows) {
    SignedPdf pdf;
    pdf.signature =
        test::signature_body(test::kSomeContents, "/Type/Sig/SubFilter/ETSI.CAdES.detached", row.of_signature);
    pdf.field += row.lock;
    if (!row.of_certification.empty()) {
      pdf.catalog = "/Perms<</DocMDP 33 0 R>>";
      pdf.objects = {{33, "<</Type/Sig" + row.of_certification + ">>"}};
    }
    const Bytes base = pdf.bytes();
    const Bytes changed = updated(base, [](PdfBuilder& update) { update.object(60, "(new)"); });
    for (const Bytes& each : {base, changed}) {
      const Modifications found = modifications(each);
      EXPECT_EQ(found.doc_mdp, row.doc_mdp) << row.name;
      const Level permitted = row.doc_mdp == 1   ? Level::lta_updates
                              : row.doc_mdp == 3 ? Level::annotations
                                                 : Level::form_filling;
      EXPECT_EQ(found.permitted, permitted) << row.name;
      EXPECT_TRUE(found.doc_mdp_ok) << row.name;
    }
  }
}

TEST(ModificationPermissions, OfOtherChangesAreNone) {
  for (const char* const p : {"/P 1", "/P 2", "/P 3"}) {
    SignedPdf pdf;
    pdf.signature =
        test::signature_body(test::kSomeContents, "/Type/Sig/SubFilter/ETSI.CAdES.detached", transform("DocMDP", p));
    const Modifications found =
        modifications(updated(pdf.bytes(), [](PdfBuilder& update) { update.stream(3, "", "evil"); }));
    EXPECT_FALSE(found.doc_mdp_ok) << p;
  }
}

}  // namespace
}  // namespace rakkan::pades
