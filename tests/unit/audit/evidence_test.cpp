#include "rakkan/audit/evidence.hpp"

#include <gmock/gmock.h>

#include <array>

#include "rakkan/crypto/software_signer.hpp"
#include "support/memory_tree.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;
using testing::HasSubstr;

struct Events {
  std::string intent = "signature.intent";
  std::string outcome = "signature.made";
};

// A log of four entries: an intent at 1, its outcome at 3.
class EvidenceOfASignature : public ::testing::Test {
 protected:
  Evidence make(const std::string& intent_body, const std::string& outcome_body, const Events& events = {}) {
    test::MemoryTree tree;
    const auto append = [&](const std::string& event, const std::string& body) {
      const Record record{Bytes(kSaltSize, 0x22), body};
      EntryFile file{Entry{event, Instant{}, commitment_of(record.salt, record.body)}.encode(), record};
      tree.append(bytes_of(file.entry));
      return file;
    };
    append("other.event", "{}");
    const EntryFile intent = append(events.intent, intent_body);
    append("other.event", "{}");
    const EntryFile outcome = append(events.outcome, outcome_body);
    const std::string checkpoint = sign_note(Checkpoint{key_.name(), tree.head(), {}}.encode(), key_, signer_).value();
    const auto proof = [&](std::uint64_t index) {
      return Proof{{}, index, inclusion_path(index, 4, tree.nodes()).value(), checkpoint}.encode();
    };
    return {SignatureId("sig_1"), {intent, proof(1)}, {outcome, proof(3)}};
  }
  Evidence good() {
    return make(R"({"intent_of":"sig_1","instruction":{"who":{"name":"山田"}}})",
                R"({"intent":1,"signature":"sig_1"})");
  }

  crypto::SoftwareMessageSigner signer_ = crypto::SoftwareMessageSigner::generate().value();
  VerifierKey key_ = VerifierKey::create("log.example/trail", signer_.public_key()).value();
};

TEST_F(EvidenceOfASignature, IsReadAsItWasWritten) {
  const std::string text = good().encode();
  EXPECT_THAT(text, HasSubstr(R"("body":{"intent_of":"sig_1","instruction":{"who":{"name":"山田"}}})"));
  ASSERT_OK_AND_ASSIGN(const Evidence again, Evidence::parse(text));
  EXPECT_EQ(again.encode(), text);
  ASSERT_OK_AND_ASSIGN(const VerifiedEvidence verified, verify_evidence(again, std::array{key_}));
  EXPECT_EQ(verified.intent.index, 1U);
  EXPECT_EQ(verified.outcome.index, 3U);
  EXPECT_EQ(verified.outcome.entry.event, "signature.made");
}

TEST_F(EvidenceOfASignature, WithErasedRecordsHoldsForItsEntries) {
  Evidence evidence = good();
  evidence.intent.entry.record.reset();
  evidence.outcome.entry.record.reset();
  ASSERT_OK_AND_ASSIGN(const Evidence again, Evidence::parse(evidence.encode()));
  EXPECT_THAT(verify_evidence(again, std::array{key_}), IsOk());
}

TEST_F(EvidenceOfASignature, ThatDoesNotBelongTogetherIsRefused) {
  const std::string intent = R"({"intent_of":"sig_1"})";
  const std::string outcome = R"({"intent":1,"signature":"sig_1"})";
  ASSERT_THAT(verify_evidence(make(intent, outcome), std::array{key_}), IsOk());
  for (const Evidence& evidence :
       {make(R"({"intent_of":"sig_2"})", outcome), make(intent, R"({"intent":1,"signature":"sig_2"})"),
        make(intent, R"({"intent":0,"signature":"sig_1"})"), make(intent, R"({"signature":"sig_1"})"),
        make("{}", outcome), make(intent, outcome, {"signature.intent", "signature.failed"}),
        make(intent, outcome, {"signature.made", "signature.made"})}) {
    EXPECT_THAT(verify_evidence(evidence, std::array{key_}), FailsWith(ErrorCode::audit_log_mismatch))
        << evidence.encode();
  }
  Evidence swapped = make(intent, outcome);
  std::swap(swapped.intent, swapped.outcome);
  EXPECT_THAT(verify_evidence(swapped, std::array{key_}), FailsWith(ErrorCode::audit_log_mismatch));
  Evidence changed = make(intent, outcome);
  changed.outcome.entry.record->body = R"({"intent":1,"signature":"sig_1","more":1})";
  EXPECT_THAT(verify_evidence(changed, std::array{key_}), FailsWith(ErrorCode::digest_mismatch));
}

TEST_F(EvidenceOfASignature, TheLogsNameChoosesTheKey) {
  const auto other = [](const std::string& name) {
    return VerifierKey::create(name, crypto::SoftwareMessageSigner::generate().value().public_key()).value();
  };
  const VerifierKey tokens = other("log.example/tokens");
  const VerifierKey earlier = other(key_.name());  // an earlier key of the same log
  const Evidence evidence = good();
  EXPECT_THAT(verify_evidence(evidence, std::vector{tokens, earlier, key_}), IsOk());
  EXPECT_THAT(verify_evidence(evidence, std::vector{tokens, earlier}), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(verify_evidence(evidence, std::vector{tokens}), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_evidence(evidence, {}), FailsWith(ErrorCode::audit_log_mismatch));
}

TEST_F(EvidenceOfASignature, WhatIsNoneIsRefusedAtItsPlace) {
  const std::string text = good().encode();
  const auto where = [&](std::string_view what, const std::string& with) {
    std::string changed = text;
    const auto read = Evidence::parse(changed.replace(changed.find(what), what.size(), with));
    return read || read.error().code != ErrorCode::malformed_proof ? "(not refused)" : read.error().where;
  };
  EXPECT_EQ(where(R"("signature_id")", R"("signature")"), "signature_id");
  EXPECT_EQ(where(R"("v":2)", R"("v":7)"), "intent.entry.v");
  EXPECT_EQ(where(R"("salt")", R"("pepper")"), "intent.entry.salt");
  EXPECT_EQ(where(R"("outcome")", R"("result")"), "outcome");
  EXPECT_EQ(where(R"({"signature_id")", R"({"more":1,"signature_id")"), "more");
}

}  // namespace
}  // namespace rakkan::audit
