#include "rakkan/audit/proof.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/base64.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/memory_tree.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;

// A log of five entries, of which number 3 commits to a record.
class ProofOfAnEntry : public ::testing::Test {
 protected:
  ProofOfAnEntry() {
    for (std::uint64_t i = 0; i < 5; ++i) {
      const std::string line = i == 3 ? file_.entry : Entry{"other.event", Instant{}, TreeHash{}}.encode();
      tree_.append(bytes_of(line));
    }
    proof_.index = 3;
    proof_.path = inclusion_path(3, 5, tree_.nodes()).value();
    proof_.checkpoint = sign_note(Checkpoint{key_.name(), tree_.head(), {}}.encode(), key_, signer_).value();
  }

  crypto::SoftwareMessageSigner signer_ = crypto::SoftwareMessageSigner::generate().value();
  VerifierKey key_ = VerifierKey::create("log.example/trail", signer_.public_key()).value();
  Record record_{Bytes(kSaltSize, 0x22), R"({"name":"山田 \"太郎\"\n"})"};
  EntryFile file_{Entry{"signature.intent", Instant{}, commitment_of(record_.salt, record_.body)}.encode(), record_};
  test::MemoryTree tree_;
  Proof proof_;
};

TEST_F(ProofOfAnEntry, VerifiesWithTheKeyAlone) {
  ASSERT_OK_AND_ASSIGN(const ProvenEntry proven, verify_proof(proof_, file_, key_));
  EXPECT_EQ(proven.index, 3U);
  EXPECT_EQ(proven.entry.event, "signature.intent");
  EXPECT_EQ(proven.checkpoint.tree, tree_.head());
  file_.record.reset();  // erased
  EXPECT_THAT(verify_proof(proof_, file_, key_), IsOk());
}

