#include "rakkan/http/router.hpp"

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;

class Routes : public ::testing::Test {
 protected:
  Routes() {
    const auto add = [&](Method method, std::string path) {
      router_.add({method, std::move(path), Scope::none, 0, nullptr});
    };
    add(Method::get, "/v1/signatures/{id}");
    add(Method::post, "/v1/signatures");
    add(Method::post, "/v1/cms");
    add(Method::post, "/v1/cms:batch");
    add(Method::get, "/v1/audit/proofs/{index}");
    add(Method::get, "/v1/{a}/parts/{b}");
    add(Method::post, "/v1/signatures/{id}:finish");
  }
  [[nodiscard]] std::string found(Method method, std::string_view path) {
    const auto route = router_.find(method, path, parameters_);
    return route ? (*route)->path : std::string(row(route.error().code).slug);
  }
  Router router_;
  std::vector<PathParameter> parameters_;
};

TEST_F(Routes, AreFoundByTheirSegments) {
  EXPECT_EQ(found(Method::post, "/v1/signatures"), "/v1/signatures");
  EXPECT_EQ(found(Method::post, "/v1/cms:batch"), "/v1/cms:batch");
  EXPECT_EQ(found(Method::get, "/v1/signatures/sig_7"), "/v1/signatures/{id}");
  ASSERT_EQ(parameters_.size(), 1U);
  EXPECT_EQ(parameters_[0].name, "id");
  EXPECT_EQ(parameters_[0].value, "sig_7");
  EXPECT_EQ(found(Method::get, "/v1/x/parts/y"), "/v1/{a}/parts/{b}");
  EXPECT_EQ(parameters_.size(), 2U);
}

TEST_F(Routes, AVerbBehindAParameterIsNoPartOfIt) {
  EXPECT_EQ(found(Method::post, "/v1/signatures/sig_7:finish"), "/v1/signatures/{id}:finish");
  ASSERT_EQ(parameters_.size(), 1U);
  EXPECT_EQ(parameters_[0].name, "id");
  EXPECT_EQ(parameters_[0].value, "sig_7");
  EXPECT_EQ(found(Method::post, "/v1/signatures/:finish"), "method-not-allowed") << "no parameter is empty";
  EXPECT_EQ(found(Method::post, "/v1/signatures/sig_7:finished"), "method-not-allowed");
  EXPECT_EQ(found(Method::get, "/v1/signatures/sig_7"), "/v1/signatures/{id}");
}

TEST_F(Routes, NothingElseIs) {
  for (const char* path : {"/", "", "*", "/v1", "/v1/signatures/", "/v1/signatures/a/b", "/v1/signatures//", "//v1/cms",
                           "/v1/cms/", "/V1/cms", "/v1/audit/proofs/", "/v1//parts/y", "v1/cms", "/v1/cms%3Abatch"}) {
    EXPECT_EQ(found(Method::get, path), "route-unknown") << path;
    EXPECT_TRUE(parameters_.empty()) << path;
  }
}

TEST_F(Routes, AnotherMethodIsAnotherError) {
  const auto refused = router_.find(Method::delete_, "/v1/signatures/a", parameters_);
  ASSERT_THAT(refused, FailsWith(ErrorCode::method_not_allowed));
  EXPECT_EQ(refused.error().allowed, (std::vector<std::string>{"GET", "HEAD", "OPTIONS"}));
  EXPECT_EQ(found(Method::head, "/v1/signatures/a"), "/v1/signatures/{id}");
  EXPECT_EQ(found(Method::head, "/v1/signatures"), "method-not-allowed");
}

}  // namespace
}  // namespace rakkan::http
