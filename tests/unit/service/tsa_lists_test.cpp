// The authorities of a role: their order, failover, accreditation, budgets and the reserve for their tokens.
#include <gmock/gmock.h>

#include <future>

#include "rakkan/async/task.hpp"
#include "rakkan/service/options.hpp"
#include "service/timestampers.hpp"
#include "support/loopback_tsa.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using test::LoopbackTsa;
using test::TsaBehaviour;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TsaListsTest : public ::testing::Test {
 protected:
  static TsaProfile profile(const LoopbackTsa& tsa) {
    TsaProfile profile;
    profile.options.url = tsa.url();
    profile.options.timeout = std::chrono::milliseconds(test::kPatience);
    return profile;
  }
  // A service whose signatures are timestamped by a, then b, then c.
  void set_up(const std::function<void(Options&)>& change = {}) {
    Options options = test::SigningFixture::default_options();
    options.tsa.emplace("a", profile(a_));
    options.tsa.emplace("b", profile(b_));
    options.tsa.emplace("c", profile(c_));
    options.tsa_lists.signature.profiles = {"a", "b", "c"};
    options.deadline = std::chrono::milliseconds(test::kPatience);
    if (change) {
      change(options);
    }
    fixture_ = std::make_unique<test::SigningFixture>(std::move(options));
    seal_ = fixture_->enrol("seal", credentials::CredentialKind::operator_seal);
    static_cast<void>(fixture_->enrol("tsu", credentials::CredentialKind::tsu));
  }
  Result<tsp::TimestampToken> stamp(TsaRole role = TsaRole::signature, const std::string& tsa = "",
                                    std::chrono::milliseconds within = test::kPatience) {
    IssueTimestampCommand command{
        {"tester"}, crypto::digest(crypto::DigestAlgorithm::sha256, {}), tsa, async::deadline_in(within), role};
    return async::block_on(fixture_->service->issue_timestamp(std::move(command)));
  }
  Result<SignedDocument> sign() {
    SignPdfCommand command = fixture_->witness_command(seal_, document_);
    command.level = pades::BaselineLevel::b_t;
    return fixture_->sign(std::move(command));
  }

  test::TestAuthority authority_{"Outside Root"};
  test::TestTsu unit_{authority_};
  LoopbackTsa a_{unit_.tsu}, b_{unit_.tsu}, c_{unit_.tsu};
  std::unique_ptr<test::SigningFixture> fixture_;
  CredentialId seal_;
  Bytes document_ = test::sample_pdf();
};

TEST_F(TsaListsTest, TheFirstIsAsked) {
  set_up();
  EXPECT_THAT(sign(), IsOk());
  EXPECT_EQ(a_.requests(), 1);
  EXPECT_EQ(b_.requests(), 0);
}

TEST_F(TsaListsTest, TheNextIsAskedWhenOneFails) {
  for (const TsaBehaviour fault : {TsaBehaviour::closes_early, TsaBehaviour::garbage, TsaBehaviour::wrong_nonce,
                                   TsaBehaviour::rejection, TsaBehaviour::server_error}) {
    set_up();
    a_.behave(fault);
    const int before = b_.requests();
    ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign());
    EXPECT_EQ(made.pdf.signatures_made, 1U) << "a failing authority cost a signature";
    EXPECT_EQ(b_.requests(), before + 1);
  }
}

TEST_F(TsaListsTest, OneThatHangsLeavesTimeForTheNext) {
  set_up();
  a_.behave(TsaBehaviour::hang);
  EXPECT_THAT(stamp(TsaRole::signature, "", 3s), IsOk());
  EXPECT_EQ(b_.requests(), 1);
}

TEST_F(TsaListsTest, WhenAllAreDownTheErrorTellsOfAll) {
  set_up();
  a_.behave(TsaBehaviour::rejection);
  b_.behave(TsaBehaviour::closes_early);
  c_.behave(TsaBehaviour::garbage);
  const auto failed = sign();
  ASSERT_THAT(failed, FailsWith(ErrorCode::signature_pending));
  ASSERT_EQ(failed.error().causes.size(), 1U);
  const Error& why = failed.error().causes.front();
  EXPECT_EQ(why.code, ErrorCode::malformed_timestamp_response);
  EXPECT_THAT(why.causes, Contains(Field(&Error::code, ErrorCode::tsa_rejected)));
  EXPECT_THAT(why.causes, Contains(Field(&Error::code, ErrorCode::tsa_unreachable)));
  EXPECT_EQ(fixture_->software_keys.at("seal").signatures, 1);
}

TEST_F(TsaListsTest, AHangingAuthorityLeavesTheOwnUnitsTimestampsAlone) {
  set_up([](Options& options) { options.tsa_lists.signature.profiles = {"internal"}; });
  a_.behave(TsaBehaviour::hang);
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 64; ++i) {
    waiting.push_back(std::async(std::launch::async, [&] { EXPECT_FALSE(stamp(TsaRole::signature, "a")); }));
  }
  ASSERT_TRUE(test::eventually([&] {
    const auto load = fixture_->assembly->state().outside().exchanges;
    return load.waiting + load.in_flight == 64;
  }));
  EXPECT_THAT(sign(), IsOk());
  EXPECT_THAT(stamp(TsaRole::signature, "b"), IsOk());
  fixture_->assembly->end_exchanges();
  for (const auto& one : waiting) {
    one.wait();
  }
}

