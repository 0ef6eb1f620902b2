#include "rakkan/http/problem.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string body_of(const Response& response) {
  std::string body;
  for (const ByteView piece : response.pieces()) {
    body += text_of(piece);
  }
  return body;
}

TEST(Problem, TellsAllThatACallerNeeds) {
  const Error error{ErrorCode::overloaded, "the queue is \"full\"", "", std::chrono::milliseconds(1'200), {}};
  const Response response = problem(error, "id-1", Language::en);
  EXPECT_EQ(response.status(), 503U);
  EXPECT_EQ(response.problem(), "overloaded");
  EXPECT_THAT(response.fields(), HasSubstr("Retry-After: 2\r\n"));  // never too early
  EXPECT_EQ(body_of(response),
            "{\"type\":\"/problems/overloaded\",\"title\":\"Too much work is waiting\",\"status\":503,"
            "\"detail\":\"the queue is \\\"full\\\"\",\"instance\":\"id-1\",\"code\":\"overloaded\","
            "\"retryable\":true,\"title_en\":\"Too much work is waiting\",\"title_ja\":\"処理が混み合っています\","
            "\"retry_after_ms\":1200}\n");
}

TEST(Problem, NamesThePlaceInARequestButNotInOurHouse) {
  const Error callers{ErrorCode::malformed_json, "is missing", "digest.alg", {}, {}};
  EXPECT_THAT(body_of(problem(callers, "", Language::en)), HasSubstr("\"where\":\"digest.alg\""));
  const Error ours{ErrorCode::store_corrupt, "the schema is of a later version", "/var/lib/rakkan/store", {}, {}};
  EXPECT_THAT(body_of(problem(ours, "", Language::en)), Not(HasSubstr("/var/lib")));
}

TEST(Problem, SaysWhatWouldDoAndHowFarAnInputCouldBeRead) {
  const Error wrong = not_among(ErrorCode::invalid_request, {"B-B", "B-T"}, "level");
  EXPECT_THAT(body_of(problem(wrong, "", Language::en)), HasSubstr(R"("detail":"must be B-B or B-T")"));
  EXPECT_THAT(body_of(problem(wrong, "", Language::en)), HasSubstr(R"("where":"level","allowed":["B-B","B-T"]})"));
  EXPECT_THAT(line_problem(wrong, Language::en), HasSubstr(R"("where":"level","allowed":["B-B","B-T"]})"));
  Error syntax{ErrorCode::malformed_json, "not JSON", "", {}, {}};
  syntax.offset = 17;
  EXPECT_THAT(body_of(problem(syntax, "", Language::en)), HasSubstr(R"("offset":17})"));
}

TEST(Problem, MethodsStandInTheirFieldAlone) {
  Error error{ErrorCode::method_not_allowed, "this path answers other methods", "", {}, {}};
  error.allowed = {"GET", "HEAD", "OPTIONS"};
  const Response response = problem(error, "", Language::en);
  EXPECT_THAT(response.fields(), HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(body_of(response), Not(HasSubstr("HEAD")));
}

TEST(Problem, HasTheFactsOfItsErrorUnderTheirNames) {
  Error error{ErrorCode::signature_pending, "x", "signature sig_7", std::chrono::milliseconds(1'500), {}};
  error.facts = {{"signature_id", "sig_7"}, {"state", "pending"}};
  const Response response = problem(error, "", Language::en);
  EXPECT_EQ(response.status(), 503U);
  EXPECT_THAT(response.fields(), HasSubstr("Retry-After: 2\r\n"));
  EXPECT_THAT(body_of(response), HasSubstr(R"("signature_id":"sig_7","state":"pending","retry_after_ms":1500)"));
  EXPECT_THAT(line_problem(error, Language::ja), HasSubstr(R"("signature_id":"sig_7","state":"pending")"));
}

TEST(Problem, OfAnInternalFaultTellsNothing) {
  const Error fault{ErrorCode::internal, "std::bad_alloc at 0x7f", "", {}, {}};
  EXPECT_THAT(body_of(problem(fault, "", Language::ja)), Not(HasSubstr("bad_alloc")));
}

TEST(Problem, EveryCodeHasItsProblemInBothLanguages) {
  for (const ErrorRow& meaning : error_table()) {
    const Response japanese = problem(Error{meaning.code, "x", "", {}, {}}, "id", Language::ja);
    EXPECT_EQ(japanese.status(), meaning.http_status);
    EXPECT_THAT(body_of(japanese), HasSubstr("\"title\":\"" + std::string(meaning.title_ja) + "\""));
    EXPECT_THAT(problem_type(meaning.slug), test::IsOk());
  }
  EXPECT_THAT(problem_type("no-such-problem"), FailsWith(ErrorCode::route_unknown));
}

TEST(Problem, AFieldCannotBeginAnother) {
  Response response;
  response.header("X-Name", "a\r\nSet-Cookie: b");
  EXPECT_EQ(response.fields(), "X-Name: a  Set-Cookie: b\r\n");
}

}  // namespace
}  // namespace rakkan::http
