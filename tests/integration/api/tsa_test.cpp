// RFC 3161 over HTTP: media types, statuses, callers who may ask, and the same token again.
#include "rakkan/credentials/credential.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using testing::HasSubstr;

std::string query(ByteView of) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "query.tsq";
  run_command({"openssl", "ts", "-query", "-data", write_bytes(folder.path() / "data", of).string(), "-sha256", "-cert",
               "-out", out.string()});
  return ApiFixture::content_of(out);
}

class ApiTsa : public ApiFixture {
 protected:
  ApiTsa() : ApiTsa(false) {}
  explicit ApiTsa(bool open) : ApiFixture(open) { enrol_all(); }
  RawAnswer stamp(const std::string& body, const std::string& api_key, const std::string& type,
                  std::map<std::string, std::string> headers = {}) {
    headers["Content-Type"] = type;
    return ask({"POST", "/tsa", api_key, std::move(headers), body});
  }
  const Bytes data_ = copy_of(bytes_of("what is stamped"));
};

class ApiOpenTsa : public ApiTsa {
 protected:
  ApiOpenTsa() : ApiTsa(true) {}
};

TEST_F(ApiTsa, OpensslAcceptsTheToken) {
  const std::string asked = query(data_);
  const RawAnswer answer = stamp(asked, acme, "application/timestamp-query");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.field("Content-Type"), "application/timestamp-reply");
  const auto verdict =
      run_command({"openssl", "ts", "-verify", "-queryfile", write_bytes(folder.path() / "q", bytes_of(asked)).string(),
                   "-in", write_bytes(folder.path() / "r", bytes_of(answer.body)).string(), "-CAfile",
                   write_bytes(folder.path() / "root.pem", bytes_of(authority.pem())).string()});
  EXPECT_THAT(verdict.output, HasSubstr("Verification: OK"));
}

TEST_F(ApiTsa, TheMediaTypeCountsWithoutCaseAndParameters) {
  const std::string asked = query(data_);
  EXPECT_EQ(stamp(asked, acme, "Application/Timestamp-Query; charset=binary").status, 200U);
  EXPECT_EQ(stamp(asked, acme, "application/timestamp-reply").status, 415U);
  EXPECT_EQ(problem_of(stamp(asked, acme, "application/octet-stream")), "media-type-unsupported");
}

TEST_F(ApiTsa, GetIsNotAllowedAndSaysWhatIs) {
  const RawAnswer answer = ask({"GET", "/tsa", acme});
  EXPECT_EQ(answer.status, 405U);
  EXPECT_THAT(answer.field("Allow"), HasSubstr("POST"));
}

TEST_F(ApiTsa, ARejectionIsAnAnswer) {
  const RawAnswer garbage = stamp("this is no DER", acme, "application/timestamp-query");
  ASSERT_EQ(garbage.status, 200U);
  EXPECT_EQ(garbage.field("Content-Type"), "application/timestamp-reply");
  const auto said = run_command(
      {"openssl", "ts", "-reply", "-in", write_bytes(folder.path() / "r", bytes_of(garbage.body)).string(), "-text"});
  EXPECT_THAT(said.output, HasSubstr("Rejected"));
}

TEST_F(ApiTsa, WhatIsWrongWithTheImprintIsSaidInTheStandardsWords) {
  const auto said_to = [&](const std::string& asked) {
    const RawAnswer answer = stamp(asked, acme, "application/timestamp-query");
    return run_command({"openssl", "ts", "-reply", "-in",
                        write_bytes(folder.path() / "r", bytes_of(answer.body)).string(), "-text"})
        .output;
  };
  auto request = tsp::TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, data_), Bytes(8, 1));
  request.message_imprint.hashed_message.pop_back();
  EXPECT_THAT(said_to(std::string(text_of(request.encode()))), HasSubstr("the data submitted has the wrong format"));
  request.message_imprint = {*der::Oid::from_dotted("1.3.14.3.2.26"), Bytes(20, 1), false};
  EXPECT_THAT(said_to(std::string(text_of(request.encode()))),
              HasSubstr("unrecognized or unsupported algorithm identifier"));
}