TEST_F(TsaListsTest, TheNextIsAskedWhenABudgetIsSpent) {
  set_up([](Options& options) {
    options.tsa.at("a").options.budget = 1;
    options.tsa_lists.signature.profiles = {"a", "b"};
  });
  EXPECT_THAT(stamp(), IsOk());
  EXPECT_THAT(stamp(), IsOk());
  EXPECT_EQ(a_.requests(), 1);
  EXPECT_EQ(b_.requests(), 1);
  const auto spent = stamp(TsaRole::signature, "a");
  ASSERT_THAT(spent, FailsWith(ErrorCode::tsa_budget_spent));
  EXPECT_TRUE(spent.error().retry_after);
  EXPECT_THAT(fixture_->assembly->state().outside().budgets,
              ::testing::ElementsAre(std::pair(std::string("a"), std::uint64_t{0})));
}

TEST_F(TsaListsTest, TheReserveIsThatOfTheLargestTokenOfAny) {
  set_up([](Options& options) {
    options.tsa.at("a").options.token_size = 4 * 1024;
    options.tsa.at("b").options.token_size = 20 * 1024;
    options.tsa.at("c").options.token_size = 8 * 1024;
  });
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign());
  EXPECT_GT(made.pdf.reserve, 20U * 1024);
  ASSERT_OK_AND_ASSIGN(const SignedDocument next, sign());
  EXPECT_EQ(next.pdf.reserve, made.pdf.reserve) << "a's small token hid the size of b's";
}

TEST_F(TsaListsTest, EachRoleHasItsList) {
  set_up([](Options& options) {
    options.tsa_lists.archive.profiles = {"b"};
    options.tsa_lists.checkpoint.profiles = {"c"};
  });
  EXPECT_THAT(stamp(TsaRole::archive), IsOk());
  EXPECT_EQ(b_.requests(), 1);
  EXPECT_THAT(stamp(TsaRole::checkpoint), IsOk());
  EXPECT_EQ(c_.requests(), 1);
  EXPECT_EQ(a_.requests(), 0);
}

TEST_F(TsaListsTest, WithoutAListOfItsOwnAnArchiveTimestampIsByThatOfTheSignatures) {
  set_up();
  EXPECT_THAT(stamp(TsaRole::archive), IsOk());
  EXPECT_EQ(a_.requests(), 1);
}

TEST_F(TsaListsTest, WhereAccreditationIsRequiredOthersAreRefused) {
  set_up([](Options& options) {
    options.tsa.at("a").options.accredited = true;
    options.tsa_lists.signature = {{"a"}, std::string(TsaList::kRequired)};
  });
  EXPECT_THAT(sign(), IsOk());
  EXPECT_THAT(stamp(TsaRole::signature, "a"), IsOk());
  EXPECT_THAT(stamp(TsaRole::signature, "b"), FailsWith(ErrorCode::tsa_not_accredited));
  EXPECT_THAT(stamp(TsaRole::signature, "internal"), FailsWith(ErrorCode::tsa_not_accredited));
  EXPECT_EQ(b_.requests(), 0);
}

TEST_F(TsaListsTest, AServiceWhoseListsCannotBeDoesNotStart) {
  const auto refused = [&](const std::function<void(Options&)>& change) {
    try {
      set_up(change);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("started");
  };
  EXPECT_THAT(refused([](Options& o) { o.tsa_lists.signature.accredited = TsaList::kRequired; }),
              HasSubstr("tsa.a.accredited is not true"));
  EXPECT_THAT(refused([](Options& o) {
                o.tsa.at("a").options.accredited = true;
                o.tsa_lists.archive = {{}, std::string(TsaList::kRequired)};
                o.tsa_lists.signature.profiles = {"a", "b"};
              }),
              HasSubstr("tsa.b.accredited is not true"))
      << "the archive role falls back to the list of the signatures";
  EXPECT_THAT(refused([](Options& o) { o.tsa_lists.signature.profiles = {"a", "moon"}; }), HasSubstr("tsa.moon"));
  EXPECT_THAT(refused([](Options& o) { o.tsa_lists.signature.profiles.clear(); }), HasSubstr("signing.tsa"));
  EXPECT_THAT(refused([](Options& o) { o.tsa_lists.checkpoint.profiles = {"internal", "a"}; }),
              HasSubstr("stands beside other authorities"));
  EXPECT_THAT(refused([](Options& o) { o.tsa.at("a").options.credentials.basic = "/nonexistent"; }),
              HasSubstr("tsa.a"));
  EXPECT_THAT(refused([](Options& o) { o.fetch.allowed_origins = {"10.0.0.0/8"}; }),
              HasSubstr("fetch.allowed_origins"));
}

TEST_F(TsaListsTest, EndingTheExchangesEndsAWaitAtOnce) {
  set_up();
  a_.behave(TsaBehaviour::hang);
  auto waiting = std::async(std::launch::async, [&] { return stamp(); });
  ASSERT_TRUE(test::eventually([&] { return a_.requests() == 1; }));
  fixture_->assembly->end_exchanges();
  ASSERT_TRUE(test::comes(waiting));
  EXPECT_THAT(waiting.get(), FailsWith(ErrorCode::shutting_down));
  EXPECT_EQ(b_.requests(), 0);
}

}  // namespace
}  // namespace rakkan::service
