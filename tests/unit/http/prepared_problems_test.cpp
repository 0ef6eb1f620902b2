#include "http/prepared_problems.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rakkan/http/problem.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;

std::string body_of(const Response& response) {
  std::string body;
  for (const ByteView piece : response.pieces()) {
    body += text_of(piece);
  }
  return body;
}

void expect_as_problem(PreparedProblems& problems, const Error& error, std::string_view id, Language language) {
  const Response prepared = problems.answer(error, id, language);
  const Response whole = problem(error, id, language);
  EXPECT_EQ(prepared.status(), whole.status());
  EXPECT_EQ(prepared.fields(), whole.fields());
  EXPECT_EQ(prepared.problem(), whole.problem());
  EXPECT_EQ(body_of(prepared), body_of(whole));
}

TEST(PreparedProblems, AreAsIfTheyWereWrittenEachTime) {
  PreparedProblems problems;
  for (int again = 0; again < 2; ++again) {
    for (std::size_t code = 0; code < kErrorCodeCount; ++code) {
      for (const Language language : {Language::en, Language::ja}) {
        for (const auto wait :
             {std::optional<std::chrono::milliseconds>(), std::optional(1ms), std::optional(1'500ms)}) {
          for (const char* detail : {"", "more work is waiting than can be done soon", "of \"another\" kind"}) {
            const Error error{static_cast<ErrorCode>(code), detail, {}, wait, {}};
            expect_as_problem(problems, error, again == 0 ? "id" : "0123456789abcdef", language);
          }
        }
      }
    }
  }
  EXPECT_EQ(problems.size(), 12U) << "of two codes, in two languages, with three details";
}

TEST(PreparedProblems, WhatTellsMoreIsWrittenEachTime) {
  PreparedProblems problems;
  Error error{ErrorCode::rate_limited, "more requests than agreed", "Authorization", 20ms, {}};
  expect_as_problem(problems, error, "id", Language::en);
  error.where.clear();
  error.allowed = {"fewer"};
  expect_as_problem(problems, error, "id", Language::en);
  EXPECT_EQ(problems.size(), 0U);
}

TEST(PreparedProblems, AreNoMoreThanABound) {
  PreparedProblems problems;
  for (int i = 0; i < 1'000; ++i) {
    expect_as_problem(problems, {ErrorCode::overloaded, "detail " + std::to_string(i), {}, 1s, {}}, "id", Language::en);
  }
  EXPECT_EQ(problems.size(), PreparedProblems::kMost);
}

}  // namespace
}  // namespace rakkan::http