// Requesters send it although DER forbids to write a default out.
TEST_F(ApiTsa, ACertReqFalseThatIsWrittenOutIsAnswered) {
  auto request = tsp::TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, data_), Bytes(8, 1));
  request.certificate_requested = false;
  Bytes asked = request.encode();
  append(asked, Bytes{0x01, 0x01, 0x00});
  asked[1] = static_cast<Byte>(asked[1] + 3);
  const RawAnswer answer = stamp(std::string(text_of(asked)), acme, "application/timestamp-query");
  ASSERT_EQ(answer.status, 200U);
  const auto said = run_command(
      {"openssl", "ts", "-reply", "-in", write_bytes(folder.path() / "r", bytes_of(answer.body)).string(), "-text"});
  EXPECT_THAT(said.output, HasSubstr("Status: Granted."));
}

TEST_F(ApiTsa, LargerThanAnyRequestIsAFaultOfTheTransport) {
  EXPECT_EQ(stamp(std::string(4'097, 'x'), acme, "application/timestamp-query").status, 413U);
}

TEST_F(ApiTsa, NeedsAKeyUnlessItIsOpen) {
  EXPECT_EQ(problem_of(stamp(query(data_), "", "application/timestamp-query")), "api-key-missing");
}

TEST_F(ApiOpenTsa, AnswersAnybodyAndRefusesABadKeyAllTheSame) {
  EXPECT_EQ(stamp(query(data_), "", "application/timestamp-query").status, 200U);
  EXPECT_EQ(problem_of(stamp(query(data_), "rkn_nonsense", "application/timestamp-query")), "api-key-unknown");
  EXPECT_EQ(problem_of(stamp(query(data_), other, "application/timestamp-query")), "scope-missing");
}

TEST_F(ApiTsa, TheSameRequestUnderItsKeyGetsTheSameToken) {
  const std::string asked = query(data_);
  const RawAnswer first = stamp(asked, acme, "application/timestamp-query", {{"Idempotency-Key", "t"}});
  const RawAnswer again = stamp(asked, acme, "application/timestamp-query", {{"Idempotency-Key", "t"}});
  EXPECT_EQ(first.field("Idempotency-Replayed"), "");
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(problem_of(stamp(query(Bytes{1}), acme, "application/timestamp-query", {{"Idempotency-Key", "t"}})),
            "idempotency-key-reused");
}

TEST_F(ApiTsa, ARejectionOfWhatWasAskedIsKeptToo) {
  const auto ask_for_garbage = [&] {
    return stamp("this is no DER", acme, "application/timestamp-query", {{"Idempotency-Key", "g"}});
  };
  const RawAnswer first = ask_for_garbage();
  const RawAnswer again = ask_for_garbage();
  EXPECT_EQ(first.field("Idempotency-Replayed"), "");
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
}

// An answer that came of a trouble of ours is not kept for the request: its Idempotency-Key is free again.
TEST_F(ApiTsa, APassingFailureIsNotKept) {
  const std::string asked = query(data_);
  const auto granted = [&](const RawAnswer& answer) {
    const auto said = run_command(
        {"openssl", "ts", "-reply", "-in", write_bytes(folder.path() / "r", bytes_of(answer.body)).string(), "-text"});
    return said.output.find("Status: Granted") != std::string::npos;
  };
  const auto stamp_once = [&] { return stamp(asked, acme, "application/timestamp-query", {{"Idempotency-Key", "p"}}); };
  keys_in_memory.at("tsu").failure = ErrorCode::hsm_device_gone;
  const RawAnswer failed = stamp_once();
  ASSERT_EQ(failed.status, 200U);
  EXPECT_FALSE(granted(failed));
  keys_in_memory.at("tsu").failure.reset();
  const RawAnswer good = stamp_once();
  EXPECT_TRUE(granted(good));
  EXPECT_EQ(good.field("Idempotency-Replayed"), "");
  EXPECT_EQ(stamp_once().body, good.body);
}

class ApiTsaWithoutUnit : public ApiFixture {};

// The error "there is no such credential" has the failInfo badRequest in its row; here it is a trouble of ours that
// passes, and is answered as such.
TEST_F(ApiTsaWithoutUnit, IsATroubleOfOursThatPasses) {
  const std::string asked = query(bytes_of("what is stamped"));
  const auto stamp_once = [&] {
    return ask(
        {"POST", "/tsa", acme, {{"Content-Type", "application/timestamp-query"}, {"Idempotency-Key", "u"}}, asked});
  };
  const RawAnswer failed = stamp_once();
  ASSERT_EQ(failed.status, 200U);
  enrol("tsu", credentials::CredentialKind::tsu);
  const RawAnswer good = stamp_once();
  EXPECT_EQ(good.field("Idempotency-Replayed"), "");
  EXPECT_NE(good.body, failed.body);
  EXPECT_EQ(stamp_once().body, good.body);
}

}  // namespace
}  // namespace rakkan::test