TEST_F(ProofOfAnEntry, DoesNotVerifyForAnythingElse) {
  const auto with = [&](auto change) {
    Proof proof = proof_;
    EntryFile file = file_;
    change(proof, file);
    return verify_proof(proof, file, key_);
  };
  EXPECT_THAT(with([](Proof& proof, EntryFile&) { proof.index = 2; }), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(with([](Proof& proof, EntryFile&) { proof.path[0][0] ^= 1; }), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(with([](Proof&, EntryFile& file) { file.entry[30] ^= 1; }), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(with([](Proof&, EntryFile& file) { file.record->body[3] ^= 1; }), FailsWith(ErrorCode::digest_mismatch));
  EXPECT_THAT(with([](Proof&, EntryFile& file) { file.record->salt[3] ^= 1; }), FailsWith(ErrorCode::digest_mismatch));
  EXPECT_THAT(with([](Proof& proof, EntryFile&) { proof.checkpoint[proof.checkpoint.find('5')] = '6'; }),
              FailsWith(ErrorCode::signature_invalid));
}

TEST_F(ProofOfAnEntry, IsReadBackAsWritten) {
  ASSERT_OK_AND_ASSIGN(const Proof again, Proof::parse(proof_.encode()));
  EXPECT_EQ(again.index, proof_.index);
  EXPECT_EQ(again.path, proof_.path);
  EXPECT_EQ(again.checkpoint, proof_.checkpoint);
  EXPECT_EQ(again.encode(), proof_.encode());
  proof_.extra = {1, 2, 3};
  ASSERT_OK_AND_ASSIGN(const Proof extra, Proof::parse(proof_.encode()));
  EXPECT_EQ(extra.extra, proof_.extra);
}

TEST_F(ProofOfAnEntry, WhatIsNoProofIsRefused) {
  const std::string good = proof_.encode();
  const auto replaced = [&](std::string_view what, const std::string& with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  };
  std::string many = "c2sp.org/tlog-proof@v1\nindex 3\n";
  for (int i = 0; i < 65; ++i) {
    many += "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  }
  for (const std::string& text :
       {std::string(), replaced("@v1", "@v2"), replaced("index 3", "index 03"), replaced("index 3\n", ""),
        replaced("index 3", "extra !\nindex 3"), replaced("index 3", "extra \nindex 3"),
        replaced("index 3", "index 3\nx"), good.substr(0, good.find("\n\n")), many + "\n" + proof_.checkpoint,
        std::string(Proof::kMaxSize + 1, 'x')}) {
    EXPECT_THAT(Proof::parse(text), FailsWith(ErrorCode::malformed_proof)) << text.substr(0, 200);
  }
  EXPECT_THAT(Proof::parse(good.substr(0, good.size() - 1)), FailsWith(ErrorCode::malformed_note));
}

TEST_F(ProofOfAnEntry, TheEntrysFileIsReadBackAsWritten) {
  const std::string json = file_.encode();
  ASSERT_OK_AND_ASSIGN(const EntryFile again, EntryFile::parse(json));
  EXPECT_EQ(again.entry, file_.entry);
  ASSERT_TRUE(again.record);
  EXPECT_EQ(again.record->salt, record_.salt);
  EXPECT_EQ(again.record->body, record_.body);
  file_.record.reset();
  ASSERT_OK_AND_ASSIGN(const EntryFile erased, EntryFile::parse(file_.encode()));
  EXPECT_FALSE(erased.record);
}

TEST_F(ProofOfAnEntry, TheEntrysFileHoldsJsonAsJson) {
  EXPECT_EQ(file_.encode(), R"({"v":2,"entry":)" + file_.entry + R"(,"salt":"IiIiIiIiIiIiIiIiIiIiIg==","body":)" +
                                record_.body + "}\n");
  // Another program may lay the JSON out anew: the text that was hashed is found again.
  ASSERT_OK_AND_ASSIGN(const EntryFile again,
                       EntryFile::parse("{\"body\" : {\n\t\"name\" : \"\\u5c71\\u7530 \\\"\\u592a\\u90ce\\\"\\n\"\n},"
                                        "\"salt\":\"IiIiIiIiIiIiIiIiIiIiIg==\", \"v\": 2, \"entry\" : " +
                                        file_.entry + "}"));
  EXPECT_EQ(again.record->body, record_.body);
  EXPECT_THAT(verify_proof(proof_, again, key_), IsOk());
}

TEST_F(ProofOfAnEntry, TheFilesOfEarlierReleasesAreRead) {
  const std::string entry =
      R"({\"v\":1,\"event\":\"signature.intent\",\"at\":\"1970-01-01T00:00:00.000Z\",\"record\":\")" +
      to_base64(*Entry::parse(bytes_of(file_.entry))->commitment()) + R"(\"})";
  ASSERT_OK_AND_ASSIGN(
      const EntryFile old,
      EntryFile::parse(R"({"v":1,"entry":")" + entry +
                       R"(","salt":"IiIiIiIiIiIiIiIiIiIiIg==","body":"{\"name\":\"山田 \\\"太郎\\\"\\n\"}"})"));
  EXPECT_EQ(old.entry, file_.entry);
  EXPECT_THAT(verify_proof(proof_, old, key_), IsOk());
}

// A body that JSON would not give back letter for letter is handed out as a text, whoever wrote it.
TEST_F(ProofOfAnEntry, WhatJsonWouldChangeStaysText) {
  for (const std::string body : {R"({"a": 1})", R"({"a":"\u5c71"})", R"({"a":1.0})", R"({"a":1,"a":2})", R"({"a":)"}) {
    record_.body = body;
    EntryFile file{Entry{"other.event", Instant{}, commitment_of(record_.salt, body)}.encode(), record_};
    EXPECT_THAT(file.encode(), testing::StartsWith(R"({"v":1,"entry":"{)")) << body;
    ASSERT_OK_AND_ASSIGN(const EntryFile again, EntryFile::parse(file.encode()));
    EXPECT_EQ(again.record->body, body);
    EXPECT_EQ(again.entry, file.entry);
  }
}

TEST(EntryFile, AnotherProgramMayLayItOutAnew) {
  ASSERT_OK_AND_ASSIGN(const EntryFile file,
                       EntryFile::parse("{\n  \"salt\": \"IiIiIiIiIiIiIiIiIiIiIg==\",\n  \"body\": "
                                        "\"\\u5c71\\ud842\\udfb7\\/\", \"entry\":\"e\" , \"v\" : 1}\n"));
  EXPECT_EQ(file.entry, "e");
  EXPECT_EQ(file.record->body, "山𠮷/");
}

TEST(EntryFile, WhatIsNoneIsRefused) {
  for (const std::string_view json : {R"()",
                                      R"({})",
                                      R"([])",
                                      R"({"v":1})",
                                      R"({"entry":"e"})",
                                      R"({"v":2,"entry":"e"})",
                                      R"({"v":1,"entry":{}})",
                                      R"({"v":3,"entry":{}})",
                                      R"({"v":2,"entry":{},"salt":"IiIiIiIiIiIiIiIiIiIiIg==","body":"b"})",
                                      R"({"v":2,"entry":{},"body":{}})",
                                      R"({"v":1,"v":1,"entry":"e"})",
                                      R"({"v":1,"entry":""})",
                                      R"({"v":1,"entry":"e","entry":"f"})",
                                      R"({"v":1,"entry":"e","x":"y"})",
                                      R"({"v":1,"entry":"e","body":"b"})",
                                      R"({"v":1,"entry":"e","salt":"IiIiIiIiIiIiIiIiIiIiIg=="})",
                                      R"({"v":1,"entry":"e","salt":"IiIi","body":"b"})",
                                      R"({"v":1,"entry":"e"} x)",
                                      R"({"v":1,"entry":"e",})",
                                      R"({"v":1,"entry":"e)",
                                      R"({"v":1,"entry":"\x"})",
                                      R"({"v":1,"entry":"\u12"})",
                                      R"({"v":1,"entry":"\ud840"})",
                                      R"({"v":1,"entry":"\udfb7"})",
                                      R"({"v":1,"entry":"\ud840\u0041"})",
                                      "{\"v\":1,\"entry\":\"\xFF\"}",
                                      "{\"v\":1,\"entry\":\"a\nb\"}",
                                      R"({"v":1,"entry":1})",
                                      R"({"v":1 "entry":"e"})",
                                      R"({"v":10,"entry":"e"})"}) {
    EXPECT_THAT(EntryFile::parse(json), FailsWith(ErrorCode::malformed_proof)) << json;
  }
}

}  // namespace
}  // namespace rakkan::audit
