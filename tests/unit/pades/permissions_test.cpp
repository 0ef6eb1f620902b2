// Prohibitions of earlier signatures: DocMDP, FieldMDP, locks.
#include <gtest/gtest.h>

#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using test::FailsWith;
using test::IsOk;
using test::prepared;
using test::sample_pdf;

// A document with one signature (object 22, with these entries) in the field "Seal" (with these) and an empty field
// "Next".
Bytes signed_once(std::string_view signature, std::string_view field = "", std::string_view catalog = "") {
  return sample_pdf({.catalog = "/AcroForm<</Fields[20 0 R 21 0 R]/SigFlags 3>>" + std::string(catalog),
                     .objects = {{20, "<</FT/Sig/T(Seal)/V 22 0 R" + std::string(field) + ">>"},
                                 {21, "<</FT/Sig/T(Next)>>"},
                                 {22, "<</Type/Sig" + std::string(signature) + ">>"}}});
}

std::string transform(std::string_view method, std::string_view parameters) {
  return "/Reference[<</TransformMethod/" + std::string(method) + "/TransformParams<<" + std::string(parameters) +
         ">>>>]";
}

TEST(Permissions, CertificationWithoutChangesIsFoundThroughTheCatalog) {
  const auto base = [](std::string_view p) {
    return signed_once(transform("DocMDP", p), "", "/Perms<</DocMDP 22 0 R>>");
  };
  EXPECT_THAT(prepared(base("/P 1")), FailsWith(ErrorCode::pdf_certified_no_changes));
  EXPECT_THAT(prepared(base("/P 2")), IsOk());
  EXPECT_THAT(prepared(base("")), IsOk()) << "P is 2 by default";
}

TEST(Permissions, CertificationWithoutChangesIsFoundInTheSignatureAlone) {
  EXPECT_THAT(prepared(signed_once(transform("DocMDP", "/P 1"))), FailsWith(ErrorCode::pdf_certified_no_changes));
  EXPECT_THAT(prepared(signed_once(transform("DocMDP", "/P 3"))), IsOk());
}

TEST(Permissions, LockActsOnceItsFieldIsSigned) {
  EXPECT_THAT(prepared(signed_once("", "/Lock<</P 1>>")), FailsWith(ErrorCode::pdf_locked));
  EXPECT_THAT(prepared(signed_once("", "/Lock<</Action/All>>")), FailsWith(ErrorCode::pdf_locked));
  const Bytes unsigned_lock = sample_pdf(
      {.catalog = "/AcroForm<</Fields[20 0 R]>>", .objects = {{20, "<</FT/Sig/T(Seal)/Lock<</Action/All>>>>"}}});
  EXPECT_THAT(prepared(unsigned_lock), IsOk());
}

TEST(Permissions, FieldMdpForbidsTheFieldsItCovers) {
  const auto into = [](std::string_view parameters, std::string name) {
    return prepared(signed_once(transform("FieldMDP", parameters)), {.field_name = std::move(name)});
  };
  EXPECT_THAT(into("/Action/All", "Next"), FailsWith(ErrorCode::pdf_locked));
  EXPECT_THAT(into("/Action/Include/Fields[(Other)(Next)]", "Next"), FailsWith(ErrorCode::pdf_locked));
  EXPECT_THAT(into("/Action/Include/Fields[(Other)(Nex)]", "Next"), IsOk());
  EXPECT_THAT(into("/Action/Exclude/Fields[(Next)]", "Next"), IsOk());
  EXPECT_THAT(into("/Action/Exclude/Fields[(Other)]", "Next"), FailsWith(ErrorCode::pdf_locked));
  EXPECT_THAT(into("/Action/Exclude/Fields[(Next)]", "New"), FailsWith(ErrorCode::pdf_locked));
}

}  // namespace
}  // namespace rakkan::pades
