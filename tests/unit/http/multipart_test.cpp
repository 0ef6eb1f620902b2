#include "rakkan/http/multipart.hpp"

#include "rakkan/async/task.hpp"

#include "support/memory_body.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;
using test::MemoryBody;

constexpr std::string_view kType = "multipart/form-data; boundary=\"XyZ\"";

struct Form {
  std::string request;
  std::string document;
  std::string seen;  // what the callback was shown
};

// Reads a form as a handler does: "request" up to 10 bytes, then "document" up to 100, then nothing.
async::Task<Result<Form>> read(std::string_view type, Body& body) {
  RAKKAN_CO_TRY(MultipartReader parts, MultipartReader::open(type, body, {"request", "document"}));
  Form form;
  RAKKAN_CO_TRY(const WipedBytes request, co_await parts.field("request", "application/json", 10));
  form.request = text_of(request);
  const std::function<void(ByteView)> arrived = [&](ByteView bytes) { form.seen += text_of(bytes); };
  RAKKAN_CO_TRY(const DocumentBuffer document, co_await parts.document("document", "application/pdf", 100, arrived));
  form.document = text_of(document.view());
  RAKKAN_CO_CHECK(co_await parts.finish());
  co_return form;
}

Result<Form> read(std::string_view text, std::size_t piece = 4'096, std::string_view type = kType,
                  MemoryBody::Into into = MemoryBody::Into::own) {
  MemoryBody body(copy_of(bytes_of(text)), piece, into);
  return async::block_on(read(type, body));
}

std::string part(std::string_view head, std::string_view content) {
  return "--XyZ\r\n" + std::string(head) + "\r\n" + std::string(content) + "\r\n";
}
constexpr std::string_view kRequestHead =
    "Content-Disposition: form-data; name=\"request\"\r\nContent-Type: application/json\r\n";
constexpr std::string_view kDocumentHead =
    "content-disposition: form-data; filename=\"見積; name=x.pdf\"; name=document\r\n"
    "Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n";

std::string form(std::string_view document) {
  return part(kRequestHead, "{}") + part(kDocumentHead, document) + "--XyZ--\r\n";
}

TEST(Multipart, IsReadWhereverItIsCut) {
  const std::string text =
      part(kRequestHead, "{}") + part(kDocumentHead, "%PDF\r\n--XyY\r\n--Xy\r\r\n-\r\n") + "--XyZ--\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    ASSERT_OK_AND_ASSIGN(const Form form, read(text, piece));
    EXPECT_EQ(form.request, "{}") << piece;
    EXPECT_EQ(form.document, "%PDF\r\n--XyY\r\n--Xy\r\r\n-\r\n") << piece;
    EXPECT_EQ(form.seen, form.document) << piece;
  }
}

TEST(Multipart, TheDocumentMayBeReceivedWhereItStays) {
  const std::string document = "%PDF\r\n--XyY\r\n--Xy\r\r\n-\r\n";
  const std::string text = form(document);
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    ASSERT_OK_AND_ASSIGN(const Form form, read(text, piece, kType, MemoryBody::Into::readers));
    EXPECT_EQ(form.request, "{}") << piece;
    EXPECT_EQ(form.document, document) << piece;
    EXPECT_EQ(form.seen, document) << piece;
  }
  const std::string request = part(kRequestHead, "{}");
  for (const std::string& wrong :
       {form(std::string(101, 'x')), request + part(kDocumentHead, "x") + request + "--XyZ--\r\n",
        request + part(kDocumentHead, "x") + "--XyZ--\r\nmore", text.substr(0, text.size() - 5)}) {
    for (std::size_t piece = 1; piece <= wrong.size(); ++piece) {
      const auto direct = read(wrong, piece, kType, MemoryBody::Into::readers);
      const auto copied = read(wrong, piece);
      ASSERT_FALSE(direct) << piece;
      ASSERT_FALSE(copied) << piece;
      EXPECT_EQ(to_string(direct.error()), to_string(copied.error())) << piece;
    }
  }
}

TEST(Multipart, AnEmptyPartIsEmpty) {
  ASSERT_OK_AND_ASSIGN(const Form empty, read(form("")));
  EXPECT_EQ(empty.document, "");
}

TEST(Multipart, APartMayNameNoMediaType) {
  EXPECT_THAT(
      read(part("Content-Disposition: form-data; name=request\r\n", "{}") + part(kDocumentHead, "x") + "--XyZ--"),
      IsOk());
}

TEST(Multipart, EveryShorterBodyIsRefused) {
  const std::string text = form("%PDF");
  const std::size_t needed = text.size() - 2;  // the last line end may be missing
  for (std::size_t size = 0; size < needed; ++size) {
    EXPECT_THAT(read(text.substr(0, size)), FailsWith(ErrorCode::malformed_multipart)) << size;
  }
  EXPECT_THAT(read(text.substr(0, needed)), IsOk());
}

