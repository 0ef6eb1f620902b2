// Documents that qpdf reads without a warning and we refuse: the list of src/pdf/README.md, item by item. A document
// that moves out of this list has to move out of that one, too.
#include <gmock/gmock.h>

#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/sign_round_trip.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pdf {
namespace {

using test::PdfBuilder;
using test::sample_pdf;

struct Case {
  const char* name;
  Bytes document;
  ErrorCode refusal;
};

std::ostream& operator<<(std::ostream& out, const Case& refused) { return out << refused.name; }

Bytes with_form(const std::string& form, std::vector<std::pair<std::uint32_t, std::string>> objects = {}) {
  return sample_pdf({.catalog = "/AcroForm " + form, .objects = std::move(objects)});
}

// The newest revision's startxref has no offset; qpdf goes by the one before it.
Bytes without_offset() {
  std::string text = test::sample_builder({}).object(20, "(new)").table("/Root 1 0 R").text();
  const std::size_t at = text.rfind("startxref\n") + 10;
  return copy_of(bytes_of(text.substr(0, at) + "\n%%EOF\n"));
}

std::vector<Case> cases() {
  constexpr auto kMalformed = ErrorCode::pdf_malformed;
  std::vector<std::pair<std::uint32_t, std::string>> deep;
  for (std::uint32_t number = 20; number < 100; ++number) {
    deep.emplace_back(number, "<</T(a)/Kids[" + std::to_string(number + 1) + " 0 R]>>");
  }
  deep.emplace_back(100, "<</FT/Tx/T(z)>>");
  const std::string long_name(5'000, 'a');
  return {
      {"form_number", with_form("5"), kMalformed},
      {"form_array", with_form("[]"), kMalformed},
      {"fields_number", with_form("<</Fields 5>>"), kMalformed},
      {"fields_string", with_form("<</Fields(x)>>"), kMalformed},
      {"fields_dictionary", with_form("<</Fields<<>>>>"), kMalformed},
      {"fields_no_array_elsewhere", with_form("<</Fields 20 0 R>>", {{20, "(x)"}}), kMalformed},
      {"field_twice", with_form("<</Fields[20 0 R 20 0 R]>>", {{20, "<</FT/Tx/T(f)>>"}}), kMalformed},
      {"field_below_itself", with_form("<</Fields[20 0 R]>>", {{20, "<</FT/Tx/T(f)/Kids[20 0 R]>>"}}), kMalformed},
      {"annotations_number", sample_pdf({.page = "/Annots 5"}), kMalformed},
      {"annotations_dictionary", sample_pdf({.page = "/Annots<<>>"}), kMalformed},
      {"long_name", with_form("<</Fields[20 0 R]>>", {{20, "<</FT/Tx/T(" + long_name + ")>>"}}),
       ErrorCode::pdf_limit_exceeded},
      {"deep_fields", with_form("<</Fields[20 0 R]>>", deep), ErrorCode::pdf_limit_exceeded},
      {"last_startxref_without_offset", without_offset(), kMalformed},
  };
}

class Refused : public ::testing::TestWithParam<Case> {};

TEST_P(Refused, AlthoughQpdfIsContent) {
  const test::TemporaryFolder folder;
  const auto file = test::write_bytes(folder.path() / "refused.pdf", GetParam().document);
  const test::CommandOutcome check = test::run_command({"qpdf", "--check", file});
  EXPECT_EQ(check.exit_code, 0) << check.output;
  const test::RoundTrip trip = test::sign_round_trip(GetParam().document);
  ASSERT_TRUE(trip.refused.has_value());
  EXPECT_EQ(trip.refused->code, GetParam().refusal) << to_string(*trip.refused);
}

INSTANTIATE_TEST_SUITE_P(Deviations, Refused, ::testing::ValuesIn(cases()),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace rakkan::pdf
