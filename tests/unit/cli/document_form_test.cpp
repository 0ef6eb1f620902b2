#include "cli/document_form.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::cli {
namespace {

using testing::HasSubstr;

std::string joined(const std::vector<ByteView>& pieces) {
  std::string text;
  for (const ByteView piece : pieces) {
    text += text_of(piece);
  }
  return text;
}

std::string boundary_of(const DocumentForm& form) {
  return form.content_type().substr(form.content_type().find("boundary=") + 9);
}

TEST(DocumentForm, RequestComesBeforeTheDocumentAndNothingIsCopied) {
  const std::string document = "%PDF-1.7 \r\n--rakkan";
  const std::string request = R"({"level":"B-T"})";
  ASSERT_OK_AND_ASSIGN(const DocumentForm form, DocumentForm::make());
  const std::string boundary = boundary_of(form);
  const auto pieces = form.pieces({bytes_of(request)}, bytes_of(document));
  const std::string body = joined(pieces);
  EXPECT_TRUE(body.starts_with("--" + boundary + "\r\n"));
  EXPECT_TRUE(body.ends_with("\r\n--" + boundary + "--\r\n"));
  EXPECT_LT(body.find("name=\"request\""), body.find("name=\"document\""));
  EXPECT_THAT(body, HasSubstr("application/json\r\n\r\n" + request + "\r\n--" + boundary));
  EXPECT_THAT(body, HasSubstr("application/pdf\r\n\r\n" + document + "\r\n--" + boundary));
  EXPECT_THAT(pieces, testing::Contains(
                          testing::ResultOf([](ByteView piece) { return piece.data(); }, bytes_of(document).data())));
}

TEST(DocumentForm, TheDocumentMayBeAlone) {
  const std::string document = "%PDF-1.7";
  ASSERT_OK_AND_ASSIGN(const DocumentForm form, DocumentForm::make());
  const std::string boundary = boundary_of(form);
  const std::string body = joined(form.pieces(bytes_of(document)));
  EXPECT_TRUE(body.starts_with("--" + boundary + "\r\nContent-Disposition: form-data; name=\"document\""));
  EXPECT_TRUE(body.ends_with("\r\n\r\n" + document + "\r\n--" + boundary + "--\r\n"));
  EXPECT_EQ(body.find("name=\"request\""), std::string::npos);
}

TEST(DocumentForm, EachHasABoundaryOfItsOwn) {
  ASSERT_OK_AND_ASSIGN(const DocumentForm first, DocumentForm::make());
  ASSERT_OK_AND_ASSIGN(const DocumentForm second, DocumentForm::make());
  EXPECT_NE(first.content_type(), second.content_type());
}

}  // namespace
}  // namespace rakkan::cli