TEST(Multipart, WhatIsNotInItsFormIsRefused) {
  const std::string request = part(kRequestHead, "{}");
  const std::string document = part(kDocumentHead, "x");
  for (const std::string& text : {
           std::string(),
           std::string("--XyZ--\r\n"),
           "preamble\r\n" + request + document + "--XyZ--\r\n",
           "\r\n" + request + document + "--XyZ--\r\n",
           request + document + "--XyZ--\r\nepilogue",
           document + request + "--XyZ--\r\n",
           request + request + document + "--XyZ--\r\n",
           request + document + document + "--XyZ--\r\n",
           request + "--XyZ--\r\n",
           request + document + "--XyZ  \r\n",
           part("", "{}") + document + "--XyZ--\r\n",
           part("Content-Type: application/json\r\n", "{}") + document + "--XyZ--\r\n",
           part("Content-Disposition: form-data\r\n", "{}") + document + "--XyZ--\r\n",
           part("Content-Disposition: attachment; name=request\r\n", "{}") + document + "--XyZ--\r\n",
           part("Content-Disposition: form-data; name=request; name=other\r\n", "{}") + document + "--XyZ--\r\n",
           part("Content-Disposition: form-data; name=\"re\\quest\"\r\n", "{}") + document + "--XyZ--\r\n",
           part(std::string(kRequestHead) + std::string(kRequestHead), "{}") + document + "--XyZ--\r\n",
           part(std::string(kRequestHead) + "Content-Transfer-Encoding: base64\r\n", "{}") + document + "--XyZ--\r\n",
           part(std::string(kRequestHead) + "no field\r\n", "{}") + document + "--XyZ--\r\n",
           part(std::string(kRequestHead) + "X: \x01\r\n", "{}") + document + "--XyZ--\r\n",
           part(std::string(kRequestHead) + "X: " + std::string(5'000, 'x') + "\r\n", "{}") + document + "--XyZ--",
       }) {
    EXPECT_THAT(read(text), FailsWith(ErrorCode::malformed_multipart)) << text.substr(0, 200);
    EXPECT_THAT(read(text, 3), FailsWith(ErrorCode::malformed_multipart)) << text.substr(0, 200);
  }
}

TEST(Multipart, APartThatNobodyExpectsIsNamed) {
  const std::string request = part(kRequestHead, "{}");
  const std::string document = part(kDocumentHead, "x");
  const auto unasked = [](const std::string& name) {
    return part("Content-Disposition: form-data; name=\"" + name + "\"\r\n", "y");
  };
  const std::string end = "--XyZ--\r\n";
  for (const std::size_t piece : {1U, 4'096U}) {
    const auto where = [&](const std::string& text) {
      const auto form = read(text, piece);
      return form ? "(nowhere)" : form.error().where;
    };
    EXPECT_EQ(where(unasked("colour") + request + document + end), "colour");
    EXPECT_EQ(where(request + unasked("colour") + document + end), "colour");
    EXPECT_EQ(where(request + document + unasked("colour") + end), "colour");
    EXPECT_EQ(where(request + document + document + end), "document");
    EXPECT_EQ(where(document + request + end), "document");
    EXPECT_EQ(where(request + end), "document") << "the one that is missing";
    EXPECT_EQ(where(request + document + unasked("色 x") + end), "%E8%89%B2%20x");
    EXPECT_EQ(where(request + document + unasked(std::string(1'000, 'n')) + end), std::string(64, 'n') + "...");
  }
}

TEST(Multipart, AnotherOrderNamesTheParts) {
  const std::string request = part(kRequestHead, "{}");
  const std::string document = part(kDocumentHead, "x");
  const std::string end = "--XyZ--\r\n";
  const std::string parts = "; the parts are, in this order: request, document";
  for (const auto& [text, detail] : {std::pair{document + request, "stands where the part \"request\" must"},
                                     {request, "the part is missing"},
                                     {request + document + document, "is a part more than expected"}}) {
    const auto refused = read(text + end);
    ASSERT_THAT(refused, FailsWith(ErrorCode::malformed_multipart));
    EXPECT_EQ(refused.error().detail, detail + parts);
    EXPECT_EQ(refused.error().allowed, (std::vector<std::string>{"request", "document"}));
  }
}

TEST(Multipart, TooManyFieldsOfAPartAreRefused) {
  std::string head(kRequestHead);
  for (int i = 0; i < 14; ++i) {
    head += "X: y\r\n";
  }
  EXPECT_THAT(read(part(head, "{}") + part(kDocumentHead, "x") + "--XyZ--"), IsOk());
  head += "X: y\r\n";
  EXPECT_THAT(read(part(head, "{}") + part(kDocumentHead, "x") + "--XyZ--"), FailsWith(ErrorCode::malformed_multipart));
}

TEST(Multipart, APartTooLargeIsNamed) {
  const auto request = read(part(kRequestHead, "12345678901"));
  ASSERT_THAT(request, FailsWith(ErrorCode::input_too_large));
  EXPECT_EQ(request.error().where, "request");
  const auto document = read(form(std::string(101, 'x')), 7);
  ASSERT_THAT(document, FailsWith(ErrorCode::input_too_large));
  EXPECT_EQ(document.error().where, "document");
  EXPECT_THAT(read(form(std::string(100, 'x')), 7), IsOk());
}

TEST(Multipart, AnotherMediaTypeIsRefused) {
  EXPECT_THAT(read(part("Content-Disposition: form-data; name=request\r\nContent-Type: text/json\r\n", "{}")),
              FailsWith(ErrorCode::media_type_unsupported));
  EXPECT_THAT(read("", 1, "application/json"), FailsWith(ErrorCode::media_type_unsupported));
  EXPECT_THAT(read("", 1, "multipart/mixed; boundary=a"), FailsWith(ErrorCode::media_type_unsupported));
}

TEST(Multipart, ABoundaryMustBeOne) {
  for (const std::string type :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\\\"b\"",
        "multipart/form-data; boundary=a\"", "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=a; boundary=b"}) {
    EXPECT_THAT(read("", 1, type), FailsWith(ErrorCode::malformed_multipart)) << type;
  }
  EXPECT_THAT(read("", 1, "multipart/form-data; boundary=" + std::string(71, 'a')),
              FailsWith(ErrorCode::malformed_multipart));
  const std::string longest(70, 'a');
  EXPECT_THAT(read("--" + longest + "--", 1, "Multipart/Form-Data;charset=utf-8;BOUNDARY=" + longest),
              FailsWith(ErrorCode::malformed_multipart));  // read up to the missing part
}

}  // namespace
}  // namespace rakkan::http
